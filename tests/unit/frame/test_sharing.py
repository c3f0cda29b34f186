"""Files of tests that share what is dear are run by one worker."""

import ast

import pytest

from tests.frame.run import ROOT
from tests.frame.sharing import BY_ANOTHER, FOLDERS, GROUPS

pytestmark = pytest.mark.unit


def asks(function: ast.stmt, fixture: str) -> bool:
    """Tell whether a test, or a fixture, asks for a fixture."""
    if not isinstance(function, ast.FunctionDef):
        return False
    decorated = any("pytest.fixture" in ast.unparse(one) for one in function.decorator_list)
    named = fixture in [argument.arg for argument in function.args.args]
    return named and (decorated or function.name.startswith("test_"))


@pytest.mark.parametrize("fixture", GROUPS)
def test_who_asks_for_what_is_shared_is_in_its_group(fixture: str) -> None:
    """A group names each file of tests that asks for its fixture, and no other."""
    asking = {
        file.stem.removeprefix("test_")
        for file in (ROOT / FOLDERS).rglob("test_*.py")
        if fixture in (text := file.read_text()) and any(asks(one, fixture) for one in ast.parse(text).body)
    }
    assert asking == set(GROUPS[fixture])


def test_who_is_run_by_another_worker_is_there() -> None:
    """Each of these tests is of an example that there is."""
    names = [one.partition("[")[2].rstrip("]") for one in BY_ANOTHER]
    assert all((ROOT / "examples" / name).is_dir() for name in names), names
