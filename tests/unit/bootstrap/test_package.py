import ast
import io
import stat
import zipfile
from pathlib import Path

import pytest

from bootstrap.errors import HandlerError
from bootstrap.package import (
    LARGEST,
    Executable,
    detector_files,
    handler_files,
    pack,
    pack_handler,
    refuse_too_large,
    sources,
)
from bootstrap.requirements import Platform, complaint, installed

pytestmark = pytest.mark.unit
SOURCES = {"handler/entry.py": b"def lambda_handler(event, context): ...\n", "handler/__init__.py": b""}
LAMBDA = Platform("3.13", "x86_64")


def test_same_sources_same_bytes() -> None:
    """The same sources give the same bytes, in whatever order they are found."""
    assert pack(SOURCES) == pack(dict(reversed(SOURCES.items())))


def test_the_bytes_are_known() -> None:
    """The bytes are the same on every machine and at every time: their hash is known."""
    assert pack(SOURCES).digest == "bf9ca98dd30cbefeb857639ced064ff2d7a25da39f679d95977fdff94cf9bdd2"


def test_other_sources_other_name() -> None:
    """One byte more in a source is another package under another name."""
    changed = pack(SOURCES | {"handler/__init__.py": b"\n"})
    assert changed.key != pack(SOURCES).key


def test_lambda_can_read_it() -> None:
    """Every file in it is plain and readable by all, which Lambda needs; a program can be run too."""
    archive = zipfile.ZipFile(io.BytesIO(pack(SOURCES | {"tool": Executable(b"#!")}).content))
    modes = {entry.filename: stat.filemode(entry.external_attr >> 16) for entry in archive.infolist()}
    assert modes == dict.fromkeys(SOURCES, "-rw-r--r--") | {"tool": "-rwxr-xr-x"}


def test_the_handler_s_archive() -> None:
    """The archive holds the layer, the user's file and its packages, and nothing else of the project."""
    names = set(handler_files())
    assert {"handler/entry.py", "handler/analytics.py", "handler/once/totals.py"} <= names
    folders = {path.name for path in Path(__file__).resolve().parents[3].iterdir()}
    assert {name.partition("/")[0] for name in names} & folders == {"handler"}
    assert "handler/samples.py" not in names


def test_the_detector_s_archive() -> None:
    """The detector's archive holds every module of the project that its modules import, and no more."""
    files = detector_files()
    needed = {name for name in files if name.startswith("detector/")}
    for name in sorted(needed):
        for node in ast.walk(ast.parse(files[name])):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("handler."):
                needed.add(f"{node.module.replace('.', '/')}.py")
    packages = {"handler/__init__.py": b"", "handler/once/__init__.py": b""}
    assert set(files) == needed | set(packages)
    assert {name: files[name] for name in packages} == packages


def test_another_folder_of_a_user_s(tmp_path: Path) -> None:
    """With another folder its files are the user's, data too, and the delivery layer is the project's."""
    (tmp_path / "analytics.py").write_bytes(b"mine")
    (tmp_path / "countries.json").write_bytes(b"{}")
    files = handler_files(tmp_path)
    assert (files["handler/analytics.py"], files["handler/countries.json"]) == (b"mine", b"{}")
    assert "handler/samples.py" not in files
    assert files["handler/once/totals.py"] == handler_files()["handler/once/totals.py"]


def test_a_folder_without_a_handler(tmp_path: Path) -> None:
    """A folder that has no analytics.py is refused by its name."""
    with pytest.raises(HandlerError, match=r"There is no .*/analytics\.py: HANDLER= names its folder\."):
        pack_handler(tmp_path)


def test_what_lies_beside_the_sources(tmp_path: Path) -> None:
    """What Python, editors and the system leave in the folder changes nothing, and no requirements do."""
    beside = (
        "__pycache__/entry.cpython-313.pyc",
        ".entry.py.swp",
        "entry.py~",
        ".DS_Store",
        "requirements.txt",
    )
    for name, content in (SOURCES | {f"handler/{name}": b"" for name in beside}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert sources(tmp_path / "handler", "handler") == SOURCES


def test_no_requirements(tmp_path: Path) -> None:
    """Without requirements, or with comments only, nothing is installed."""
    (tmp_path / "requirements.txt").write_text("# none\n\n")
    assert installed(tmp_path / "requirements.txt", LAMBDA, tmp_path / "cache") == {}
    assert installed(tmp_path / "there-is-none.txt", LAMBDA, tmp_path / "cache") == {}


def test_what_is_too_large() -> None:
    """What Lambda would not take is refused with its size and largest parts; the limit itself is taken."""
    half = bytes(LARGEST // 2)
    refuse_too_large({"numpy/a": half, "handler/b": half})
    with pytest.raises(HandlerError) as refused:
        refuse_too_large({"numpy/a": half, "pandas/b": half, "six.py": b"1"})
    assert str(refused.value) == (
        "The handler has 250.0 MB with its packages; Lambda takes 250.0 MB (unpacked). The largest parts are "
        "numpy (125.0 MB), pandas (125.0 MB), six.py (0 KB): leave out what the handler does not need."
    )


@pytest.mark.parametrize(
    ("platform", "tag"),
    [
        (Platform.of_lambda("3.13", "x86_64"), "x86_64-manylinux_2_34"),
        (Platform.of_lambda("3.13", "arm64"), "aarch64-manylinux_2_34"),
        (Platform.of_lambda("3.11", "x86_64"), "x86_64-manylinux2014"),
        (Platform("3.13", "x86_64", 30), "x86_64-manylinux_2_28"),
    ],
)
def test_platforms(platform: Platform, tag: str) -> None:
    """The wheels are those of the function's architecture and its runtime's C library."""
    assert platform.tag == tag


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Because all versions of pyaudio have no usable wheels and you require pyaudio, we", "pyaudio"),
        ("Because numpy==1.20.0 has no usable wheels and you require numpy==1.20.0, we", "numpy"),
        (
            """
  cause: Because pywin32<=306 has no wheels with a matching Python ABI tag (e.g., `cp313`) and only the
             following versions of pywin32 are available:
         we can conclude that pywin32<307 cannot be used.
         And because pywin32>=307 has no wheels with a matching platform tag (e.g., `manylinux_2_34_x86_64`)
""",
            "pywin32",
        ),
        (
            "Because only a<=1 is available and a==1 has no wheels, we. And because b==2 has no wheels",
            "a and of b",
        ),
    ],
)
def test_a_package_without_a_wheel(said: str, names: str) -> None:
    """A package that has no wheel for the platform is named in the first sentence, whatever uv says."""
    assert complaint("handler/requirements.txt", LAMBDA, said).splitlines()[0] == (
        f"handler/requirements.txt: there is no wheel of {names} for Python 3.13 on x86_64-manylinux_2_34, "
        "which is what Lambda needs: take another version, or another package."
    )


def test_any_other_fault_of_requirements() -> None:
    """What else uv says is shown as it says it."""
    assert complaint("r.txt", LAMBDA, "error: no such thing\n") == (
        "r.txt: its packages could not be installed: see what uv says of it.\n  error: no such thing"
    )
