import pytest

from tailrace.cloudwatch.alarms.composite import RuleError, read
from tailrace.cloudwatch.alarms.reasons import data, reason
from tailrace.cloudwatch.alarms.rules import AlarmRule, Datapoint, judge, rule_of

pytestmark = pytest.mark.unit

T = 1_789_776_000


def found(pattern: str) -> list[Datapoint | None]:
    """Return datapoints as AWS's tables write them: X breaches, 0 does not, - is missing."""
    worth = {"X": 9.0, "0": 0.0}
    return [
        Datapoint(T + 60 * place, worth[sign]) if sign in worth else None
        for place, sign in enumerate(pattern.replace(" ", ""))
    ]


def states(pattern: str, needed: int) -> list[str]:
    """Return the state in each way with missing datapoints, of three periods; '=' is the state it had."""
    ways = ("missing", "ignore", "breaching", "notBreaching")
    rules = [AlarmRule("GreaterThanThreshold", 5.0, 3, needed, way) for way in ways]
    return [judgement.state if (judgement := judge(rule, found(pattern))) else "=" for rule in rules]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("0 - X - X", ["OK", "OK", "OK", "OK"]),
        ("- - - - 0", ["OK", "OK", "OK", "OK"]),
        ("- - - - -", ["INSUFFICIENT_DATA", "=", "ALARM", "OK"]),
        ("0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("- - X - -", ["ALARM", "=", "ALARM", "OK"]),
    ],
)
def test_three_of_three(pattern: str, expected: list[str]) -> None:
    """AWS's table of missing data, three datapoints of three."""
    assert states(pattern, 3) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 - X - -", ["OK", "OK", "ALARM", "OK"]),
        ("- - - - 0", ["OK", "OK", "ALARM", "OK"]),
        ("- - - X -", ["ALARM", "=", "ALARM", "OK"]),
    ],
)
def test_two_of_three(pattern: str, expected: list[str]) -> None:
    """AWS's table of missing data, two datapoints of three."""
    assert states(pattern, 2) == expected


def test_five_periods_are_looked_at_for_three() -> None:
    """As many as AWS's tables show."""
    assert AlarmRule("GreaterThanThreshold", 5.0, 3, 3, "missing").looked_at == 5
    assert AlarmRule("GreaterThanThreshold", 5.0, 1, 1, "missing").looked_at == 3


def judged(pattern: str, rule: AlarmRule) -> str:
    """Return the reason of the state that a pattern asks for."""
    judgement = judge(rule, found(pattern))
    assert judgement is not None
    return reason(rule, judgement)


def test_reasons() -> None:
    """Reasons are worded as AWS words them."""
    one = AlarmRule("GreaterThanOrEqualToThreshold", 1.0, 1, 1, "breaching")
    assert judged("- - X", one) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [9.0 (19/09/26 00:02:00)] was greater than or "
        "equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert judged("- - 0", one) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (19/09/26 00:02:00)] was not greater than or "
        "equal to the threshold (1.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )
    assert judged("- - -", one) == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
        "[Breaching]."
    )
    three = AlarmRule("LessThanThreshold", 5.0, 3, 2, "notBreaching")
    assert judged("- - 0 0 -", three) == (
        "Threshold Crossed: 2 datapoints were received for 3 periods and 1 missing datapoint was treated as "
        "[NonBreaching]."
    )
    assert judged("0 0 X", three) == (
        "Threshold Crossed: 2 out of the last 3 datapoints [0.0 (19/09/26 00:01:00), "
        "0.0 (19/09/26 00:00:00)] were less than the threshold (5.0) "
        "(minimum 2 datapoints for OK -> ALARM transition)."
    )
    unknown = AlarmRule("LessThanThreshold", 5.0, 2, 2, "missing")
    assert judged("- - - -", unknown) == "Insufficient Data: 2 datapoints were unknown."


def test_reason_data() -> None:
    """A reason's data names the statistic, the threshold, and each datapoint that was judged."""
    alarm = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 2,
        "Threshold": 5,
        "Period": 60,
        "Statistic": "Sum",
    }
    rule = rule_of(alarm)
    judgement = judge(rule, found("- - X X"))
    assert judgement is not None
    assert data(alarm, judgement, T + 300.25) == {
        "version": "1.0",
        "queryDate": "2026-09-19T00:05:00.250+0000",
        "startDate": "2026-09-19T00:02:00.000+0000",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [9.0, 9.0],
        "threshold": 5.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-09-19T00:03:00.000+0000", "sampleCount": 1.0, "value": 9.0},
            {"timestamp": "2026-09-19T00:02:00.000+0000", "sampleCount": 1.0, "value": 9.0},
        ],
    }


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ('ALARM("a")', True),
        ("ALARM(a)", True),
        ("OK(a)", False),
        ("ALARM(a) AND OK(b)", True),
        ("ALARM(a) AND NOT OK(b)", False),
        ("NOT ALARM(a) OR OK(b)", True),
        ("(ALARM(b) OR ALARM(a)) AND TRUE", True),
        ("FALSE OR INSUFFICIENT_DATA(c)", True),
        ('ALARM("arn:aws:cloudwatch:us-east-1:1:alarm:d e")', True),
    ],
)
def test_composite_rules(rule: str, *, holds: bool) -> None:
    """A rule joins other alarms' states by AND, OR and NOT."""
    known = {
        "a": "ALARM",
        "b": "OK",
        "c": "INSUFFICIENT_DATA",
        "arn:aws:cloudwatch:us-east-1:1:alarm:d e": "ALARM",
    }
    assert read(rule).holds(known.__getitem__) is holds


@pytest.mark.parametrize(
    "rule", ["", "ALARM(a) AND", "ALARM()", "ALARM(a) ALARM(b)", "(ALARM(a)", "nonsense", "NOT"]
)
def test_composite_rules_that_are_none(rule: str) -> None:
    """A rule that cannot be read is refused."""
    with pytest.raises(RuleError, match="AlarmRule"):
        read(rule)


def test_children_of_a_rule() -> None:
    """The alarms that a rule names, each once."""
    assert read("ALARM(a) OR OK(b) OR OK(a)").children == ("a", "b")
