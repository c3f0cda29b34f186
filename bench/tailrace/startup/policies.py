"""AWS's managed policies are made ready when somebody asks for one: they take a second of the start.

In moto too, which has them once for each account: 60 ms and 5 MB.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any


class Made[Thing]:
    """Something that is made when it is first asked for."""

    def __init__(self, make: Callable[[], Thing]) -> None:
        self._make = make
        self._made: list[Thing] = []
        self._making = threading.Lock()

    def __call__(self) -> Thing:
        """Return it."""
        with self._making:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


class LateMapping[Key, Value](Mapping[Key, Value]):
    """A mapping that is made when it is first looked into."""

    def __init__(self, make: Callable[[], Mapping[Key, Value]]) -> None:
        self._found = Made(make)

    def __getitem__(self, key: Key) -> Value:
        return self._found()[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())


class LateItems[Key, Value](MutableMapping[Key, Value]):
    """A dictionary that is made when it is first looked into, or changed."""

    def __init__(self, make: Callable[[], dict[Key, Value]]) -> None:
        self._found = Made(make)

    def __getitem__(self, key: Key) -> Value:
        return self._found()[key]

    def __setitem__(self, key: Key, value: Value) -> None:
        self._found()[key] = value

    def __delitem__(self, key: Key) -> None:
        del self._found()[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())


class LateList[Item](Sequence[Item]):
    """A list that is made when it is first looked into."""

    def __init__(self, make: Callable[[], list[Item]]) -> None:
        self._found = Made(make)

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401  an index or a slice, as a list takes them
        return self._found()[at]

    def __len__(self) -> int:
        return len(self._found())

    def __add__(self, more: list[Item]) -> list[Item]:
        return self._found() + more
