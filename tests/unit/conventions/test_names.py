"""Names: no riddles, and one class name for one thing."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ("bench/tailrace", "bootstrap", "handler/once", "detector", "producer", "aftermath", "dashboard")
FOLDERS = (*SHIPPED, "tests", "benchmarks")
THEIRS = ("benchmarks/recipe/",)
RIDDLES = {"alone", "apart", "around", "held", "mend", "mended", "reel", "tell", "told", "unsaid"}
"""Words that say nothing of what a thing is. Say what it is of the field's: a record, a batch, a report, …"""
PHRASES = re.compile(
    r"\b(can be had|has a say|in vain|is no pass|mend(s|ed)?|reckon\w*|shows? it to nobody)\b|\bcannot be: "
)
"""What a reader had to puzzle over. AWS says: is ignored, timed out, does not pass, fix, compute."""
PROSE = re.compile(r'''""".*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*''', re.DOTALL)
"""Texts and comments, which bind no names."""
CLASS = re.compile(r"^ *class ([A-Za-z]\w*)[(\[:]", re.MULTILINE)
TWICE = {
    "Clock": "what tells the time to a program of ours; each says which part of it is needed",
    "Record": "Kinesis' own word: as the engine keeps it, as the mapping delivers it, as the handler gets it",
    "Table": "DynamoDB's own word, and what the dashboard shows rows in",
    "Tables": "DynamoDB's in memory, and the names of a pipeline's two",
    "SettingsError": "two functions with packages of their own, neither of which may import the other's",
}
"""Class names that stand more than once, and why."""


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """Give the sources below some folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(THEIRS):
                yield name, path.read_text(encoding="utf-8")


def names(text: str) -> Iterator[str]:
    """Give the names that a source binds, if its code has a word of the list: to read all takes long."""
    code = PROSE.sub("", text).lower()
    if not any(word in code for word in RIDDLES):
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case (
                ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
            ):
                yield name


def words(name: str) -> set[str]:
    """Return the words of a name.

    >>> sorted(words("_TakenApart_of"))
    ['apart', 'of', 'taken']
    """
    return set(re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower().strip("_").split("_"))


def test_no_riddles() -> None:
    """No name has a word of the list."""
    found = {
        f"{where}: {name}"
        for where, text in sources(*FOLDERS)
        for name in names(text)
        if not name.startswith("test_") and words(name) & RIDDLES
    }
    assert sorted(found) == []


def test_no_riddling_phrases() -> None:
    """No page, docstring, comment or message has a phrase of the list."""
    pages = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if path != Path(__file__)]
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {phrase[0]}"
        for path in (*pages, *files)
        for phrase in PHRASES.finditer(path.read_text(encoding="utf-8"))
    }
    assert sorted(found) == []


def test_one_name_for_one_thing() -> None:
    """No two classes that are shipped have one name, but for those of the table, each of which is needed."""
    places = defaultdict(list)
    for where, text in sources(*SHIPPED):
        for name in CLASS.findall(text):
            places[name].append(where)
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in twice.items() if name not in TWICE} == {}
    assert sorted(TWICE) == sorted(twice)
