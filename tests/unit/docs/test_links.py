"""Each page's links, and the files that it names: they are there."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.unit.docs.examples import PAGES, ROOT

pytestmark = pytest.mark.unit

LOCKS = ROOT / "bench" / "tailrace" / "locks" / "README.md"
ALL = (*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", LOCKS)
BLOCKS = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
FOLDERS = [path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isalpha()]
NAMED = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./*-]*)`")
A_USERS_OWN = {"handler/requirements.txt"}


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return BLOCKS.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them.

    >>> "files" in anchors(ROOT / "docs" / "emulator.md")
    True
    """
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(link: str, page: Path) -> bool:
    """Tell whether a link leads to another site by https, or to a file and a heading that are there."""
    if "://" in link:
        return link.startswith("https://")
    file, _, anchor = link.partition("#")
    to = (page.parent / file).resolve() if file else page
    return to.exists() and (not anchor or anchor in anchors(to))


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links(page: Path) -> None:
    """Each link leads somewhere."""
    assert [link for link in LINK.findall(prose(page)) if not leads_somewhere(link, page)] == []


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files(page: Path) -> None:
    """Each file or folder of the project that a page names is there."""
    named = set(NAMED.findall(prose(page))) - A_USERS_OWN
    assert sorted(name for name in named if not any(ROOT.glob(name.rstrip("/")))) == []


def test_every_page_is_found() -> None:
    """Links lead from the README to every page."""
    found, new = set[Path](), {ROOT / "README.md"}
    while new:
        found |= new
        linked = {page.parent / link.partition("#")[0] for page in new for link in LINK.findall(prose(page))}
        new = {path.resolve() for path in linked}.intersection(ALL) - found
    assert [page.name for page in ALL if page not in found] == []
