"""Which tests may run where: one marker for each test, by the folder that it stands in."""

from collections.abc import Iterable
from pathlib import PurePath

WHERE = ("anywhere", "emulator_only")
IN_VIEW = "processes"  # looks at the emulator's own processes and at the folders they share with the tests
OUT_OF_VIEW = "looks at the emulator's processes and files, which a container hides"
RECIPE = "recipe"  # expects what the recipe's handler stores and counts
ANOTHER_HANDLER = "expects the recipe's handler; samples.py says that another one is in use"
ON_AWS = "only an emulator can do this; the target is an AWS account"


def complaint(path: PurePath, name: str, markers: Iterable[str]) -> str | None:
    """Say what is wrong with a test's markers, and the fix; None if nothing is. `path` is below tests/.

    >>> complaint(PurePath("integration/test_a.py"), "test_b", [])
    'integration/test_a.py::test_b carries neither anywhere nor emulator_only: mark it with exactly one'
    """
    carried = set(markers)
    where = [marker for marker in WHERE if marker in carried]
    test = f"{path}::{name}"
    if path.parts[0] == "unit":
        if "unit" not in carried:
            return f"{test} stands below tests/unit and does not carry the marker unit"
        return f"{test} is a unit test and carries {where[0]}" if where else None
    if path.parts[0] == "integration":
        if "unit" in carried:
            return f"{test} stands below tests/integration and carries the marker unit"
        if not where:
            return f"{test} carries neither {' nor '.join(WHERE)}: mark it with exactly one"
        return (
            f"{test} carries both {' and '.join(WHERE)}: mark it with exactly one" if len(where) > 1 else None
        )
    return f"{test} stands neither below tests/unit nor below tests/integration"
