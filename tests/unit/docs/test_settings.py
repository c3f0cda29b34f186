"""docs/settings.md beside the code: declared settings, the Makefile, each variable that a program reads."""

import re
from typing import NamedTuple

import pytest

from aftermath.settings import SETTINGS as AFTERMATH
from bootstrap.given import OTHERS
from bootstrap.log_settings import SETTINGS as LOGS
from bootstrap.settings import SETTINGS as PIPELINE
from dashboard.settings import SETTINGS as DASHBOARD
from producer.settings import SETTINGS as PRODUCER
from tailrace.control.settings import OURS
from tailrace.dynamodb.java import HEAP
from tailrace.endpoint import DEFAULT_HOME, DEFAULT_PORT, REGION
from tailrace.kinesis.settings import BRIEF
from tests.fuzz.__main__ import USUAL as FUZZ
from tests.simulation.__main__ import USUAL as WORLDS
from tests.unit.docs.read_variables import ROOT, reads, written

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
TARGETS = re.findall(
    r"^([a-z][a-z-]*):.*## (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
)
DECLARED = PIPELINE | PRODUCER | AFTERMATH | DASHBOARD | LOGS
BENCH = "bench/tailrace"
MAKE = ("bootstrap", "producer", "aftermath", "dashboard", "benchmarks")
TESTS = (
    "tests/conftest.py",
    "tests/frame",
    "tests/fuzz",
    "tests/simulation",
    "tests/integration/test_access_log.py",
)
FUNCTIONS = {
    "bench/tailrace/functions/runtimes/start_python.py",
    "benchmarks/functions.py",
    "benchmarks/peer/plain/entry.py",
    "benchmarks/soak/kept/entry.py",
    "benchmarks/recipe/entry.py",
    "tests/fuzz/target.py",
}
"""Files that run elsewhere: inside a function, whose variables are its own; or as a WSGI application."""
COMPUTED = {
    "aftermath/settings.py": "FILTERS are declared settings",
    "bench/tailrace/dynamodb/java.py": "DynamoDB Local's switches, which are texts of the module",
    "bootstrap/setting.py": "a declared setting",
    "bootstrap/settings.py": "a declared setting",
    "producer/__main__.py": "a declared setting",
    "producer/settings.py": "a declared setting",
    "tests/frame/run.py": "OBEYED are declared settings",
    "tests/fuzz/__main__.py": "REQUESTS and SEED, which `make help` names",
}
"""Where a name is computed, and why it is on the page all the same."""
OF_EVERY_PROGRAM = {"HOME", "PATH", "PYTHON", "PYTHONPATH", "SHELL"}
GIVEN_BY_THE_BENCH = {
    "DYNAMODB_LOCAL_PORT",
    "GATEWAY_LISTEN",
    "INTERNAL_RESOURCE_ACCOUNT",
    "SERVICE_PROVIDER_CONFIG",
}
"""LocalStack's settings in which a user has no choice."""
CERTIFICATE = "CUSTOM_SSL_CERT_PATH"
"""One more of them, which our own code reads as well."""
READ_BY_OTHERS = {"LAMBDA_RETRY_BASE_DELAY_SECONDS": "LocalStack", "NO_COLOR": "rich, click, pytest, uv"}


class Row(NamedTuple):
    """A row of one of the page's tables."""

    default: str
    unit: str
    meaning: str


def rows() -> dict[str, Row]:
    """Return each setting's row; what `tailrace` sets itself has a meaning only."""
    found = re.findall(r"^\| `(\w+)` \| (?:`(\S+)` )?\| (?:(\S+) )?\| (.+) \|$", PAGE, re.MULTILINE)
    own = re.findall(r"^\| `(_?(?:TAILRACE|EMULATOR)\w+)` \| ([^|]+) \|$", PAGE, re.MULTILINE)
    names = [name for name, *_ in (*found, *own)]
    assert len(names) == len(set(names)), "a setting stands twice"
    return {name: Row(*cells) for name, *cells in found} | {name: Row("", "", means) for name, means in own}


def sections() -> dict[str, str]:
    """Return each section by its heading."""
    parts = re.split(r"^## (.*)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def settings_of_the_code() -> set[str]:
    """Return every setting and every variable that the programs have."""
    read = {one.name for one in reads(BENCH, *MAKE, *TESTS) if one.name and one.file not in FUNCTIONS}
    named = written(r'"(_?(?:TAILRACE|EMULATOR)_[A-Z_]+)"', BENCH)
    of_dynamodb = written(r'"(DYNAMODB_[A-Z_]+)"', f"{BENCH}/dynamodb")
    of_localstack = written(r"\bconfig\.([A-Z_]+)\b", BENCH) - set(OURS) - GIVEN_BY_THE_BENCH
    of_compose = written(r"\$\{([A-Z_]+)", *(file.name for file in ROOT.glob("docker-compose*.yml")))
    found = {*DECLARED, *OTHERS, *read, *named, *of_dynamodb, *of_localstack, *of_compose, *READ_BY_OTHERS}
    return found - OF_EVERY_PROGRAM - {CERTIFICATE}


def test_a_declared_setting_stands_as_it_is_declared() -> None:
    """The page gives each declared setting its default, unit and meaning, word for word."""
    page = rows()
    declared = {name: Row(one.default, one.unit, one.meaning) for name, one in DECLARED.items()}
    assert {name: page.get(name) for name in declared} == declared


def test_every_variable_is_on_the_page() -> None:
    """What a command reads stands on the page, and nothing stands there that none reads."""
    page, code = set(rows()), settings_of_the_code()
    assert sorted(code - page) == []
    assert sorted(page - code) == []


def test_what_is_computed_is_listed() -> None:
    """No code reads a variable whose name cannot be told, but where this file says why."""
    assert {one.file for one in reads(BENCH, *MAKE, *TESTS) if one.name is None} == set(COMPUTED)


def test_defaults_are_those_of_the_code() -> None:
    """Defaults that are no declared setting's are those of the code."""
    defaults = {
        "AWS_DEFAULT_REGION": REGION,
        "EMULATOR_HOME": DEFAULT_HOME,
        "EMULATOR_PORT": DEFAULT_PORT,
        "TAILRACE_KINESIS_DELAY": BRIEF,
        "DYNAMODB_HEAP_SIZE": HEAP,
        "HISTORIES": WORLDS,
        "REQUESTS": FUZZ["REQUESTS"],
    }
    assert {name: rows()[name].default for name in defaults} == {
        name: str(default) for name, default in defaults.items()
    }


@pytest.mark.parametrize(("target", "text"), TARGETS, ids=[name for name, _ in TARGETS])
def test_a_target_has_its_settings(target: str, text: str) -> None:
    """Each target of the Makefile is named, and what `make help` says that it takes stands in its section."""
    assert f"`make {target}`" in PAGE
    asked = set(re.findall(r"\b([A-Z][A-Z_0-9]+)=", text))
    concerned = [one for one in sections() if f"`make {target}`" in one or one.startswith("Every")]
    there = "".join(sections()[heading] for heading in concerned)
    assert sorted(name for name in asked if f"`{name}`" not in there) == []
