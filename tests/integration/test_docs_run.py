"""The documentation's commands, typed one after the other as a reader would, in a checkout of their own.

Each runs as it stands. What is added only says where: an emulator on a port of its own, and the installation
that is here. What cannot be run here stands in a table with its reason.
"""

import gzip
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
import yaml

from tailrace.testing.clients import Aws
from tailrace.testing.eventually import eventually
from tests.frame.run import ROOT, Run
from tests.integration import installing
from tests.integration.reader import Reader, checkout
from tests.unit.docs.examples import COMMANDS, Block, blocks, commands, of

pytestmark = pytest.mark.emulator_only

SHELL = [block for block in blocks() if block.language in COMMANDS]

ON_AWS = "changes an AWS account; test_switch.py walks this way against a stand-in for AWS"
ELSEWHERE = "docs/your-project.md has the same for an empty project, where it is typed"
NOT_HERE = {
    "README.md: pip install ": ELSEWHERE,
    "README.md: tailrace up ": ELSEWHERE,
    "README.md: eval ": ELSEWHERE,
    "README.md: pytest test_promises.py ": "test_promise_suite.py runs the suite in a project of its own",
    "docs/aws.md: export TARGET=aws": ON_AWS,
    "docs/aws.md: make ": ON_AWS,
    "docs/docker.md: make up LOCALSTACK_IMAGE=": "fetches an image of LocalStack's, the newer one "
    "with a licence; test_container_choice.py runs another image in its place",
    "docs/your-project.md: tailrace load STREAM --count": "test_load.py types it, for fewer events",
    "docs/your-project.md: docker rm ": "removes the emulators of every test run on this engine",
    "docs/your-project.md: docker network prune ": "removes the networks of every test run on this engine",
}
"""Commands that are not run, by their page and how they begin, and why."""
LONG = {
    "docs/handler.md: make up WATCH=1": "Ctrl-C ends it",
    "docs/tests.md: make test TESTS=tests/unit ": "test session starts",
    "docs/tests.md: make test  ": "test session starts",
}
"""Commands that take more than a minute or never end: Ctrl-C ends them once they have printed this."""
PLACES = {"bench": "./bench", "here": "/…"}
"""What the pages write for a folder that only the reader knows."""
DEPLOY = """
python -c 'import boto3; boto3.client("kinesis").create_stream(StreamName="theirs", ShardCount=1)'
"""
DEPLOYED = """
def test_it_is_there(tailrace):
    assert tailrace.aws("kinesis").list_streams()["StreamNames"] == ["theirs"]
"""
SHORTER = {
    "README.md: make test": {"TESTS": "tests/unit/test_clock.py"},
    "docs/simulation.md: make simulate": {"ONLY": "lane"},
    "docs/tests.md: make test TESTS=tests/integration/": {"PYTEST_OPTIONS": "-k put_twice"},
}
"""Settings in the environment that make a command shorter."""


def of_page(page: str) -> list[tuple[Block, str]]:
    """Return a page's commands in order, each with its block."""
    return [(block, command) for block in SHELL if block.page == page for command in commands(block)]


def found[T](table: Mapping[str, T], page: str, command: str) -> T | None:
    """Return what a table has for a command."""
    return next((one for begins, one in table.items() if f"{page}: {command} ".startswith(begins)), None)


@pytest.fixture(scope="module")
def home(run: Run) -> Path:
    """Give the installation that is here: nothing is fetched again."""
    return installing.installed(run).home.resolve()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Reader]:
    """Give a reader in a fresh checkout; what they have started is stopped in the end."""
    reader = Reader(tmp_path_factory.mktemp("reader") / "tailrace", home, EMULATOR="embedded")
    checkout(reader.folder)
    yield reader
    ended = reader.run("make down")
    assert ended.code == 0, ended.text


@pytest.fixture(scope="module")
def project(clone: Reader, home: Path, wheel: Path) -> Iterator[Reader]:
    """Give a reader in an empty folder, in whose environment is pip, and what the wheel asks for.

    pip takes its time to fetch and unpack that; `test_examples.py` shows that what is asked for is enough.
    """
    reader = Reader(clone.folder.parent / "project", home, EMULATOR="embedded")
    python = installing.make_environment(reader.folder / ".venv", wheel, "--seed")
    for change in ("uninstall tailrace", f"install {' '.join(installing.LOCKED)} hatchling"):
        made = reader.run(f"uv pip {change} --quiet --python {python}")
        assert made.code == 0, made.text
    reader.environ["PIP_NO_BUILD_ISOLATION"] = "0"  # pip's way to say: build with the hatchling that is here
    reader.environ["PATH"] = f"{reader.folder}/.venv/bin:{reader.environ['PATH']}"
    yield reader
    ended = reader.run("tailrace down")
    assert ended.code == 0, ended.text


def read(reader: Reader, page: str, **places: Path) -> Iterator[tuple[Block, str, str]]:
    """Type a page's commands, with these folders for its places; give each, its block and what it printed.

    None may fail, but those that Ctrl-C ends.
    """
    for block, typed in of_page(page):
        command = typed
        for written, folder in places.items():
            command = command.replace(PLACES[written], str(folder))
        if found(NOT_HERE, page, command):
            continue
        until = found(LONG, page, command)
        more = found(SHORTER, page, command) or {}
        said = reader.run(command, more) if until is None else reader.begin(command, until)
        assert not re.search(r"^Traceback", said.text, re.MULTILINE), f"{block}: {command}\n{said.text}"
        assert said.code == 0 or until is not None, f"{block}: {command}\n{said.text}"
        yield block, command, said.text


def shape(line: str) -> str:
    """Return what a printed line looks like: any figure is as good as another, and so is what `…` stands for.

    >>> shape("Acknowledged 9,999 events in 4.3 s (2,310/s)")
    'Acknowledged # events in # s (#/s)'
    """
    return " ".join(re.sub(r"[\d,.]*\d", "#", line.partition("…")[0]).split())


def status(clone: Reader, sent: str) -> str:
    """Type `make status`, and see that all was processed."""
    text = clone.run("make status").text
    assert f"{sent:>9} page_view\n" in text, text
    return text


def test_the_readme(clone: Reader) -> None:
    """What is typed works, and each line that the README shows is printed, but for its figures."""
    log = (ROOT / "tests" / "data" / "access.log").read_bytes()
    (clone.folder / "access.log.gz").write_bytes(gzip.compress(log + log.splitlines()[0][:-10]))
    printed: dict[str, set[str]] = {}
    everything = ""
    for _, command, text in read(clone, "README.md"):
        lines = text.splitlines()
        everything += text
        if command == "make status":
            (sent,) = re.findall(r"Acknowledged ([\d,]+)", everything)
            lines += eventually(partial(status, clone, sent), within=60, every=2).splitlines()
        printed.setdefault(command.split("#")[0].strip(), set()).update(map(shape, lines))
    sessions = [block.text for block in SHELL if block.page == "README.md" and block.language == "console"]
    for session in sessions:
        for part in session.split("$ ")[1:]:
            command, *lines = part.splitlines()
            shown = printed[command.split("#")[0].strip()]
            missing = [line for line in lines if not any(one.startswith(shape(line)) for one in shown)]
            assert missing == [], shown


def test_the_handler(clone: Reader) -> None:
    """A lock is made, `make try` judges the file's events, and what is watched is deployed."""
    sample = ("from handler.samples import event; import json;"
              "print(*(json.dumps(event(n)[1]) for n in range(10)), sep='\\n')")  # fmt: skip
    (clone.folder / "requirements.in").write_text("msgspec\n")
    (clone.folder / "events.jsonl").write_text(clone.run(f'python -c "{sample}"').text)
    printed = {command.split("#")[0].strip(): text for _, command, text in read(clone, "docs/handler.md")}
    assert "Would be stored: 10\n" in printed["make try SOURCE=events.jsonl"]
    assert "The stack tailrace is deployed" in printed["make up WATCH=1"]
    assert "--hash=sha256:" in (clone.folder / "handler" / "requirements.txt").read_text()


@pytest.mark.parametrize("page", ["docs/simulation.md", "docs/tests.md"])
def test_what_is_typed_works(clone: Reader, page: str) -> None:
    """Each command begins or ends well."""
    assert list(read(clone, page))


def test_another_project(clone: Reader, project: Reader) -> None:
    """The wheel is built, installed and tested with; then come streams, dead letters and faults by hand."""
    (project.folder / "test_readings.py").write_text(of("docs/your-project.md", "python")[0])
    (project.folder / "events.jsonl").write_text(
        "".join(json.dumps({"meta": {"sensor": f"s-{n % 3}"}, "n": n, "id": "ID"}) + "\n" for n in range(20))
    )
    bench = clone.folder / "bench"
    printed = {}
    for _, command, text in read(project, "docs/your-project.md", bench=bench, here=project.folder):
        printed[command.split("#")[0].strip()] = text
        if command.startswith("tailrace up"):
            deploy_a_failing_function(Aws(f"http://127.0.0.1:{project.environ['EMULATOR_PORT']}"))
    assert "1 passed" in printed["pytest"]
    assert len((project.folder / "kept.jsonl").read_text().splitlines()) >= 20
    assert list(read(project, "docs/faults.md"))


def test_the_workflow(clone: Reader, project: Reader, home: Path) -> None:
    """The workflow's steps, each in a shell of its own as on GitHub, end well on what is deployed."""
    ci = Reader(clone.folder.parent / "ci", home, EMULATOR="embedded")
    ci.environ["PATH"] = project.environ["PATH"]
    shutil.copytree(project.folder / "dist", ci.folder / "vendor")
    (ci.folder / "requirements-dev.txt").write_text("./vendor/tailrace-0.1.0-py3-none-any.whl[testing]\n")
    (ci.folder / "deploy.sh").write_text(DEPLOY)
    (ci.folder / "test_deployed.py").write_text(DEPLOYED)
    (job,) = yaml.safe_load(of("docs/your-project.md", "yaml")[1])["jobs"].values()
    try:
        for step in (one["run"] for one in job["steps"] if "run" in one):
            (ci.folder / "step.sh").write_text(step)
            said = ci.run("bash -e step.sh")
            assert said.code == 0, f"{step}\n{said.text}"
    finally:
        ci.run("tailrace down")
    assert 'tests="1"' in (ci.folder / "junit.xml").read_text()
    assert (ci.folder / "emulator.log").read_text()


def deploy_a_failing_function(aws: Aws) -> None:
    """Make what the page calls STREAM and MAPPING, where each batch is given up at once."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handle(event, context): raise ValueError\n")
    aws("kinesis").create_stream(StreamName="STREAM", ShardCount=2)
    aws("kinesis").get_waiter("stream_exists").wait(StreamName="STREAM")
    sqs = aws("sqs")
    address = sqs.create_queue(QueueName="given-up")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws("lambda").create_function(
        FunctionName="MAPPING",
        Runtime="python3.13",
        Handler="app.handle",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": packed.getvalue()},
    )
    aws("lambda").create_event_source_mapping(
        FunctionName="MAPPING",
        EventSourceArn="arn:aws:kinesis:us-east-1:000000000000:stream/STREAM",
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )


def test_in_docker(run: Run, tmp_path: Path) -> None:
    """What docs/docker.md says of Compose works where the run is on it."""
    if run.environ.get("EMULATOR") != "docker":
        pytest.skip("containers are run where the tests run on them: make test EMULATOR=docker")
    reader = Reader(
        tmp_path / "tailrace", ROOT / ".emulator", EMULATOR_OFFLINE=run.environ.get("EMULATOR_OFFLINE", "")
    )
    checkout(reader.folder)
    assert list(read(reader, "docs/docker.md"))
    (reader.folder / "service.yml").write_text(of("docs/your-project.md", "yaml")[0])
    checked = reader.run("docker compose --file service.yml config --quiet")
    assert (checked.code, checked.text) == (0, "")


def test_each_command_is_typed() -> None:
    """Every page with commands is read by a test here; what is not typed is there, and has its reason."""
    typed = {block.page for block in SHELL for one in commands(block) if not found(NOT_HERE, block.page, one)}
    assert {page.removeprefix("docs/") for page in typed} == {
        "README.md", "docker.md", "faults.md", "handler.md", "simulation.md", "tests.md", "your-project.md"
    }  # fmt: skip
    named = [f"{block.page}: {one} " for block in SHELL for one in commands(block)]
    begins = [*NOT_HERE, *LONG, *SHORTER]
    assert [one for one in begins if not any(command.startswith(one) for command in named)] == []
