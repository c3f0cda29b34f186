"""LocalStack ships no types: its objects go by this name, so that the rest can be strict."""

from typing import Any

type Foreign = Any
