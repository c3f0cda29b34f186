"""`completion`: what makes a shell complete verbs and options."""

import click
from click.shell_completion import get_completion_class

from tailrace.cli.console import answer


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    r"""Print what makes a shell complete verbs and options.

    \b
    bash, zsh   eval "$(tailrace completion bash)"
    fish        tailrace completion fish | source
    """
    top, made = context.find_root(), get_completion_class(shell)
    if made:
        answer(made(top.command, {}, "tailrace", "_TAILRACE_COMPLETE").source())
