"""The page: made once for each browser that opens it, then told of every change."""

from collections.abc import Callable
from html import escape
from pathlib import Path

from nicegui import ui

from bootstrap.target import Target
from dashboard import charts, failing, tables
from dashboard.asking import Lists, StoryPanel
from dashboard.elements import coded, element, hide, html, slug
from dashboard.feed import State
from dashboard.figures import NAMES, figures
from dashboard.panels import Chart, Table, TotalPanels
from dashboard.ranges import RANGES, Range
from dashboard.tables import NONE
from dashboard.view import DashboardView

HERE = Path(__file__).parent
STYLE = (HERE / "page.css").read_text(encoding="utf-8")
SCRIPT = (HERE / "page.js").read_text(encoding="utf-8")
_WORDS = {
    "loading": "Loading …",
    "live": "Live",
    "gone": "Nobody answers",
    "missing": "Not deployed",
    "refused": "Refused",
}
_THEME = "Theme: " + "".join(f'<span class="is-{name}">{name}</span>' for name in ("system", "light", "dark"))


class Page:
    """One open page, and the range that it shows."""

    def __init__(self, target: Target, stack: str, shown: Range, read_queues: Callable[[], None]) -> None:
        self.shown = shown
        self._target, self._stack = target, stack
        self.client = ui.context.client
        ui.add_head_html(f"<style>{STYLE}</style>")
        ui.add_head_html('<meta name="description" content="What goes through the pipeline, live">')
        ui.add_body_html(f"<script>{SCRIPT}</script>")
        html("a", "skip", "To the figures", href="#figures")
        self._header()
        with element("main", id="figures") as self._main:
            self._banner = html("p", "banner", hidden="", role="alert")
            self._figures()
            self._failing = html("ul", "failing", hidden="", role="alert", id="failing")
            self._panels(read_queues)

    def _header(self) -> None:
        target = self._target
        where = (
            f"<li>emulator <b>{escape(target.endpoint or '')}</b></li>"
            if target.emulated
            else f'<li class="account">AWS account <b>{target.account}</b></li>'
        )
        with element("header", "top"):
            html("h1", content="Tailrace")
            html(
                "ul",
                "where",
                f"{where}<li>{target.region}</li><li>stack <b>{escape(self._stack)}</b></li>",
                aria_label="What is shown",
            )
            with element("div", "right"):
                self._state = html("span", "state loading", _WORDS["loading"], role="status", id="state")
                self._clock = html("span", "state-time", id="clock")
                self._choices()
                html("button", "theme", _THEME, id="theme", type="button").on(
                    "click", js_handler="() => nextTheme()"
                )

    def _choices(self) -> None:
        """Put a button for each range."""
        self._buttons = {}
        with element("div", "ranges", role="group", aria_label="Time range", id="ranges"):
            for name, shown in RANGES.items():
                button = html("button", "", shown.short, type="button")
                button.props["aria-pressed"] = "true" if shown == self.shown else "false"
                address = f"history.replaceState(null, '', '?range={name}')"
                button.on(
                    "click",
                    lambda _, shown=shown: self._choose(shown),
                    js_handler=f"e => {{ {address}; emit(); }}",
                )
                self._buttons[shown] = button

    def _choose(self, chosen: Range) -> None:
        self.shown = chosen
        for shown, button in self._buttons.items():
            button.props["aria-pressed"] = "true" if shown == chosen else "false"
            button.update()

    def _figures(self) -> None:
        self._tiles: dict[str, tuple[ui.element, ui.html, ui.html]] = {}
        with element("dl", "figures", aria_label="Figures"):
            for name in NAMES:
                with element("div", "figure") as tile:
                    html("dt", content=name)
                    self._tiles[name] = (
                        tile,
                        html("dd", "value", NONE, id=f"f-{slug(name)}"),
                        html("dd", "note", "&nbsp;", id=f"n-{slug(name)}"),
                    )

    def _panels(self, read_queues: Callable[[], None]) -> None:
        with element("section", "panel wide tall"):
            with element("div", "headed"):
                html("h2", content="Events a second")
                self._by = html("span", "by", id="dimension")
            self._rates = Chart(charts.rates)
            self._legend = html("ul", "legend", id="values", aria_label="Events, by value")
            self._empty = html("p", "empty", hidden="", id="empty")
            self._table = Table("Events a second", tables.rates)
        with element("div", "side"):
            with element("section", "panel"):
                html("h2", content="Alarms")
                self._alarms = html("ul", "list alarms", id="alarms")
            with element("section", "panel grow"):
                html("h2", content="Anomalies")
                self._anomalies = html("ul", "list anomalies", id="anomalies", aria_live="polite")
        story = StoryPanel(self._target)
        self._lists = Lists(story.show_story, read_queues)
        story.put()
        with element("div", "totals"):
            with element("section", "panel"):
                html("h2", content="Lag from arrival to table")
                self._lag = Chart(charts.lag, "low")
                self._lag_table = Table("Lag from arrival to table", tables.lag)
            self._totals = TotalPanels()

    def show(self, state: State) -> None:
        """Show how it stands."""
        with self.client:
            self._show_state(state)
            if self.shown in state.views:
                self._show_view(state.views[self.shown])

    def _show_state(self, state: State) -> None:
        self._state.content = _WORDS[state.kind]
        self._state.classes(replace=f"state {state.kind}")
        stale = state.kind not in {"live", "loading"}
        self._main.classes(add="stale" if stale else "", remove="" if stale else "stale")
        last = next(iter(state.views.values()), None)
        if last:
            self._clock.content = f"<time>{last.now:%H:%M:%S} UTC</time>"
        if stale and state.since:
            kept = f" The figures are those of {last.now:%H:%M:%S} UTC." if last else ""
            since = f"Since {state.since:%H:%M:%S} UTC; this page goes on by itself."
            self._banner.content = f"{coded(state.said)}{kept} {since}"
        hide(self._banner, hidden=not stale)

    def _show_view(self, view: DashboardView) -> None:
        for name, figure in figures(view).items():
            tile, value, below = self._tiles[name]
            value.content, below.content = escape(figure.value), coded(figure.note) or "&nbsp;"
            tile.classes(replace="figure" if figure.well else "figure look")
        self._empty.content = coded(
            f"No events in the {view.shown.said}. `make produce COUNT=1000 RATE=50` sends some."
        )
        hide(self._empty, hidden=not view.empty)
        self._by.content = escape(f"by {view.dimension}" if view.dimension else "")
        for part in (self._rates, self._table, self._lag, self._lag_table, self._lists, self._totals):
            part.show(view)
        self._failing.content = failing.as_list(view.rest.failed)
        hide(self._failing, hidden=not view.rest.failed)
        self._legend.content = tables.legend(view)
        self._alarms.content = tables.alarms(view.rest.alarms, self._stack)
        self._anomalies.content = tables.anomalies(view)
