"""The command line: `python -m tailrace COMMAND`, or the script `tailrace`.

EMULATOR_HOME   folder of the installation (default: .emulator in the current folder)
EMULATOR_PORT   port of the emulator (default: 4566)
EMULATOR        for `up` without --via: auto (default), docker or embedded
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tailrace.compose import choice, commands
from tailrace.control import Emulator, EmulatorError
from tailrace.control.doctor import examine


def say(text: str) -> None:
    """Print one line of progress at once, apart from what a command answers."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def answer(text: str) -> None:
    """Print one line of what a command answers."""
    sys.stdout.write(f"{text}\n")


def install(emulator: Emulator, options: argparse.Namespace) -> int:
    """Install what is missing; with --via build the image instead, if that is what would run."""
    if options.via is None:
        emulator.installation.install(say)
    else:
        via = "docker" if options.via == choice.TESTS_ONLY else choice.wanted(options.via)
        choice.prepare(via, emulator, Path.cwd(), say)
    return 0


def up(emulator: Emulator, options: argparse.Namespace) -> int:
    """Start the emulator, in Docker or embedded, whatever that takes; returns when it is healthy."""
    return commands.up(emulator, options, say)


def down(emulator: Emulator, options: argparse.Namespace) -> int:
    """Stop the emulator, whichever runs: in Docker or embedded."""
    return commands.down(emulator, options, say)


def where(emulator: Emulator, options: argparse.Namespace) -> int:
    """Say in one line what the emulator runs in, if it runs."""
    return commands.where(emulator, options, answer)


def start(emulator: Emulator, options: argparse.Namespace) -> int:
    """Start LocalStack; returns when it is healthy."""
    began = time.monotonic()
    started = emulator.start(dict(options.set))
    seconds = f"healthy after {time.monotonic() - began:.1f} s" if started else "ran already"
    say(f"The emulator runs at {emulator.status().endpoint} ({seconds})")
    return 0


def run(emulator: Emulator, options: argparse.Namespace) -> int:
    """Run LocalStack in the foreground until SIGTERM or Ctrl-C, as a container does."""
    emulator.become(dict(options.set))


def stop(emulator: Emulator, _: argparse.Namespace) -> int:
    """Stop LocalStack and all that it started."""
    stopped = emulator.stop()
    say(f"The emulator on port {emulator.port} {'is stopped' if stopped else 'does not run'}")
    return 0


def status(emulator: Emulator, _: argparse.Namespace) -> int:
    """Say whether the emulator runs; the exit code is 0 only if it does."""
    now = emulator.status()
    loaded = " ".join(sorted(name for name, state in now.services.items() if state == "running"))
    process = f" (process {now.pid}, log {now.log})" if now.pid else ""
    sys.stdout.write(f"{now.state} {now.endpoint}{process}\n")
    if loaded:
        sys.stdout.write(f"services: {loaded}\n")
    return 0 if now.state == "running" else 1


def logs(emulator: Emulator, options: argparse.Namespace) -> int:
    """Print the end of the log."""
    return commands.logs(emulator, options)


def doctor(emulator: Emulator, _: argparse.Namespace) -> int:
    """Say what is missing or in the way, and the fix."""
    findings = [*examine(emulator), commands.finding()]
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return 1 if any(finding.blocks for finding in findings) else 0


def setting(text: str) -> tuple[str, str]:
    """Take NAME=VALUE apart."""
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text} is not of the form NAME=VALUE")
    return name, value


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="tailrace", description="LocalStack with a streaming leg like AWS's",
        epilog=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for act in (install, start, run, stop, status, logs, doctor, up, down, where):
        command = commands.add_parser(act.__name__, help=act.__doc__)
        command.set_defaults(act=act)
        if act in {start, run}:
            command.add_argument(
                "--set",
                action="append",
                default=[],
                type=setting,
                metavar="NAME=VALUE",
                help="a variable of LocalStack",
            )
        if act in {install, up}:
            known = os.environ.get(choice.VARIABLE, "auto") if act is up else None
            command.add_argument("--via", default=known, help="auto, docker or embedded")
        if act is down:
            command.add_argument("--image", action="store_true", help="remove the image too")
        if act is logs:
            command.add_argument("--lines", type=int, default=100, help="how many (default: 100)")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.act(Emulator.from_environment(), options))
    except EmulatorError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Interrupted; nothing half-made is in use. Run the same command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
