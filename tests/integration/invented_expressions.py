"""Invented expressions and items: seeded, of few names and values, so that they meet; some nearly valid."""

import re
from random import Random
from typing import Any, NamedTuple

type Value = dict[str, Any]
type Item = dict[str, Value]

USUAL = {"a": "N", "b": "N", "c": "SS", "d": "L", "e": "M", "f": "S", "g": "NS", "h": "B"}
"""What an attribute mostly is, by its name."""
NAMES = tuple(USUAL)
PLACEHOLDER = re.compile(r"[#:][a-z]\w*")
WORD = re.compile(r"[#:]?\w+|<=|>=|<>|\S")
TEXTS = ("", "a", "ab", "abc", "b", "Z", "é", "😀", "\uffff", "a\x00")
NUMBERS = (
    *("0", "1", "2", "-1", "1.0", "10", "3.5", "-0.001", "1e2", "100", "1E-3", "007"),
    *("99999999999999999999999999999999999999", "1e125", "-9.9e-130"),
)
BINARIES = ("", "YQ==", "YWI=", "YWJj", "AA==", "/w==")
SCALARS: dict[str, tuple[Any, ...]] = {
    "S": TEXTS,
    "N": NUMBERS,
    "B": BINARIES,
    "BOOL": (True, False),
    "NULL": (True,),
}
COMMON = ("S", "S", "N", "N", "N", "B", "BOOL", "NULL")
SETS = {"SS": TEXTS, "NS": ("0", "1", "2", "3.5", "10", "-1"), "BS": BINARIES}
TYPES = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "X", "")
COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
SPOILING = (
    "AND",
    "(",
    ")",
    ",",
    "=",
    ":v0",
    "#n0",
    "a",
    "NOT",
    ".",
    "[0]",
    "SET",
    "size",
    "+",
    "name",
    "5",
    "'x'",
)


class Invented(NamedTuple):
    """An expression, and the placeholders that it uses; one may be missing."""

    text: str
    names: dict[str, str]
    values: dict[str, Value]

    def given(self, parameter: str) -> dict[str, Any]:
        """Return what a request gives with the expression as this parameter."""
        also = {"ExpressionAttributeNames": self.names, "ExpressionAttributeValues": self.values}
        return {parameter: self.text, **{name: each for name, each in also.items() if each}}


class Inventor:
    """Invents items and expressions, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  nothing secret
        self._names: dict[str, str] = {}
        self._values: dict[str, Value] = {}
        self._roots: set[str] = set()

    def item(self) -> Item:
        """Return attributes, of each of which there may be none."""
        return {name: self._value(3, name) for name in NAMES if self._random.random() < 0.85}

    def condition(self) -> Invented:
        """Return a condition."""
        return self._finished(self._condition(self._random.choice((0, 0, 1, 1, 2, 3))))

    def projection(self) -> Invented:
        """Return a projection."""
        return self._finished(self._several(self._target, 4))

    def update(self) -> Invented:
        """Return an update."""
        actions = {"SET": self._set, "REMOVE": self._target, "ADD": self._add, "DELETE": self._delete}
        sections = self._random.sample(sorted(actions), self._random.choice((1, 1, 1, 2, 3)))
        return self._finished(
            " ".join(
                f"{self._cased(name)} {self._several(actions[name], self._random.choice((1, 1, 2, 3)))}"
                for name in sections
            )
        )

    def key_condition(self, kinds: tuple[str, str]) -> Invented:
        """Return a condition on `h` and `r`, keys of these types."""
        one = self._random.choice(("h = {}", "h = {}", "{} = h", "(h = {})", "h < {}"))
        parts = [one.format(self._new(self._key(kinds[0])))]
        if self._random.random() < 0.8:
            low, high = (self._new(self._key(kinds[1])) for _ in range(2))
            operator = self._random.choice(COMPARATORS)
            forms = (
                f"r {operator} {low}",
                f"r {operator} {low}",
                f"{low} {operator} r",
                f"r BETWEEN {low} AND {high}",
                f"begins_with(r, {low})",
                f"begins_with (r,{high})",
                f"(r {operator} {low})",
                f"r IN ({low})",
            )
            parts.append(self._random.choice(forms))
        self._random.shuffle(parts)
        return self._finished(f" {self._cased('AND')} ".join(parts))

    def key(self, kind: str) -> Value:
        """Return a value for a key of this type."""
        return {kind: self._random.choice([each for each in SCALARS[kind] if each])}

    def _key(self, kind: str) -> Value:
        return self.key(kind if self._random.random() < 0.95 else self._random.choice("SNB"))

    def _value(self, levels: int, name: str = "") -> Value:
        if name and self._random.random() < 0.85 and (levels or USUAL[name] not in "LM"):
            return self._of(USUAL[name], levels)
        return self._of(self._random.choice((*COMMON, *SETS, *("LMLM" if levels else ""))), levels)

    def _of(self, kind: str, levels: int) -> Value:
        if kind in SETS:
            return {kind: self._random.sample(SETS[kind], self._random.choice((1, 2, 2, 3)))}
        if kind == "L":
            return {"L": [self._value(levels - 1) for _ in range(self._random.choice((0, 1, 2, 3)))]}
        if kind == "M":
            return {
                "M": {name: self._value(levels - 1, name) for name in NAMES if self._random.random() < 0.6}
            }
        return {kind: self._random.choice(SCALARS[kind])}

    def _new(self, value: Value) -> str:
        """Return a placeholder of a value."""
        name = f":v{len(self._values)}"
        self._values[name] = value
        return name

    def _literal(self, *kinds: str) -> str:
        if kinds and self._random.random() < 0.95:
            return self._new(self._of(self._random.choice(kinds), 1))
        return self._new(self._value(2))

    def _named(self, name: str) -> str:
        """Return a name as it stands in an expression: itself, or a placeholder."""
        if self._random.random() < 0.7:
            return name
        placeholder = f"#n{len(self._names)}"
        self._names[placeholder] = name
        return placeholder

    def _path(self, *kinds: str) -> str:
        """Return a path, mostly one that is there, to what is mostly of these types."""
        while True:
            name = self._random.choice(NAMES)
            path = self._named(name)
            while self._random.random() < 0.4:
                kind = USUAL.get(name) if self._random.random() < 0.9 else self._random.choice("LM")
                if kind not in ("L", "M"):
                    break
                name = self._random.choice(NAMES) if kind == "M" else ""
                path += f".{self._named(name)}" if name else f"[{self._random.choice((0, 0, 1, 2, 7))}]"
            if not kinds or USUAL.get(name) in kinds or self._random.random() < 0.1:
                return path

    def _target(self, *kinds: str) -> str:
        """Return a path that mostly does not overlap with those before."""
        while True:
            path = self._path(*kinds)
            root = path.replace("[", ".").split(".")[0]
            if self._names.get(root, root) not in self._roots or self._random.random() < 0.2:
                self._roots.add(self._names.get(root, root))
                return path

    def _several(self, make: Any, most: int) -> str:  # noqa: ANN401  one of its own methods
        return ", ".join(make() for _ in range(self._random.randint(1, most)))

    def _cased(self, word: str) -> str:
        return word if self._random.random() < 0.8 else word.lower()

    def _operand(self, *kinds: str) -> str:
        chance = self._random.random()
        if chance < 0.5:
            return self._path()
        if chance < 0.93:
            return self._literal(*kinds)
        return f"({self._path()})" if chance < 0.95 else f"size({self._operand()})"

    def _condition(self, levels: int) -> str:
        if not levels:
            return self._comparison()
        one, other = self._condition(levels - 1), self._condition(self._random.randrange(levels))
        forms = (
            "{} AND {}",
            "{} OR {}",
            "NOT {}",
            "({})",
            "NOT ({})",
            "({}) AND {}",
            "({} OR {})",
            "{} OR NOT {}",
        )
        return self._random.choice(forms).format(one, other)

    def _comparison(self) -> str:  # noqa: PLR0911  one for each form
        choice = self._random.random()
        one, other = (self._operand("S", "N", "N", "B") for _ in range(2))
        if choice < 0.35:
            return f"{one} {self._random.choice(COMPARATORS)} {other}"
        if choice < 0.45:
            return f"{one} {self._cased('BETWEEN')} {other} {self._cased('AND')} {self._operand('N', 'S')}"
        if choice < 0.55:
            return f"{one} {self._cased('IN')} ({self._several(self._operand, 3)})"
        if choice < 0.7:
            return f"{self._random.choice(('attribute_exists', 'attribute_not_exists'))}({self._path()})"
        if choice < 0.78:
            return f"attribute_type({one}, {self._new({'S': self._random.choice(TYPES)})})"
        if choice < 0.88:
            return f"begins_with({self._path()}, {self._operand('S', 'B')})"
        return f"contains({self._path()}, {other})"

    def _set(self) -> str:
        return f"{self._target()} = {self._assigned()}"

    def _assigned(self) -> str:
        choice = self._random.random()
        if choice < 0.3:
            return self._literal()
        if choice < 0.45:
            return self._path()
        if choice < 0.7:
            return f"{self._source('N')} {self._random.choice('+-')} {self._source('N')}"
        if choice < 0.85:
            return f"list_append({self._source('L')}, {self._source('L')})"
        return self._random.choice(("{}", "{}", "({})", "{} + {}")).format(
            self._if_not_exists("N"), self._source("N")
        )

    def _source(self, kind: str) -> str:
        choice = self._random.random()
        if choice < 0.4:
            return self._path(kind)
        return self._literal(kind) if choice < 0.8 else self._if_not_exists(kind)

    def _if_not_exists(self, kind: str) -> str:
        return f"if_not_exists({self._path(kind)}, {self._source(kind)})"

    def _add(self) -> str:
        kind = self._random.choice(("N", "N", *SETS))
        return f"{self._target(kind)} {self._literal(kind)}"

    def _delete(self) -> str:
        kind = self._random.choice(("SS", "NS"))
        return f"{self._target(kind)} {self._literal(kind)}"

    def _finished(self, text: str) -> Invented:
        """Return the text, perhaps spoiled, with those names and values that it uses."""
        if self._random.random() < 0.12:
            words = WORD.findall(text)
            at = self._random.randrange(len(words))
            words[at : at + self._random.randrange(2)] = self._random.choice(
                ([], [self._random.choice(SPOILING)])
            )
            text = " ".join(words)
        elif self._random.random() < 0.2:
            text = self._random.choice((text.replace(" ", "  "), text.replace(", ", ","), f" {text}\n"))
        used = set(PLACEHOLDER.findall(text))
        names, values = self._names, self._values
        self._names, self._values, self._roots = {}, {}, set()
        return Invented(
            text,
            {name: value for name, value in names.items() if name in used},
            {name: value for name, value in values.items() if name in used},
        )
