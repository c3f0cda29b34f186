"""Asks AWS for what pages show, and knows when the other side is gone. One feed serves every open page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from bootstrap import stacks
from bootstrap.errors import TailraceError
from bootstrap.target import Target
from dashboard.colours import Palette
from dashboard.newest import Newest
from dashboard.ranges import DEFAULT, Range
from dashboard.reading import QUICK, Reading
from dashboard.schedule import Schedule
from dashboard.view import DashboardView, Rest, Snapshot, viewed
from handler.once.totals import MINUTE, Minute


@dataclass(frozen=True, slots=True)
class State:
    """How the feed stands with the other side, and the last views that it got, if any."""

    kind: Literal["loading", "live", "gone", "missing", "refused"]
    said: str = ""
    """What is wrong, and the fix."""
    since: datetime | None = None
    views: Mapping[Range, DashboardView] = field(default_factory=dict)
    """A view for each range that a page shows."""


class Feed:
    """What a stack says of itself, again and again."""

    def __init__(self, target: Target, stack: str, folder: Path) -> None:
        """Take a stack's name; `folder` is where the user's handler stands, to name a place in it."""
        self.target = target
        self.stack = stack
        self._folder = folder
        self.state = State("loading")
        self._cloudformation = target.client("cloudformation", **QUICK)
        self._schedule = Schedule()
        self._palette = Palette()
        self._reading: Reading | None = None
        self._minutes: dict[datetime, Minute] = {}
        self._newest = Newest()
        self._rest = Rest()

    def look(self, now: datetime, shown: Collection[Range] = (DEFAULT,)) -> State:
        """Ask for what is due; return how it stands, with a view for each range. What fails is a state."""
        try:
            self._read(now, max(each.minutes for each in shown))
            self.state = State("live", views={each: self._view(now, each) for each in shown})
        except TailraceError as error:
            self._fail("missing", str(error), now)
        except (ConnectionError, HTTPClientError):
            where = self.target.endpoint or "AWS"
            fix = " `make up` starts the emulator and deploys." if self.target.emulated else ""
            self._fail("gone", f"Nobody answers at {where}.{fix}", now)
        except ClientError as error:
            gone = error.response["Error"]["Code"].endswith(("NotFoundException", "NonExistentQueue"))
            fix = " `make up` deploys what is missing." if gone else ""
            self._fail("missing" if gone else "refused", f"AWS says no: {error}.{fix}", now)
        except BotoCoreError as error:
            self._fail("refused", f"AWS could not be asked: {error}", now)
        return self.state

    def read_queues(self) -> None:
        """Have quarantine and dead letters read at the next look, though it is an account."""
        if self._reading:
            self._reading.queues.ask()

    def _read(self, now: datetime, minutes: int) -> None:
        if self._reading is None:
            self._reading = Reading(
                self.target, stacks.standing(self._cloudformation, self.stack), self._folder
            )
        look = self._schedule.next(now, minutes)
        read = self._reading.minutes(look.begin, look.end)
        self._newest.see(read)
        oldest = look.end - minutes * MINUTE
        known = self._minutes | {minute.at: minute for minute in read}
        self._minutes = {at: minute for at, minute in sorted(known.items()) if at >= oldest}
        if look.rest:
            self._rest = self._reading.rest(oldest, now)

    def _view(self, now: datetime, shown: Range) -> DashboardView:
        made = self._reading.made if self._reading else None
        read = Snapshot(now, list(self._minutes.values()), self._rest, self._newest.shown(), made)
        return viewed(read, shown, self._palette)

    def _fail(self, kind: Literal["gone", "missing", "refused"], said: str, now: datetime) -> None:
        """Note what is wrong and since when; begin anew next time, with the stack as it then stands."""
        since = self.state.since if self.state.kind == kind else now
        self.state = replace(self.state, kind=kind, said=said, since=since)
        self._reading = None
        self._minutes = {}
        self._newest = Newest()
        self._schedule.forget()
