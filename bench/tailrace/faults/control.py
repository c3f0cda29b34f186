"""`/_tailrace/faults`, by which rules are added, listed and removed.

The emulator listens on loopback alone, and its door lets no foreign page in (`door/browsers.py`).

GET               {"faults": [rule with what it did so far, …]}
POST {rule}       adds one (`asking.py`) and answers with it
DELETE            removes all, and answers with what each did; ?id=fault-1 removes that one
"""

from dataclasses import asdict
from typing import Any

from localstack.services.edge import ROUTER
from rolo import Request, Response

from tailrace.clock import CLOCK

from .asking import FaultError, asked
from .rules import RULES, FaultReport

PATH = "/_tailrace/faults"


def install() -> None:
    """Answer at that path."""
    ROUTER.add(PATH, _answer, methods=["GET", "POST", "DELETE"])


def _answer(request: Request, **_: object) -> Response:
    if request.method == "GET":
        return Response.for_json({"faults": [shown(report) for report in RULES.reports()]})
    if request.method == "POST":
        try:
            rule = RULES.add(asked(request.get_json(silent=True), CLOCK.now()))
        except FaultError as error:
            return _said(400, str(error))
        return Response.for_json(shown(FaultReport(rule, 0, 0, {})))
    wanted = request.args.get("id")
    if wanted is None:
        return Response.for_json({"faults": [shown(report) for report in RULES.clear()]})
    gone = RULES.remove(wanted)
    return Response.for_json(shown(gone)) if gone else _said(404, f"There is no fault {wanted:.40}.")


def _said(status: int, message: str) -> Response:
    return Response.for_json({"message": message}, status=status)


def shown(report: FaultReport) -> dict[str, Any]:
    """Return a rule as JSON: as it was asked for, and what it did."""
    rule = report.rule
    asked_for = {
        "id": rule.id, "on": f"{rule.service}.{rule.operation}", "do": rule.effect.kind,
        "resource": rule.resource, "function": rule.function, "content": rule.content, "nth": rule.nth,
        "probability": rule.probability, "seed": rule.seed, "times": rule.times, "until": rule.until,
        **{name: value for name, value in asdict(rule.effect).items() if name != "kind"},
    }  # fmt: skip
    return {**asked_for, "matched": report.matched, "fired": report.fired, "calls": report.calls}
