"""What can be clicked: the newest events, what was set aside, and the story of one event."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from html import escape

from nicegui import ui
from nicegui.events import GenericEventArguments

from bootstrap.target import Target
from dashboard import story
from dashboard.colours import REST
from dashboard.elements import coded, element, hide, html
from dashboard.queues import QueueContents
from dashboard.tables import NONE, swatch
from dashboard.threaded import in_a_thread
from dashboard.view import DashboardView
from handler.once.totals import NewestEvent

type EventHandler = Callable[[GenericEventArguments], Awaitable[None]]

_ASKED = (
    "Its eventId, or its record's sequence number"
    '<input name="event" id="event" autocomplete="off" spellcheck="false" maxlength="200">'
)
_SUBMITTED = "e => { e.preventDefault(); emit(new FormData(e.target).get('event')); }"
_CLICKED = (
    "e => { const button = e.target.closest('button'); if (button) emit(askFor(button.dataset.event)); }"
)


class StoryPanel:
    """A form that asks for an event, and the place for its story."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._story: ui.html | None = None

    def put(self) -> None:
        """Put it here."""
        with element("section", "panel story", id="story"):
            html("h2", content="The story of an event")
            with element("form") as form:
                html("label", content=_ASKED)
                html("button", content="Tell it", type="submit")
            self._story = html("pre", id="told", role="status", tabindex="-1")
            form.on("submit", self.show_story, js_handler=_SUBMITTED)

    async def show_story(self, event: GenericEventArguments) -> None:
        """Look for an event, and tell its story."""
        if self._story is None:
            return
        self._story.content = "Looking for it …"
        self._story.content = coded(await in_a_thread(partial(story.text_of, self._target, str(event.args))))


class Lists:
    """The newest events and what was set aside; each is a button that asks for its story."""

    def __init__(self, show_story: EventHandler, read_queues: Callable[[], None]) -> None:
        with element("section", "panel aside", hidden="", id="aside") as self._aside:
            html("h2", content="Quarantine and dead letters")
            self._unread = html("p", "unread", hidden="")
            self._read = html("button", "", "Read the queues", type="button", hidden="")
            self._read.on("click", lambda _: read_queues())
            self._reasons = html("ul", "reasons", id="reasons", aria_label="Records by reason")
            self._records = self._list("records", show_story)
        with element("section", "panel newest"):
            html("h2", content="Newest events")
            self._events = self._list("events", show_story)

    def _list(self, name: str, show_story: EventHandler) -> ui.html:
        made = html("ul", "list ask", id=name)
        made.on("click", show_story, js_handler=_CLICKED)
        return made

    def show(self, view: DashboardView) -> None:
        """Show them."""
        self._events.content = events(view)
        queues = view.rest.queues
        hide(self._aside, hidden=not (queues.quarantine.messages or queues.dead_letters.messages))
        hide(self._read, hidden=not queues.unread)
        hide(self._unread, hidden=not queues.unread)
        self._unread.content = coded(unread(queues.quarantine.messages + queues.dead_letters.messages))
        self._reasons.content = reasons(queues.quarantine, "quarantine") + reasons(
            queues.dead_letters, "dead letters"
        )
        self._records.content = records(queues.quarantine) + records(queues.dead_letters)


def events(view: DashboardView) -> str:
    """Return the newest events as buttons; each with the colour of its value."""
    if not view.recent:
        return f"<li>none in the {view.shown.said}</li>"
    return "".join(_event(each, view) for each in view.recent)


def _event(stored: NewestEvent, view: DashboardView) -> str:
    said = f"{swatch(view.colours.get(stored.value, REST))}{escape(stored.value or NONE)}"
    return _button(stored.at, stored.event, said if view.dimension else "")


def records(contents: QueueContents) -> str:
    """Return the newest records of a queue as buttons, each with why it is there."""
    return "".join(
        _button(entry.at, entry.event, f"<em>{escape(entry.reason)}</em> {escape(entry.detail)}")
        for entry in contents.newest
    )


def _button(at: datetime, event: str, said: str) -> str:
    """Return a button that asks for an event's story; its time to the second, and its id."""
    return (
        f'<li><button type="button" data-event="{escape(event)}"><time>{at:%H:%M:%S}</time> '
        f'<code>{escape(event)}</code> <span class="what">{said}</span></button></li>'
    )


def reasons(contents: QueueContents, where: str) -> str:
    """Return how many records a queue holds for each reason."""
    return "".join(
        f'<li data-reason="{escape(reason)}"><b>{count:,}</b> {escape(reason)} <span>{where}</span></li>'
        for reason, count in contents.reasons
    )


def unread(messages: int) -> str:
    """Return what is said of messages that were not read, or not all."""
    return (
        f"{messages:,} messages, of which a large record has several. Reading them hides them from other "
        "readers for some seconds. `make quarantine` lists all."
    )
