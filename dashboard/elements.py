"""The page's own HTML, put together by NiceGUI."""

import os
from html import escape

from nicegui import ui

from bootstrap.commands import addressed


def html(tag: str, classes: str = "", content: str = "", **props: str) -> ui.html:
    """Put an element here; its content is HTML of ours, in which what comes from events is escaped."""
    made = ui.html(content, sanitize=False, tag=tag).classes(classes)
    _set(made, props)
    return made


def element(tag: str, classes: str = "", **props: str) -> ui.element:
    """Put an element here that others are put into."""
    made = ui.element(tag).classes(classes)
    _set(made, props)
    return made


def _set(made: ui.element, props: dict[str, str]) -> None:
    for name, value in props.items():
        made.props[name.replace("_", "-")] = value


def hide(one: ui.element, *, hidden: bool) -> None:
    """Hide an element from everybody, or show it."""
    if hidden != ("hidden" in one.props):
        if hidden:
            one.props["hidden"] = ""
        else:
            del one.props["hidden"]
        one.update()


def coded(text: str) -> str:
    """Return text as HTML; what stands between backticks becomes code, a command with its settings.

    >>> coded("`make up` is < 1 min")
    '<code>make up</code> is &lt; 1 min'
    """
    parts = escape(addressed(text, os.environ)).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def slug(name: str) -> str:
    """Return a name as an element's id.

    >>> slug("Events a second")
    'events-a-second'
    """
    return name.lower().replace(" ", "-")
