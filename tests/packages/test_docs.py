"""The documentation as a site: built strictly, complete, and without anything that a reader's browser would fetch elsewhere."""
import re
import shutil
import subprocess

import pytest

from conftest import REPOSITORY, run

SITE = REPOSITORY / "build/site"
ROOT_PAGES = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]


@pytest.fixture(scope="module")
def site():
    run(REPOSITORY / "tools/docs")
    return SITE


def test_every_page_is_in_the_site_and_in_its_navigation(site):
    pages = [str(file.relative_to(REPOSITORY / "docs")) for file in (REPOSITORY / "docs").rglob("*.md")] + ROOT_PAGES
    targets = {re.sub(r"README\.md$", "index.md", page).replace(".md", ".html") for page in pages}
    assert [target for target in sorted(targets) if not (site / target).exists()] == []
    navigation = set(re.findall(r'<a href="([^"#]+)" class="md-nav__link', (site / "glossary.html").read_text()))
    assert targets - navigation <= {"glossary.html"}, "which is there without its name"


def test_a_page_fetches_nothing_from_elsewhere(site):
    fetched = re.compile(r"""<(?:script|img|iframe)[^>]*\ssrc=["']?(?:https?:)?//|<link[^>]*rel=["']?stylesheet[^>]*href=["']?(?:https?:)?//""")
    assert [page.name for page in site.rglob("*.html") if fetched.search(page.read_text())] == []


def test_a_link_to_nothing_is_an_error_wherever_it_leads(tmp_path):
    for name in ["docs", "mkdocs.yml", "tools/docs", "tools/docs_pages.py", "tools/packaging_tools", "tools/make_venv",
                 "tests/packages/tools.lock",
                 *ROOT_PAGES]:
        source, copy = REPOSITORY / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    (tmp_path / ".deps").symlink_to(REPOSITORY / ".deps")
    with (tmp_path / "docs/keys.md").open("a") as page:
        page.write("\n[a](nowhere.md) [b](../src/nothing.cc) [c](http.md#nothing) `[d](code.md)`\n")
    done = subprocess.run([tmp_path / "tools/docs"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "keys.md: nothing is at nowhere.md" in done.stderr
    assert "keys.md: nothing is at ../src/nothing.cc" in done.stderr
    assert "'http.md#nothing'" in done.stderr
    assert "code.md" not in done.stderr
