"""Options that several verbs have."""

from collections.abc import Iterable

import click

from tailrace.compose import choice


def pairs(_context: click.Context, _option: click.Parameter, given: Iterable[str]) -> dict[str, str]:
    """Take each NAME=VALUE apart."""
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.isidentifier():
            raise click.BadParameter(f"{text} is not of the form NAME=VALUE")
        found[name] = value
    return found


via = click.option(
    "--via",
    envvar=choice.VARIABLE,
    default="auto",
    help="auto, docker or embedded: where it runs.",
    show_default=True,
    show_envvar=True,
)
variables = click.option(
    "--set",
    "variables",
    multiple=True,
    callback=pairs,
    metavar="NAME=VALUE",
    help="A variable of LocalStack; may be repeated.",
)
