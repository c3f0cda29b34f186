"""`reset`: everything gone, at once."""

import json
import time

import click

from tailrace.cli.console import answer
from tailrace.cli.emulated import aws
from tailrace.control.own_api import NotOursError, ask
from tailrace.story.errors import StoryError

PATH = "/_tailrace/reset"
ACCOUNT = "000000000000"


@click.command()
@click.option("--account", default=ACCOUNT, show_default=True, help="The account of the emulator.")
@click.option("--region", help="The region.  [default: AWS_REGION, or us-east-1]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, account: str, region: str | None, yes: bool, as_json: bool) -> None:
    """Remove everything of an account and a region from the emulator, which stays up.

    Streams, tables, buckets, queues, topics, functions, mappings, logs, metrics, alarms, rules, stacks, and
    IAM's roles, which have no region. Mappings are stopped first. A stack can be deployed again at once.
    """
    make = aws()
    where = region or make.region
    what = f"everything of account {account} in {where} at {make.endpoint}"
    if not yes and not click.confirm(f"Remove {what}?", err=True):
        raise click.Abort
    began = time.monotonic()
    try:
        ask(make.endpoint, PATH, {"account": account, "region": where})
    except NotOursError as error:
        raise StoryError(f"It cannot be reset: {error}") from None
    took = time.monotonic() - began
    if as_json:
        answer(json.dumps({"account": account, "region": where, "seconds": round(took, 3)}))
    else:
        answer(f"Removed {what} ({took:.2f} s)")
