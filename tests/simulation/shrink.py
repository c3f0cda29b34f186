"""A failing tape made short: spans are deleted, then set to zero, as long as it fails the same way."""

from collections.abc import Callable, Sequence


def shrunk(tape: Sequence[int], fails: Callable[[Sequence[int]], bool], tries: int) -> list[int]:
    """Give a shorter and plainer tape that still fails; at most so many tries."""
    best, left = list(tape), tries

    def better(candidate: list[int]) -> bool:
        nonlocal best, left
        left -= 1
        if candidate != best and fails(candidate):
            best = candidate
            return True
        return False

    for change in (_without, _zeroed):
        size = max(1, len(best) // 2)
        while size and left > 0:
            start = 0
            while start < len(best) and left > 0:
                if not better(change(best, start, size)) or change is _zeroed:
                    start += size
            size //= 2
    return best


def _without(tape: list[int], start: int, size: int) -> list[int]:
    return tape[:start] + tape[start + size :]


def _zeroed(tape: list[int], start: int, size: int) -> list[int]:
    return [*tape[:start], *[0] * len(tape[start : start + size]), *tape[start + size :]]
