"""The verdict at the end of a run: the table in the terminal, JSON and a page in a folder."""

from pathlib import Path

import pytest

from .rows import BROKEN, NOT_SHOWN, PROPERTY, Row, beside, summary, table, write

FOLDER = "promises-report"


class Verdicts:
    """Gathers the rows of all tests of a run, whichever worker ran them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rows: list[Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the rows of a test that has ended."""
        if report.when == "call":
            self.rows += [Row.of(str(text)) for name, text in report.user_properties if name == PROPERTY]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, and say where the page is."""
        if not self.rows:
            return
        terminalreporter.section("promises")
        for line in table(self.rows):
            red = f"  {BROKEN} " in line or f"  {NOT_SHOWN} " in line
            terminalreporter.write_line(line, red=red)
        terminalreporter.write_line("")
        for line in beside(self.rows):
            terminalreporter.write_line(line)
        terminalreporter.write_line(summary(self.rows))
        written = write(self.rows, self._folder)
        terminalreporter.write_line(f"with each story: {' '.join(map(str, written))}")
