"""The command line: `python -m tailrace_emulator COMMAND`, or the script `tailrace-emulator`.

EMULATOR_HOME   folder of the installation (default: .emulator in the current folder)
EMULATOR_PORT   port of the emulator (default: 4566)
"""

import argparse
import sys
import time
from collections.abc import Sequence

from tailrace_emulator.control import Emulator, EmulatorError
from tailrace_emulator.control.doctor import examine


def say(text: str) -> None:
    """Print one line of progress at once, apart from what a command answers."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def install(emulator: Emulator, _: argparse.Namespace) -> int:
    """Install what is missing."""
    emulator.installation.install(say)
    return 0


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
    sys.stdout.write(emulator.tail(options.lines) + "\n")
    return 0


def doctor(emulator: Emulator, _: argparse.Namespace) -> int:
    """Say what is missing or in the way, and the fix."""
    findings = list(examine(emulator))
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
        prog="tailrace-emulator", description="LocalStack with a streaming leg like AWS's",
        epilog=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for act in (install, start, run, stop, status, logs, doctor):
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
