"""`redeliver`: all that a stream holds is delivered once more."""

import json

import click

from tailrace.cli.console import answer
from tailrace.cli.emulated import aws
from tailrace.cli.words import plural
from tailrace.story.mappings import find
from tailrace.story.redelivering import redeliver


@click.command()
@click.argument("mapping")
@click.option("--times", type=click.IntRange(1, 1000), default=1, show_default=True, help="How often.")
@click.option(
    "--within",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="Seconds that one redelivery may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each time.")
def command(*, mapping: str, times: int, within: float, as_json: bool) -> None:
    """Deliver all that a mapping's stream holds once more, from the first record, and wait until it is done.

    MAPPING is its id, or its function or stream if that has no other. It stays the very mapping, with its
    settings. A function that is right stores and counts nothing twice then.
    """
    make = aws()
    meant = find(make("lambda"), mapping)
    for time in range(1, times + 1):
        records = redeliver(make.endpoint, meant, within)
        if as_json:
            answer(json.dumps({"mapping": meant.uuid, "time": time, "records": records}))
        else:
            answer(f"Delivered once more ({time} of {times}): {plural(records, 'record')} of {meant.stream}")
