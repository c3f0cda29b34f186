"""The parts of a request: members of known types, and expressions with their names and values. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from .expressions import ItemCondition, KeyCondition, Projection, Update
from .expressions import condition as compiled_condition
from .expressions import key_condition as compiled_key_condition
from .expressions import projection as compiled_projection
from .expressions import update as compiled_update
from .forms import Names, Values
from .unsure import UnsureError
from .values import Item, checked

type Request = dict[str, Any]

NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
CAPACITY = ("NONE", "TOTAL", "INDEXES")
EXPRESSED = {"ExpressionAttributeNames": dict, "ExpressionAttributeValues": dict}
ASKED = {"ReturnConsumedCapacity": str}


def check(request: object, known: Mapping[str, type], *needed: str) -> Request:
    """Return a part of a request, if it has these members only, of these types, and those that it needs."""
    if type(request) is not dict:
        raise UnsureError("a part of a request that is no object")
    for name, value in request.items():
        if type(value) is not known.get(name):
            raise UnsureError(f"{name}: not known, or of another type")
    for name in needed:
        if name not in request:
            raise UnsureError(f"{name} is missing")
    return request


def choice(request: Request, name: str, *choices: str) -> str:
    """Return which of these words a member is; the first if it is missing."""
    word = request.get(name, choices[0])
    if word not in choices:
        raise UnsureError(f"{name}: another word")
    return str(word)


def table_name(name: object) -> str:
    """Return the name of a table, or of an index, if it is a valid one."""
    if type(name) is not str or not NAME.fullmatch(name):
        raise UnsureError("a name that no table may have")
    return name


class Expressions:
    """The expressions of one part of a request; each name and value that is given has to be used."""

    def __init__(self, names: Names, values: Values = UNSET, key_names: tuple[str, ...] = ()) -> None:
        self._names: Mapping[str, str] = {} if names is UNSET else names
        self._values: Item = {} if values is UNSET else checked(values)
        self._key_names = key_names
        self._used: set[str] = set()

    @classmethod
    def of(cls, request: Request) -> "Expressions":
        """Return those of a request whose members are checked."""
        for member in EXPRESSED:
            if request.get(member) == {}:
                raise UnsureError("no names or values where some are given")
        names, values = (request.get(member, UNSET) for member in EXPRESSED)
        return cls(names, values)

    def condition(self, text: str | None) -> ItemCondition | None:
        """Return a condition, if there is one."""
        return None if text is None else self._bound(compiled_condition(text, self._names, self._values))

    def projection(self, text: str | None) -> Projection | None:
        """Return a projection, if there is one."""
        return None if text is None else self._bound(compiled_projection(text, self._names))

    def update(self, text: str | None) -> Update | None:
        """Return an update, if there is one."""
        if text is None:
            return None
        return self._bound(compiled_update(text, self._names, self._values, self._key_names))

    def key_condition(self, text: str, hash_name: str, range_name: str | None) -> KeyCondition:
        """Return the condition of a query on keys of these names."""
        return self._bound(compiled_key_condition(text, self._names, self._values, hash_name, range_name))

    def close(self) -> None:
        """Raise UnsureError if something is given that no expression uses."""
        if len(self._used) != len(self._names) + len(self._values):
            raise UnsureError("a name or value that no expression uses")

    def _bound[Expression: (ItemCondition, Projection, Update, KeyCondition)](
        self, bound: Expression
    ) -> Expression:
        self._used.update(bound.names_used)
        self._used.update(getattr(bound, "values_used", ()))
        return bound
