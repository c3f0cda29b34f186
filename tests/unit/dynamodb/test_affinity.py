import pytest

from tailrace.dynamodb.affinity import home

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("pid", "cpus", "expected"),
    [
        (7, {5: 0}, 5),
        (6, {0: 0, 1: 0}, 0),
        (7, {0: 0, 1: 0}, 1),
        (7, {0: 1_800_000, 1: 1_800_000, 2: 3_500_000, 3: 3_600_000}, 3),
        (6, {0: 1_800_000, 1: 1_800_000, 2: 3_500_000, 3: 3_600_000}, 2),
    ],
)
def test_one_of_the_fast_cpus(pid: int, cpus: dict[int, int], expected: int) -> None:
    """Processes are spread over those CPUs that they may use and that are about as fast as the fastest."""
    assert home(pid, cpus) == expected
