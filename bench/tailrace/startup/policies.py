"""AWS's managed policies are made ready when somebody asks for one: they take a second of the start."""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property


class Late[Key, Value](Mapping[Key, Value]):
    """A mapping that is made when it is first looked into."""

    def __init__(self, make: Callable[[], Mapping[Key, Value]]) -> None:
        self._make = make
        self._making = threading.Lock()

    @cached_property
    def _made(self) -> Mapping[Key, Value]:
        return self._make()

    def _found(self) -> Mapping[Key, Value]:
        with self._making:
            return self._made

    def __getitem__(self, key: Key) -> Value:
        return self._found()[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())
