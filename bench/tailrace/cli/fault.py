"""`fault`: faults and kills, asked for while the emulator runs."""

import json
import os
from pathlib import Path

import click

from tailrace import endpoint
from tailrace.cli.console import answer, say
from tailrace.faults import client
from tailrace.faults.asking import KINDS, MOMENTS
from tailrace.faults.client import Fault

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object for each fault.")


@click.group()
def command() -> None:
    r"""Let calls and functions fail: add, list, remove, clear.

    \b
    tailrace fault add dynamodb.PutItem --nth 3                      the 3rd call is throttled
    tailrace fault add 'dynamodb.*' --function store --probability 0.2 --seed 7
    tailrace fault add kinesis.PutRecords --do entries --share 0.25
    tailrace fault add dynamodb.UpdateItem --do lose --times 1       done, and no answer
    tailrace fault add dynamodb.PutItem --do kill --function store --moment after
    tailrace fault add function.invoke --resource store --do throttle --lasting 10
    """


@command.command()
@click.argument("on", metavar="SERVICE.OPERATION")
@click.option(
    "--do",
    "kind",
    type=click.Choice(KINDS),
    default="error",
    show_default=True,
    help="What happens to the call.",
)
@click.option("--code", help="The error's code.  [default: the service's throttling error]")
@click.option("--message", help="The error's message.  [default: AWS's]")
@click.option("--resource", help="Only calls on this table, stream, queue or function; * matches any text.")
@click.option("--function", help="Only calls made by this function; * matches any text.")
@click.option(
    "--content", help="Only calls whose body contains this text; with --do entries, only such entries."
)
@click.option("--nth", type=int, help="First matching call that is affected; --times defaults to 1 then.")
@click.option("--probability", type=float, help="Chance that a matching call is affected, up to 1.")
@click.option("--seed", type=int, help="Makes --probability and --share repeatable.")
@click.option("--times", type=int, help="Number of calls that are affected at most.")
@click.option("--lasting", type=float, metavar="SECONDS", help="Ends after so many seconds.")
@click.option("--seconds", type=float, help="How long a delay is.")
@click.option("--share", type=float, help="Share of a batch's entries that fail.  [default: 1, all]")
@click.option(
    "--moment",
    type=click.Choice(MOMENTS),
    help="When it happens: before or after the call's work; as an invocation answers.",
)
@as_json
def add(on: str, kind: str, *, as_json: bool, **given: str | float | None) -> None:
    """Let calls fail, and print the fault's id."""
    rule = {"on": on, "do": kind, **{name: value for name, value in given.items() if value is not None}}
    _show([client.add(_url(), rule)], as_json=as_json)


@command.command("list")
@as_json
def listed(*, as_json: bool) -> None:
    """List the faults, with how many calls each matched, and how often it fired."""
    found = client.listed(_url())
    if not found:
        say("There are no faults.")
    _show(found, as_json=as_json)


@command.command()
@click.argument("fault_id", metavar="ID")
@as_json
def remove(fault_id: str, *, as_json: bool) -> None:
    """Remove a fault; prints what it did."""
    _show([client.remove(_url(), fault_id)], as_json=as_json)


@command.command()
@as_json
def clear(*, as_json: bool) -> None:
    """Remove all faults; prints what each did."""
    _show(client.clear(_url()), as_json=as_json)


def _url() -> str:
    return endpoint.meant(os.environ, Path.cwd()).url


def _show(faults: list[Fault], *, as_json: bool) -> None:
    for fault in faults:
        answer(json.dumps(fault) if as_json else line(fault))


def line(fault: Fault) -> str:
    """Return a fault in a line.

    >>> line({"id": "fault-1", "do": "kill", "moment": "after", "on": "sqs.SendMessage", "function": "store",
    ...       "nth": 1, "times": 1, "matched": 3, "fired": 1})
    'fault-1  kill after  sqs.SendMessage  function store, times 1  matched 3, fired 1'
    """
    kind, defaults = fault["do"], {"*", "", 1.0, None}
    what = {"kill": fault["moment"], "delay": f"{fault.get('seconds', 0):g} s", "error": fault.get("code")}
    what |= dict.fromkeys(("timeout", "out-of-memory"), fault["moment"])
    names = ("function", "resource", "content", "probability", "share", "nth", "times")
    limits = ", ".join(
        f"{name} {fault[name]}"
        for name in names
        if name in fault and fault[name] not in defaults and not (name == "nth" and fault[name] == 1)
    )
    if fault.get("times") == 1:
        limits = f"{limits}, times 1" if limits else "times 1"
    done = f"matched {fault['matched']}, fired {fault['fired']}"
    parts = (fault["id"], f"{kind} {what.get(kind) or ''}".strip(), fault["on"], limits, done)
    return "  ".join(part for part in parts if part)
