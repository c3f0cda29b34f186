"""Whether two trees of properties say the same, and where they do not. Pure."""

import json
from typing import Any

Tree = Any  # mappings, lists, text, numbers, booleans
# What tells the elements of a list apart, in the order of preference.
_IDENTITIES = ("PolicyName", "Sid", "Key", "Name", "AttributeName", "Id")


def differences(asked: Tree, found: Tree, path: str, *, exact: bool = False) -> list[str]:
    """Return a line for each property that was asked for and is not so, by its path.

    What a service adds of its own is no difference, except inside lists and what stands in them (`exact`): a
    policy with one action more is not the policy that was asked for.
    """
    if isinstance(asked, dict) and isinstance(found, str):
        found = _parsed(found)
    if isinstance(asked, dict) and isinstance(found, dict):
        names = list(asked) + [name for name in found if exact and name not in asked]
        return [
            line
            for name in names
            for line in differences(asked.get(name), found.get(name), f"{path}.{name}", exact=exact)
        ]
    if canonical(asked) == canonical(found):
        return []
    named_asked, named_found = _by_identity(asked), _by_identity(found)
    if named_asked is not None and named_found is not None:
        return differences(named_asked, named_found, path, exact=True)
    return [f"{path} is {_shown(found)}; asked for was {_shown(asked)}"]


def _parsed(text: str) -> Tree:
    """Return what a text holds as JSON, as some services tell a property; else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def canonical(tree: Tree) -> Tree:
    """Return the tree in one form of the many that mean the same.

    Numbers and booleans are text, as some services tell them; a list has no order, and one of a single
    element is that element, as in a policy's actions.
    """
    if isinstance(tree, dict):
        return {key: canonical(tree[key]) for key in sorted(tree)}
    if isinstance(tree, list):
        elements = sorted((canonical(element) for element in tree), key=json.dumps)
        return elements[0] if len(elements) == 1 else elements
    if isinstance(tree, bool):
        return str(tree).lower()
    if isinstance(tree, float) and tree.is_integer():
        return str(int(tree))
    return tree if tree is None else str(tree)


def _by_identity(tree: Tree) -> dict[str, Tree] | None:
    """Return a list's elements by what names them; None if nothing does."""
    if not isinstance(tree, list) or not all(isinstance(element, dict) for element in tree):
        return None
    for identity in _IDENTITIES:
        named = {str(element[identity]): element for element in tree if identity in element}
        if len(named) == len(tree):
            return named
    return None


def _shown(tree: Tree) -> str:
    return "not set" if tree is None else json.dumps(tree, default=str)
