"""The command `tailrace`: a module for each verb, imported when it is asked for.

A verb is a module of this folder with a click command named `command`; it stands in `VERBS` under the heading
that the help lists it below. It returns its exit code: 0 well, 1 failed, 2 misused, 130 interrupted.
Answers go to standard output, progress and errors to standard error (`console.py`).

Why click: nested groups, completion for three shells, options that read the environment; no dependencies.
"""

import atexit
import gc
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from tailrace.cli.console import say
from tailrace.control.errors import EmulatorError
from tailrace.endpoint import EndpointError
from tailrace.sentences import of_botocore, sentence
from tailrace.story.errors import StoryError
from tailrace.stream.errors import StreamError

INTERRUPTED = 130
VERBS: Mapping[str, Sequence[str]] = {
    "The emulator": ("up", "down", "where", "whose", "env", "logs", "advance", "reset", "doctor", "install"),
    "Streams": ("put", "record", "load"),
    "Mappings": ("watch", "trace", "redeliver", "dead-letters"),
    "Faults": ("fault",),
    "The embedded emulator alone": ("start", "stop", "status", "run"),
    "The shell": ("completion",),
}
SENTENCE = 110
"""Characters of the sentence that the help has of a verb, at most."""
SENTENCES = (
    EmulatorError,
    EndpointError,
    StoryError,
    StreamError,
)  # errors whose text is a sentence for the user


class Verbs(click.Group):
    """The verbs, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names of all verbs."""
        return [name for names in VERBS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, None if there is none of this name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        return unwrapped(found)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs below their headings."""
        width = max(map(len, self.list_commands(ctx)))
        for heading, names in VERBS.items():
            verbs = [(name.ljust(width), self.get_command(ctx, name)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(
                    [(name, verb.get_short_help_str(SENTENCE)) for name, verb in verbs if verb]
                )


@click.command(cls=Verbs, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tailrace", message="%(version)s")
def tailrace() -> None:
    r"""LocalStack with a streaming leg like AWS's.

    \b
    EMULATOR_HOME   folder of the installation (default: .emulator in the current folder)
    EMULATOR_PORT   port of the emulator on 127.0.0.1 (default: 4566)
    EMULATOR        where `up` starts it: auto (default), docker or embedded
    """


def unwrapped(command: click.Command) -> click.Command:
    r"""Let the paragraphs of a command's help that begin with a line `\b` be printed as they stand.

    Click's own mark for them is the character backspace, which no docstring that is raw can hold.
    """
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    atexit.register(gc.freeze)  # or Python goes through all that was imported once more: up to 0.1 s
    try:
        done = unwrapped(tailrace).main(arguments, prog_name="tailrace", standalone_mode=False)
    except click.ClickException as misused:
        misused.show()
        return misused.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted; nothing half-made is in use. Run the same command again to go on.")
        return INTERRUPTED
    except Exception as error:
        if not isinstance(error, SENTENCES) and not of_botocore(error):
            raise
        say(sentence(error))
        return 1
    return done if isinstance(done, int) else 0
