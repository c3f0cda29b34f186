import time
from typing import cast

import pytest

from tailrace.functions.environment import Environment
from tailrace.functions.pool import IDLE, Pool

pytestmark = pytest.mark.unit


class Counted:
    """An environment that knows only whether it is alive."""

    def __init__(self) -> None:
        self.born = self.idle_since = time.monotonic()
        self.state = "alive"
        self.frozen = False

    @property
    def usable(self) -> bool:
        """Tell whether it runs."""
        return self.state == "alive"

    def alive(self) -> bool:
        """Tell whether it runs."""
        return self.usable

    def end(self) -> int:
        """Note it, once."""
        self.state = "ended"
        return 0

    def freeze(self) -> None:
        """Note it."""
        self.frozen = True

    def thaw(self) -> None:
        """Note it."""
        self.frozen = False

    def kill(self) -> None:
        """Note it."""
        self.state = "killed"


def make_pool() -> Pool:
    """Make a pool of such environments."""
    return Pool(lambda: cast("Environment", Counted()))


def state(environment: Environment) -> str:
    """Look at one."""
    return cast("Counted", environment).state


def test_concurrent_invocations_have_an_environment_each() -> None:
    """Nobody shares; who comes back is used again, the latest first."""
    pool = make_pool()
    (one, new_one), (two, new_two) = pool.take(), pool.take()
    assert (one is two, new_one, new_two) == (False, True, True)
    pool.give_back(one)
    pool.give_back(two)
    assert pool.take() == (two, False)
    assert pool.take() == (one, False)


def test_a_dead_environment_is_not_used_again() -> None:
    """Neither one that died at work nor one that died while it was idle."""
    pool = make_pool()
    at_work, _ = pool.take()
    cast("Counted", at_work).state = "crashed"
    pool.give_back(at_work)
    assert state(at_work) == "ended"
    idle, _ = pool.take()
    pool.give_back(idle)
    cast("Counted", idle).state = "crashed"
    third, new = pool.take()
    assert (third in (at_work, idle), new, state(idle)) == (False, True, "ended")


def test_what_is_idle_for_long_expires() -> None:
    """What is idle for less stays, and so does what is at work."""
    pool = make_pool()
    (idle, _), (busy, _) = pool.take(), pool.take()
    pool.give_back(idle)
    pool.expire(3600)
    assert state(idle) == "alive"
    pool.expire(0)
    assert (state(idle), state(busy)) == ("ended", "alive")


def test_a_closed_pool_lets_what_is_at_work_finish() -> None:
    """The idle end at once, the others as they come back."""
    pool = make_pool()
    (idle, _), (busy, _) = pool.take(), pool.take()
    pool.give_back(idle)
    pool.close()
    assert (state(idle), state(busy)) == ("ended", "alive")
    pool.give_back(busy)
    assert state(busy) == "ended"


def test_a_killed_pool_leaves_nothing() -> None:
    """What is at work dies too."""
    pool = make_pool()
    busy, _ = pool.take()
    pool.kill()
    assert state(busy) == "killed"


def test_an_old_environment_is_not_used_again() -> None:
    """Its role's credentials would expire."""
    pool = make_pool()
    old, _ = pool.take()
    pool.give_back(old)
    old.born -= 12 * 3600
    fresh, new = pool.take()
    assert (fresh is old, new, state(old)) == (False, True, "ended")


def test_an_environment_is_frozen_while_it_is_idle() -> None:
    """Not at once, but after a moment; before it gets an event it is thawed."""
    pool = make_pool()
    environment, _ = pool.take()
    counted = cast("Counted", environment)
    assert pool.freeze(environment) == "busy"
    pool.give_back(environment)
    assert pool.freeze(environment) == "soon"
    counted.idle_since -= IDLE
    assert (pool.freeze(environment), counted.frozen) == ("frozen", True)
    assert pool.take() == (environment, False)
    assert not counted.frozen


def test_a_renewed_pool_uses_no_environment_of_before() -> None:
    """Neither an idle one nor one that was at work then."""
    pool = make_pool()
    (idle, _), (at_work, _) = pool.take(), pool.take()
    pool.give_back(idle)
    pool.renew()
    pool.give_back(at_work)
    new, cold = pool.take()
    assert cold
    assert new not in (idle, at_work)
    assert (state(idle), state(at_work)) == ("ended", "ended")
