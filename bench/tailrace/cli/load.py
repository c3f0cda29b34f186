"""`load`: more than one process can send, and proof of every event of it."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tailrace.cli.console import answer, say
from tailrace.cli.emulated import aws
from tailrace.control import Emulator
from tailrace.control.own_api import NotOursError, ask
from tailrace.load import environment, found, running
from tailrace.load.account import Account
from tailrace.load.budget import LOOKS, MARGIN, EventCost
from tailrace.load.ledgers import event_id
from tailrace.load.plan import LoadPlan
from tailrace.load.prices import MILLION
from tailrace.load.verdict import LoadVerdict, judge
from tailrace.story.mappings import mappings
from tailrace.story.watching import PATH
from tailrace.stream.json_fields import parse_object
from tailrace.stream.writing import WritableStream
from tailrace.testing.clients import Aws

ABOVE_ZERO = click.FloatRange(min=0, min_open=True)
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LOOK = 0.2
type Clients = Aws | Account
"""What makes clients: of an emulator, or of AWS itself."""


def address(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[str, int] | None:
    """Take HOST:PORT apart."""
    if text is None:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise click.BadParameter(f"{text} is not of the form HOST:PORT")
    return host, int(port)


def template(_context: click.Context, _option: click.Parameter, path: Path | None) -> dict[str, Any]:
    """Read the event that all are made from."""
    try:
        return parse_object(path.read_bytes()) if path else {}
    except ValueError as error:
        raise click.BadParameter(f"{path} is not one JSON object: {error}") from None


@click.command()
@click.argument("stream")
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=2,
    show_default=True,
    help="Worker processes to start here.",
)
@click.option(
    "--outside", type=click.IntRange(0, 64), default=0, help="Workers that are started on other machines."
)
@click.option("--bind", callback=address, metavar="HOST:PORT", help="Where the master listens for workers.")
@click.option(
    "--worker-of", callback=address, metavar="HOST:PORT", help="Be one worker of the master at this address."
)
@click.option(
    "--name", default="w1", show_default=True, help="With --worker-of: the worker's name; no other has it."
)
@click.option("--count", type=click.IntRange(1), help="Number of events, of all workers together.")
@click.option(
    "--duration", type=ABOVE_ZERO, help="Seconds to send.  [default: 30, without a bound if --count is given]"
)
@click.option(
    "--rate", type=ABOVE_ZERO, help="Events a second, of all workers together.  [default: no limit]"
)
@click.option(
    "--users",
    type=click.IntRange(1, 1000),
    default=2,
    show_default=True,
    help="Concurrent senders of each worker.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    default=500,
    show_default=True,
    help="Events that a sender takes at a time.",
)
@click.option(
    "--keys", type=click.IntRange(1), default=1000, show_default=True, help="Number of partition keys."
)
@click.option(
    "--template",
    type=FILE,
    callback=template,
    help="File with a JSON event, of which each event is a copy with its own id.",
)
@click.option(
    "--id",
    "id_field",
    default="id",
    show_default=True,
    metavar="FIELD",
    help="Field of the event that holds its id.",
)
@click.option(
    "--size", type=click.IntRange(0, 2**20), default=0, help="Bytes to which each event is filled up."
)
@click.option("--table", help="Table in which the events are looked for.  [default: the stream itself]")
@click.option(
    "--attribute", default="id", show_default=True, help="Attribute of the table that holds the id."
)
@click.option(
    "--found", "file", type=FILE, help="File with the ids that were found, one a line, instead of a table."
)
@click.option(
    "--settle",
    type=ABOVE_ZERO,
    default=60.0,
    show_default=True,
    help="With --table: seconds to wait until all is processed.",
)
@click.option("--ledgers", type=FOLDER, help="Folder for the workers' ledgers.  [default: load-TIME]")
@click.option("--account", metavar="ID", help="Send to AWS itself, to this account, with your credentials.")
@click.option("--budget", type=ABOVE_ZERO, metavar="USD", help="With --account: what it may cost at most.")
@click.option(
    "--per-million",
    type=click.FloatRange(min=0),
    metavar="USD",
    help="What your function costs for a million events.  [default: a write and an invocation for each]",
)
@click.option("--judge", "only_judge", is_flag=True, help="Send nothing; compare the ledgers that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
def command(stream: str, **given: Any) -> int:  # noqa: ANN401  options, each of its type
    """Send more than one process can, by Locust's workers, and prove what became of every event.

    Each worker writes a ledger: what it begins, and what the stream acknowledges. In the end all ledgers are
    compared with what is found. Acknowledged and not found is lost; found twice is doubled; begun by a worker
    that was killed before it was acknowledged is unknown, and no loss. Exit code 1 if anything is lost or
    doubled, or nothing was acknowledged. Locust is installed when this is asked for first.

    On several machines one is the master (--workers 0 --outside 3 --bind HOST:PORT), the others are workers
    (--worker-of HOST:PORT --name w2); --count and --rate are each worker's own there. The ledgers are judged
    where they all are: in a folder that they share, or by --judge when they were copied into one.

    With --account it is AWS itself, and --budget bounds what the events may cost: by list prices, on the safe
    side, with what your function is assumed to do. Each machine has a budget of its own then.
    """
    everybody = 1 if given["worker_of"] else given["workers"] + given["outside"]
    if not everybody and not given["only_judge"]:
        raise click.UsageError("No worker: --workers or --outside says how many.")
    make = _clients(given["account"], given["budget"])
    folder: Path = given["ledgers"] or Path(f"load-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    WritableStream.find(make("kinesis"), stream)
    folder.mkdir(parents=True, exist_ok=True)
    if not given["only_judge"]:
        code = _sent(make, stream, folder, everybody, given)
        if given["worker_of"]:
            return code
    verdict = _judged(make, stream, folder, given)
    if as_json := given["as_json"]:
        answer(json.dumps(asdict(verdict) | {"passed": verdict.passed, "ledgers": str(folder)}, indent=2))
    for line in () if as_json else verdict.lines():
        answer(line)
    say(f"Ledgers and logs: {folder}")
    return 0 if verdict.passed else 1


def _clients(account: str | None, budget: float | None) -> Clients:
    """Return what makes clients: of the emulator, or of an account if a budget is named."""
    if account and budget is None:
        raise click.UsageError("AWS bills each event: --budget says how many dollars it may cost at most.")
    if budget is not None and not account:
        raise click.UsageError("An emulator costs nothing: --budget goes with --account.")
    return Account.checked(account) if account else aws()


def _sent(make: Clients, stream: str, folder: Path, everybody: int, given: dict[str, Any]) -> int:
    """Send all; return the exit code of what was started."""
    whole = LoadPlan(
        make.endpoint,
        make.region,
        stream,
        str(folder.resolve()),
        given["count"],
        given["rate"],
        given["users"],
        given["batch"],
        given["keys"],
        given["template"],
        given["id_field"],
        given["size"],
    )
    if isinstance(make, Account):
        whole = _guarded(make, whole, everybody, given)
    home = Emulator.from_environment().installation.home
    locust = running.Locust(environment.installed(home, say), environment.code(home))
    if given["worker_of"]:
        running.await_master(given["worker_of"], say)
        return running.joined(locust, whole, given["worker_of"], given["name"])
    seconds = given["duration"] or (None if given["count"] else 30.0)
    bounds = running.LoadBounds(seconds, given["workers"], given["outside"])
    plan = running.share(whole, everybody)
    host, port = given["bind"] or running.free_port()
    say(f"Sending to {stream}: {everybody} workers with {plan.users} users each")
    if given["outside"]:
        joining = f"tailrace load {stream} --worker-of {host}:{port} --name w1"
        say(f"Waiting for {given['outside']} workers from outside: {joining}")
    return running.run(locust, plan, bounds, (host, port), say)


def _guarded(make: Account, plan: LoadPlan, everybody: int, given: dict[str, Any]) -> LoadPlan:
    """Bound a run by its budget, for all workers together."""
    about = make("kinesis").describe_stream_summary(StreamName=plan.stream)["StreamDescriptionSummary"]
    each = EventCost.of(
        len(plan.event(event_id("0" * 16, 10**9))),
        on_demand=about.get("StreamModeDetails", {}).get("StreamMode") == "ON_DEMAND",
        in_table=bool(given["table"]),
        follows=given["per_million"],
    )
    pays_for = each.affordable(given["budget"]) // everybody * everybody
    what = f"${given['budget']:g} pays for {pays_for:,} events at ${each.guarded * MILLION:.2f} a million"
    if not pays_for or (plan.count or 0) > pays_for:
        raise click.UsageError(f"--budget is too small: {what}.")
    where = f"AWS, account {given['account']}, {make.region}"
    say(f"{where}: {what} ({MARGIN} times the list prices of us-east-1)")
    return replace(plan, count=min(plan.count or pays_for, pays_for))


def _judged(make: Clients, stream: str, folder: Path, given: dict[str, Any]) -> LoadVerdict:
    """Compare ledgers with what is found; on AWS again, after a while, as long as something is missing."""
    if isinstance(make, Account) and not given["file"]:
        for _ in range(LOOKS - 1):
            verdict = judge(folder, _found(make, stream, given))
            if not verdict.lost:
                return verdict
            time.sleep(given["settle"] / (LOOKS - 1))
    return judge(folder, _found(make, stream, given))


def _found(make: Clients, stream: str, given: dict[str, Any]) -> Iterator[str]:
    """Give what is found, when the mappings of the stream have settled all that they were to."""
    if given["file"]:
        return found.in_file(given["file"])
    if not given["table"]:
        return found.in_stream(make("kinesis"), stream, given["id_field"])
    if not isinstance(make, Account):
        _settle(make, stream, given["settle"])
    return found.in_table(make("dynamodb"), given["table"], given["attribute"])


def _settle(make: Aws, stream: str, seconds: float) -> None:
    """Wait until no mapping of the stream is behind, or so long."""
    own = {one.uuid for one in mappings(make("lambda")) if one.stream == stream}
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            of_stream = [one for one in ask(make.endpoint, PATH)["mappings"] if one["mapping"] in own]
        except NotOursError:
            say("This emulator does not tell how far a mapping is: looking at once.")
            return
        if all(one["behind"] and not one["behind"]["records"] for one in of_stream):
            return
        time.sleep(LOOK)
    say(f"After {seconds:g} s not all is settled: what is missing counts as lost. --settle waits longer.")
