import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tailrace.startup import late
from tailrace.startup.late import LateModule

pytestmark = pytest.mark.unit

NAME, OPENAPI = "tailrace_test_heavy", "tailrace_test_openapi"


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the name of a module that is on the path and not imported."""
    (tmp_path / f"{NAME}.py").write_text("from pathlib import PurePath\nkind = 'real'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield NAME
    sys.modules.pop(NAME, None)


def test_what_is_known_costs_nothing(heavy: str) -> None:
    """A name that is given is imported from the one that stands there."""
    sys.modules[heavy] = LateModule(heavy, kind="known")
    assert importlib.import_module(heavy).kind == "known"
    assert isinstance(sys.modules[heavy], LateModule)


def test_what_is_not_known_is_the_real_one(heavy: str) -> None:
    """The first other name brings the real module, for everybody after."""
    sys.modules[heavy] = LateModule(heavy, kind="known")
    assert importlib.import_module(heavy).PurePath is not None
    assert importlib.import_module(heavy).kind == "real"


def test_what_does_not_exist(heavy: str) -> None:
    """A name that the real module does not have is missing, as in any module."""
    stands = sys.modules[heavy] = LateModule(heavy)
    with pytest.raises(AttributeError):
        _ = stands.nothing
    with pytest.raises(AttributeError):
        _ = LateModule(heavy).__path__


@pytest.fixture
def postponed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let only modules of the test's own be postponed, which it puts into the folder that this gives."""
    before = set(sys.modules)
    for table in ("CALLED", "VALUES", "OURS", "ANNOTATIONS", "PARTS"):
        monkeypatch.setattr(late, table, {})
    for table in ("WHOLE", "ABSENT"):
        monkeypatch.setattr(late, table, ())
    monkeypatch.setattr(late, "OPENAPI", OPENAPI)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_what_is_called_comes_with_the_call(postponed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that was imported calls the real one, whose module is imported only then."""
    (postponed / "tailrace_test_called.py").write_text("def twice(n): return 2 * n\n")
    monkeypatch.setattr(late, "CALLED", {"tailrace_test_called": ("twice",)})
    late.postpone()
    twice = importlib.import_module("tailrace_test_called").twice
    assert isinstance(sys.modules["tailrace_test_called"], LateModule)
    assert twice(4) == 8
    assert not isinstance(sys.modules["tailrace_test_called"], LateModule)


def test_a_value_is_made_when_it_is_used(postponed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its attributes are the real one's; a text comes in pieces, as the body of an answer."""
    (postponed / "tailrace_test_values.py").write_text("key, text = frozenset({7}), 'a certificate'\n")
    monkeypatch.setattr(late, "VALUES", {"tailrace_test_values": ("key", "text")})
    late.postpone()
    values = importlib.import_module("tailrace_test_values")
    key, text = values.key, values.text
    assert isinstance(sys.modules["tailrace_test_values"], LateModule)
    assert (key.union({8}), "".join(text)) == ({7, 8}, "a certificate")
    assert not isinstance(sys.modules["tailrace_test_values"], LateModule)


def test_what_is_absent_for_some_is_there_later(postponed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks for it while LocalStack is imported finds none; all others find it."""
    (postponed / "tailrace_test_absent.py").touch()
    monkeypatch.setattr(late, "ABSENT", ("tailrace_test_absent",))
    monkeypatch.setattr(late, "replace", lambda *_: None)
    late.postpone()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("tailrace_test_absent")
    late.admit()
    assert importlib.import_module("tailrace_test_absent")


def test_one_stands_in_for_what_is_imported_meanwhile(postponed: Path) -> None:
    """Who has imported it then gets the real one with its first use; for all others nothing changes."""
    (postponed / "tailrace_test_meanwhile.py").write_text("there = 1\n")
    with late.standing_in("tailrace_test_meanwhile"):
        late_one = importlib.import_module("tailrace_test_meanwhile")
    assert "tailrace_test_meanwhile" not in sys.modules
    assert (type(late_one), late_one.there) == (LateModule, 1)
    assert not isinstance(importlib.import_module("tailrace_test_meanwhile"), LateModule)


def test_a_certificate_that_stands_ready_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All three files of it must be there; otherwise LocalStack makes one."""
    monkeypatch.setattr(
        late, "real", lambda name: SimpleNamespace(create_ssl_cert=lambda number: (name, number))
    )
    monkeypatch.setenv("CUSTOM_SSL_CERT_PATH", f"{tmp_path}/one.pem")
    for name in ("one.pem", "one.pem.crt"):
        (tmp_path / name).touch()
    assert list(late.certificate(4566)) == ["localstack.utils.ssl", 4566]
    (tmp_path / "one.pem.key").touch()
    assert late.certificate(4566) == tuple(f"{tmp_path}/one.pem{end}" for end in ("", ".crt", ".key"))


def test_what_is_named_through_its_package(postponed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`package.part.name` brings the part, and the package with it."""
    (postponed / "tailrace_test_package").mkdir()
    (postponed / "tailrace_test_package" / "__init__.py").touch()
    (postponed / "tailrace_test_package" / "part.py").write_text("there = 1\n")
    monkeypatch.setattr(late, "PARTS", {"tailrace_test_package": ("part",)})
    late.postpone()
    package = importlib.import_module("tailrace_test_package")
    assert isinstance(package.part, LateModule)
    assert package.part.there == 1
    assert not isinstance(sys.modules["tailrace_test_package"], LateModule)


@pytest.mark.parametrize(("wanted", "asked"), [(False, []), (True, ["request"])])
def test_requests_are_checked_where_that_is_set(
    postponed: Path, monkeypatch: pytest.MonkeyPatch, *, wanted: bool, asked: list[str]
) -> None:
    """OPENAPI_VALIDATE_REQUEST brings LocalStack's own check, without which its module stays out."""
    check = "class OpenAPIRequestValidator:\n    def __call__(self, asked): asked.append('request')\n"
    (postponed / f"{OPENAPI}.py").write_text(check)
    config = SimpleNamespace(OPENAPI_VALIDATE_REQUEST=wanted)
    monkeypatch.setitem(sys.modules, "localstack.config", config)
    late.postpone()
    seen: list[str] = []
    importlib.import_module(OPENAPI).OpenAPIRequestValidator()(seen)
    assert seen == asked


def test_one_that_is_imported_stays(postponed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been imported already is not replaced."""
    (postponed / "tailrace_test_imported.py").touch()
    imported = importlib.import_module("tailrace_test_imported")
    monkeypatch.setattr(late, "WHOLE", ("tailrace_test_imported",))
    late.postpone()
    assert sys.modules["tailrace_test_imported"] is imported


def test_an_object_is_made_when_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands for an object makes the real one once, as anything of it is used."""
    (tmp_path / f"{NAME}.py").write_text("class Thing:\n    def __init__(self, size): self.sizes = [size]\n")
    monkeypatch.syspath_prepend(tmp_path)

    thing: Any = late.late_class(NAME, "Thing")(size=3)
    assert NAME not in sys.modules
    thing.sizes.append(4)
    assert thing.sizes == [3, 4]
    del sys.modules[NAME]


def test_templates_at_hand_are_jinjas_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loader of templates, and a subclass of it, gives what jinja's gives for the same templates."""
    (tmp_path / f"{NAME}.py").write_text(
        "class DictLoader:\n    def __init__(self, mapping): self.mapping = mapping\n"
        "    def list_templates(self): return sorted(self.mapping)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(late, "JINJA", NAME)

    class More(late.DictLoader):
        def contains(self, name: str) -> bool:
            return name in self.mapping

    loader: Any = More({"b": "", "a": ""})
    assert loader.contains("a")
    assert NAME not in sys.modules
    assert loader.list_templates() == ["a", "b"]
    del sys.modules[NAME]


def test_known_names_of_one_that_stands_in(heavy: str) -> None:
    """What is given of a module that stands in is there without it, for as long as it stands in."""
    with late.standing_in(heavy, kind="known"):
        assert importlib.import_module(heavy).kind == "known"
    assert importlib.import_module(heavy).kind == "real"
