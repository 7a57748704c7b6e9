"""A hook of MkDocs: gives every page a place in the navigation, takes the pages at the repository's root into the site, from where they lie, and checks every link out of the
site. A link to a page leads to that page; one to another file of the repository becomes its name, since the site does not have
it; one to nothing is a warning, which `strict` makes an error."""
import logging
import pathlib
import posixpath
import re

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOT_PAGES = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
# As `log` of MkDocs, whose warnings `strict` counts.
LOG = logging.getLogger("mkdocs.plugins.docs_pages")
# Code, in which no link is one, or a link, whose text may have code.
CODE_OR_LINK = re.compile(
    r"^(?P<fence>```|~~~).*?^(?P=fence)\s*$|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)", re.MULTILINE | re.DOTALL)


def named_in(nav):
    for entry in nav:
        value = entry if isinstance(entry, str) else next(iter(entry.values()))
        yield from [value] if isinstance(value, str) else named_in(value)


def on_config(config):
    """Pages that have no place in the navigation come at its end."""
    folder = pathlib.Path(config.docs_dir)
    named = set(named_in(config.nav))
    rest = sorted(page.relative_to(folder).as_posix() for page in folder.rglob("*.md"))
    rest = [page for page in rest if page not in named]
    if rest:
        config.nav.append({"More": rest})
    return config


def on_files(files, config):
    for name in ROOT_PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def rewritten(match, source, pages):
    target, _, anchor = (match["target"] or "").partition("#")
    if not target or re.match(r"[a-z]+:", target):
        return match[0]
    folder = "" if source in ROOT_PAGES else posixpath.join("docs", posixpath.dirname(source))
    path = posixpath.normpath(posixpath.join(folder, target))
    page = path.removeprefix("docs/") if path.startswith("docs/") else path
    if page in pages and (page in ROOT_PAGES or path.startswith("docs/")):
        relative = posixpath.relpath(page, posixpath.dirname(source) or ".")
        return f"{match['image']}[{match['text']}]({relative}{'#' + anchor if anchor else ''})"
    if not (ROOT / path).exists():
        LOG.warning("%s: nothing is at %s", source, match["target"])
    return match["text"]


def on_page_markdown(markdown, page, config, files):
    source = page.file.src_uri
    pages = {file.src_uri for file in [*files.documentation_pages(), *files.media_files()]}
    return CODE_OR_LINK.sub(lambda match: rewritten(match, source, pages), markdown)
