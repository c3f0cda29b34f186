"""What the command line does where Docker comes in: up, down, where, logs, doctor."""

import argparse
import os
import sys
import time
from pathlib import Path

from tailrace.control import Emulator
from tailrace.control.doctor import Finding

from . import choice, engine, image
from .choice import Report
from .container import Container
from .errors import EngineError


def up(emulator: Emulator, options: argparse.Namespace, report: Report) -> int:
    """Start the emulator, in Docker or embedded, whatever that takes; return when it is healthy."""
    began = time.monotonic()
    chosen, started = choice.up(choice.wanted(options.via), emulator, Path.cwd(), report)
    seconds = f"healthy after {time.monotonic() - began:.1f} s" if started else "ran already"
    report(f"The emulator runs at {chosen.endpoint} ({seconds})")
    return 0


def down(emulator: Emulator, options: argparse.Namespace, report: Report) -> int:
    """Stop the emulator, whichever runs: in Docker or embedded."""
    container = _container(emulator)
    removed = container is not None and container.down()
    stopped = emulator.stop()
    if removed:
        report(f"The emulator in Docker on port {emulator.port} is removed")
    if stopped or not removed:
        report(f"The emulator on port {emulator.port} {'is stopped' if stopped else 'does not run'}")
    if options.image and container is not None:
        image.remove(container.engine)
    return 0


def where(emulator: Emulator, _: argparse.Namespace, report: Report) -> int:
    """Say in one line what the emulator runs in, if it runs."""
    process = emulator.process()
    container = None if process else _container(emulator)
    found = container.find() if container else None
    if process:
        report(f"{'Emulator':<13} embedded, process {process.pid}, log {emulator.log}")
    elif container and found and found.running:
        report(f"{'Emulator':<13} in Docker {container.engine.version}, container {found.name}")
    else:
        report(f"{'Emulator':<13} does not run on port {emulator.port}")
    return 0


def logs(emulator: Emulator, options: argparse.Namespace) -> int:
    """Print the end of the log of what runs, or ran last."""
    container = None if emulator.process() else _container(emulator)
    said = container.log(options.lines) if container else ""
    sys.stdout.write((said or emulator.tail(options.lines)) + "\n")
    return 0


def finding() -> Finding:
    """Look for a Docker engine."""
    try:
        there = engine.find(os.environ)
    except EngineError as none:
        return Finding(f"no Docker for the emulator ({none}): it runs embedded")
    what = f"Docker {there.version}, Compose {there.compose}"
    return Finding(f"{what}: the emulator runs there, unless EMULATOR=embedded")


def _container(emulator: Emulator) -> Container | None:
    return choice.reachable(emulator.port, Path.cwd(), os.environ)
