"""The panels of a page: each shows its part of a view, and sends the browser what has changed."""

from collections.abc import Callable, Sequence
from html import escape

from nicegui import ui

from dashboard import charts, tables
from dashboard.charts import Options
from dashboard.counted import Keyed, Number
from dashboard.elements import element, html, slug
from dashboard.view import DashboardView

MOST = 12
"""Panels for totals of one kind; a handler with more has them all in the ledger table."""


class Chart:
    """A chart that is drawn again when its options have changed."""

    def __init__(self, draw: Callable[[DashboardView], Options], classes: str = "") -> None:
        self._draw = draw
        self._made = ui.echart({}, renderer="svg").classes(f"chart {classes}")
        self._made.props["role"] = "img"

    def show(self, view: DashboardView) -> None:
        """Draw it."""
        options = self._draw(view)
        if options != self._made.options:
            self._made.options.clear()
            self._made.options.update(options)
            self._made.update()


class Table:
    """The same figures as a table, behind a summary; it is written only while it is open."""

    def __init__(self, heading: str, content_of: Callable[[DashboardView], str]) -> None:
        self._content_of = content_of
        self._open = False
        self._view: DashboardView | None = None
        with element("details") as details:
            html("summary", content="The same as a table")
            with element("div", "scroll", tabindex="0", role="region", aria_label=f"{heading}, as a table"):
                self._made = html("table", id=f"t-{slug(heading)}")
        details.on(
            "toggle",
            lambda event: self._toggled(opened=bool(event.args)),
            js_handler="e => emit(e.target.open)",
        )

    def show(self, view: DashboardView) -> None:
        """Write it, if it is open."""
        self._view = view
        if self._open:
            self._made.content = self._content_of(view)

    def _toggled(self, *, opened: bool) -> None:
        self._open = opened
        if self._view:
            self.show(self._view)


class NumberPanel:
    """A total that is a number: its sum, the mean of its values, and both by bar."""

    def __init__(self, name: str, said: str, *, mean: bool) -> None:
        self._name = name
        with element("section", "panel number", data_total=name):
            with element("div", "headed"):
                html("h2", content=escape(said))
                self._sum = html("b", "sum", id=f"sum-{name}")
            if mean:
                self._spread = html("p", "spread", id=f"mean-{name}")
            if mean:
                html("p", "of", content="Sum")
            self._charts = [Chart(self._sums, "low")]
            if mean:
                html("p", "of", content="Mean")
                self._charts.append(Chart(self._means, "low"))
            self._table = Table(said, lambda view: tables.number(view, self._of(view)))
        self._has_mean = mean

    def _of(self, view: DashboardView) -> Number:
        return next(one for one in view.numbers if one.name == self._name)

    def _sums(self, view: DashboardView) -> Options:
        return charts.sums(view, self._of(view))

    def _means(self, view: DashboardView) -> Options:
        return charts.means(view, self._of(view))

    def show(self, view: DashboardView) -> None:
        """Show it."""
        one = self._of(view)
        self._sum.content = tables.plain(one.total)
        if self._has_mean:
            self._spread.content = tables.distribution(one)
        for chart in self._charts:
            chart.show(view)
        self._table.show(view)


class KeyedPanel:
    """A total by key: the largest keys."""

    def __init__(self, name: str, said: str) -> None:
        self._name = name
        with element("section", "panel keyed", data_total=name):
            html("h2", content=escape(said))
            self._made = html("table", "ranked", id=f"by-{name}")

    def show(self, view: DashboardView) -> None:
        """Show it."""
        one = next(one for one in view.keyed if one.name == self._name)
        self._made.content = tables.ranked(one)


class TotalPanels:
    """A panel for each total of the handler that is deployed, whatever they are called."""

    def __init__(self) -> None:
        self._room = element("div", "each", id="totals", role="group", aria_label="What the handler counts")
        self._names: list[tuple[str, bool]] = []
        self._keys: list[str] = []
        self._panels: list[NumberPanel | KeyedPanel] = []

    def show(self, view: DashboardView) -> None:
        """Show each; where there are others than before, make the panels anew."""
        numbers, keyed = view.numbers[:MOST], view.keyed[:MOST]
        names = [(one.name, one.values is not None) for one in numbers]
        keys = [one.name for one in keyed]
        if (names, keys) != (self._names, self._keys):
            self._names, self._keys = names, keys
            self._make(numbers, keyed)
        for panel in self._panels:
            panel.show(view)

    def _make(self, numbers: Sequence[Number], keyed: Sequence[Keyed]) -> None:
        self._room.clear()
        with self._room:
            self._panels = [NumberPanel(one.name, one.said, mean=one.values is not None) for one in numbers]
            self._panels += [KeyedPanel(one.name, one.said) for one in keyed]
