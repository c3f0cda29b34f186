"""The page: made once for each browser that opens it, then told of every change."""

from collections.abc import Callable
from html import escape
from pathlib import Path

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from bootstrap.target import Target
from dashboard import charts, story, tables
from dashboard.charts import Options
from dashboard.feed import State
from dashboard.view import View

HERE = Path(__file__).parent
STYLE = (HERE / "page.css").read_text(encoding="utf-8")
SCRIPT = (HERE / "page.js").read_text(encoding="utf-8")
_FIGURES = ("Events", "Revenue", "Lag", "Quarantine", "Dead letters", "Mapping")
_NONE = tables.NONE
_HOURLY = {"Events", "Revenue"}
_WORDS = {
    "loading": "Loading …",
    "live": "Live",
    "gone": "Nobody answers",
    "missing": "Not deployed",
    "refused": "Refused",
}
_EMPTY = "No events in the last hour. <code>make produce COUNT=1000 RATE=50</code> sends some."

_ASKED = (
    "Its eventId, or its record's sequence number"
    '<input name="event" id="event" autocomplete="off" spellcheck="false" maxlength="200">'
)
_THEME = "Theme: " + "".join(f'<span class="is-{name}">{name}</span>' for name in ("system", "light", "dark"))
_SUBMITTED = "e => { e.preventDefault(); emit(new FormData(e.target).get('event')); }"


def _html(tag: str, classes: str = "", content: str = "", **props: str) -> ui.html:
    """Put an element here; its content is HTML of ours, in which what comes from events is escaped."""
    made = ui.html(content, sanitize=False, tag=tag).classes(classes)
    for name, value in props.items():
        made.props[name.replace("_", "-")] = value
    return made


def _element(tag: str, classes: str = "", **props: str) -> ui.element:
    made = ui.element(tag).classes(classes)
    for name, value in props.items():
        made.props[name.replace("_", "-")] = value
    return made


class Chart:
    """A chart in a panel, and the table of the same figures behind a summary."""

    def __init__(self, heading: str, draw: Callable[[View], Options], tell: Callable[[View], str]) -> None:
        self._draw, self._tell = draw, tell
        self._open = False
        self._view: View | None = None
        name = heading.lower().replace(" ", "-").replace(",", "")
        self.legend: ui.html | None = None
        _html("h2", content=escape(heading), id=f"h-{name}")
        self._chart = (
            ui.echart({}, renderer="svg").classes("chart").props(f'role=img aria-labelledby="h-{name}"')
        )
        with _element("details") as details:
            _html("summary", content="The same as a table")
            with _element("div", "scroll", tabindex="0", role="region", aria_label=f"{heading}, as a table"):
                self._table = _html("table", id=f"t-{name}")
        details.on(
            "toggle",
            lambda event: self._toggled(opened=bool(event.args)),
            js_handler="e => emit(e.target.open)",
        )

    def show(self, view: View) -> None:
        """Draw what changed."""
        self._view = view
        options = self._draw(view)
        if options != self._chart.options:
            self._chart.options.clear()
            self._chart.options.update(options)
            self._chart.update()
        if self._open:
            self._table.content = self._tell(view)

    def _toggled(self, *, opened: bool) -> None:
        self._open = opened
        if self._view:
            self.show(self._view)


class Page:
    """One open page."""

    def __init__(self, target: Target, stack: str) -> None:
        self._target, self._stack = target, stack
        self.client = ui.context.client
        ui.add_head_html(f"<style>{STYLE}</style>")
        ui.add_head_html('<meta name="description" content="What goes through the pipeline, live">')
        ui.add_body_html(f"<script>{SCRIPT}</script>")
        _html("a", "skip", "To the figures", href="#figures")
        self._header()
        with _element("main", id="figures") as self._main:
            self._banner = _html("p", "banner", hidden="", role="alert")
            self._figures()
            self._panels()

    def _header(self) -> None:
        target = self._target
        where = (
            f"<li>emulator <b>{escape(target.endpoint or '')}</b></li>"
            if target.emulated
            else f'<li class="account">AWS account <b>{target.account}</b></li>'
        )
        with _element("header", "top"):
            _html("h1", content="Tailrace")
            _html(
                "ul",
                "where",
                f"{where}<li>{target.region}</li><li>stack <b>{escape(self._stack)}</b></li>",
                aria_label="What is shown",
            )
            with _element("div", "right"):
                self._state = _html("span", "state loading", _WORDS["loading"], role="status", id="state")
                self._clock = _html("span", "state-time", id="clock")
                _html("button", "theme", _THEME, id="theme", type="button").on(
                    "click", js_handler="() => nextTheme()"
                )

    def _figures(self) -> None:
        self._tiles: dict[str, tuple[ui.element, ui.html, ui.html]] = {}
        with _element("dl", "figures", aria_label="The last hour"):
            for name in _FIGURES:
                with _element("div", "figure") as tile:
                    _html("dt", content=f"{name}, last hour" if name in _HOURLY else name)
                    slug = name.lower().replace(" ", "-")
                    self._tiles[name] = (
                        tile,
                        _html("dd", "value", _NONE, id=f"f-{slug}"),
                        _html("dd", "note", "&nbsp;", id=f"n-{slug}"),
                    )

    def _panels(self) -> None:
        with self._panel("wide tall"):
            self._rates = Chart("Events a second, by type", charts.rates, tables.rates)
            self._legend = _html("ul", "legend", id="types", aria_label="Events of the last hour, by type")
            self._empty = _html("p", "empty", _EMPTY, hidden="")
        with _element("div", "side"):
            with self._panel(""):
                _html("h2", content="Alarms")
                self._alarms = _html("ul", "list alarms", id="alarms")
            with self._panel("grow"):
                _html("h2", content="Anomalies")
                self._anomalies = _html("ul", "list anomalies", id="anomalies", aria_live="polite")
        with self._panel("half"):
            self._revenue = Chart("Revenue, by minute", charts.revenue, tables.revenue)
        with self._panel("half"):
            self._lag = Chart("Lag from arrival to table", charts.lag, tables.lag)
        self._ranked = {}
        for name in ("Devices", "Countries", "Top pages"):
            with self._panel("third pages" if name == "Top pages" else "third"):
                _html("h2", content=name)
                self._ranked[name] = _html("table", "ranked", id=name.lower().replace(" ", "-"))
        with self._panel("story"):
            self._story()

    def _story(self) -> None:
        """Put a form that asks for an event, and the place for its story."""
        _html("h2", content="The story of an event")
        with _element("form") as form:
            _html("label", content=_ASKED)
            _html("button", content="Tell it", type="submit")
        self._told = _html("pre", id="told", role="status")
        form.on("submit", self._tell, js_handler=_SUBMITTED)

    async def _tell(self, event: GenericEventArguments) -> None:
        self._told.content = "Looking for it …"
        text = await run.io_bound(story.told, self._target, str(event.args))
        self._told.content = _coded(escape(text or ""))

    def _panel(self, classes: str) -> ui.element:
        return _element("section", f"panel {classes}")

    def show(self, state: State) -> None:
        """Show how it stands."""
        with self.client:
            self._show_state(state)
            if state.view:
                self._show_view(state.view)

    def _show_state(self, state: State) -> None:
        self._state.content = _WORDS[state.kind]
        self._state.classes(replace=f"state {state.kind}")
        stale = state.kind not in {"live", "loading"}
        self._main.classes(add="stale" if stale else "", remove="" if stale else "stale")
        if state.view:
            self._clock.content = f"<time>{state.view.now:%H:%M:%S} UTC</time>"
        if stale and state.since:
            kept = f" The figures are those of {state.view.now:%H:%M:%S} UTC." if state.view else ""
            said = _coded(escape(state.said))
            self._banner.content = (
                f"{said}{kept} Since {state.since:%H:%M:%S} UTC; this page goes on by itself."
            )
        _hide(self._banner, hidden=not stale)

    def _show_view(self, view: View) -> None:
        for name, (figure, note, well) in tables.figures(view).items():
            tile, value, below = self._tiles[name]
            value.content, below.content = escape(figure), escape(note) or "&nbsp;"
            tile.classes(replace="figure" if well else "figure look")
        _hide(self._empty, hidden=not view.empty)
        for chart in (self._rates, self._revenue, self._lag):
            chart.show(view)
        self._legend.content = tables.legend(view)
        self._alarms.content = tables.alarms(view.rest.alarms, self._stack)
        self._anomalies.content = tables.anomalies(view.rest.marks)
        for name, counts in (
            ("Devices", view.devices),
            ("Countries", view.countries),
            ("Top pages", view.pages),
        ):
            self._ranked[name].content = tables.ranked(name, counts)


def _coded(text: str) -> str:
    """Turn what stands between backticks into code."""
    parts = text.split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _hide(element: ui.element, *, hidden: bool) -> None:
    if hidden != ("hidden" in element.props):
        if hidden:
            element.props["hidden"] = ""
        else:
            del element.props["hidden"]
        element.update()
