"""Faults for one test: asked for by it, gone with it, and reported if one met no call."""

from typing import Any

from tailrace.faults import client
from tailrace.faults.client import Fault


class AskedFault:
    """A fault that a test has asked for; what it did can be read while it is there, and afterwards."""

    def __init__(self, url: str, fault: Fault, *, may_stay_out: bool) -> None:
        self._url, self._fault = url, fault
        self._there = True
        self.may_stay_out = may_stay_out

    @property
    def id(self) -> str:
        """Its id."""
        return str(self._fault["id"])

    @property
    def matched(self) -> int:
        """How many calls it matched so far."""
        return int(self._now()["matched"])

    @property
    def fired(self) -> int:
        """How often it fired so far."""
        return int(self._now()["fired"])

    @property
    def calls(self) -> dict[str, int]:
        """How many calls it matched, by name, such as `dynamodb.PutItem`."""
        return dict(self._now()["calls"])

    def remove(self) -> None:
        """Let no more calls fail."""
        if self._there:
            self._fault = client.remove(self._url, self.id)
            self._there = False

    def __str__(self) -> str:
        said = {name: value for name, value in self._fault.items() if value not in ("", "*", None)}
        on, do = said["on"], said["do"]
        return f"{self.id} ({do} on {on}: matched {said['matched']} calls, fired {said['fired']} times)"

    def _now(self) -> Fault:
        if self._there:
            self._fault = next(one for one in client.listed(self._url) if one["id"] == self.id)
        return self._fault


class Faults:
    """Asks an emulator for faults.

    faults.add("dynamodb.PutItem", code="ThrottlingException", nth=3)
    faults.add("dynamodb.*", function="store", probability=0.2, seed=7)
    faults.add("kinesis.PutRecords", do="entries", share=0.25)
    faults.kill("store", after="dynamodb.PutItem", nth=2)
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._asked: list[AskedFault] = []

    def add(self, on: str, *, may_stay_out: bool = False, **rule: Any) -> AskedFault:  # noqa: ANN401  JSON
        """Ask for a fault; members of a rule are those of `tailrace fault add`.

        A fault that never fires fails the test at its end, unless it `may_stay_out`: a test in which no fault
        happened does not pass. Raises EmulatorError, with a sentence, for a rule that cannot be.
        """
        asked = AskedFault(self._url, client.add(self._url, {"on": on, **rule}), may_stay_out=may_stay_out)
        self._asked.append(asked)
        return asked

    def kill(
        self, function: str, *, before: str = "", after: str = "", nth: int = 1, times: int = 1
    ) -> AskedFault:
        """Kill a function before or after its nth call of an operation; else in the middle of its answer."""
        if before or after:
            moment = "before" if before else "after"
            rule: Fault = {"on": before or after, "function": function}
        else:
            moment, rule = "answer", {"on": "function.invoke", "resource": function}
        return self.add(rule.pop("on"), do="kill", moment=moment, nth=nth, times=times, **rule)

    def watch(self, function: str = "*") -> AskedFault:
        """Count the calls of a function, or all, and let none fail."""
        return self.add("*.*", do="watch", function=function, may_stay_out=True)

    def clear(self) -> None:
        """Remove what was asked for here, and forget it."""
        for one in self._asked:
            one.remove()
        self._asked.clear()

    def close(self) -> None:
        """Remove what was asked for here; raise AssertionError if some of it never fired."""
        asked = list(self._asked)
        self.clear()
        out = [str(one) for one in asked if not one.fired and not one.may_stay_out]
        if out:
            raise AssertionError(f"no call met these faults, so nothing was shown: {'; '.join(out)}")
