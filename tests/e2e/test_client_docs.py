"""The pages on clients name only tests that there are."""
import re

import harness

PAGE = harness.REPOSITORY / "docs/clients/README.md"
TESTS = harness.REPOSITORY / "tests/e2e"


def test_every_feature_of_a_client_is_held_by_a_test_that_there_is():
    named = set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE.read_text()))
    assert len(named) > 40
    missing = {f"{file}::{name}" for file, name in named
               if not re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.MULTILINE)}
    assert missing == set()
    table = PAGE.read_text().partition("| client | feature | test |")[2].strip().splitlines()[1:]
    assert [row for row in table if "::" not in row] == [], "no cell without a test"


def test_every_page_is_listed():
    pages = {page.name for page in PAGE.parent.glob("*.md")} - {"README.md"}
    assert [page for page in sorted(pages) if f"]({page})" not in PAGE.read_text()] == []
