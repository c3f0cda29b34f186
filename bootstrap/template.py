"""The template with all its references resolved: what each resource is asked to be. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from bootstrap.intrinsics import NAMES, IntrinsicCall, Resolver, StackPlace, Tree, Unknown


@dataclass(frozen=True)
class Resource:
    """One resource as it was asked for: what of it is known, and what is not."""

    name: str
    kind: str
    properties: dict[str, Tree]
    unknown: tuple[str, ...] = ()
    """Paths, each with how the template has it."""
    found_by: str = ""
    """Its name, whether the template gives it one or not; empty if it is not known."""

    @property
    def named(self) -> dict[str, Tree]:
        """The properties, with the one that names it."""
        by = NAMES.get(self.kind)
        return {by: self.found_by, **self.properties} if by and self.found_by else self.properties


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one is ten times as fast
    """YAML with CloudFormation's short forms."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> IntrinsicCall:
    if isinstance(node, yaml.SequenceNode):
        return IntrinsicCall(suffix, loader.construct_sequence(node, deep=True))
    if isinstance(node, yaml.MappingNode):
        return IntrinsicCall(suffix, loader.construct_mapping(node, deep=True))
    return IntrinsicCall(suffix, node.value)


_Loader.add_multi_constructor("!", _short_form)


def load(text: str) -> dict[str, Tree]:
    """Parse a template, in YAML or JSON."""
    parsed: dict[str, Tree] = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader with short forms
    return parsed


def function_of(template: Mapping[str, Tree], parameter: str) -> tuple[str, dict[str, Tree]]:
    """Return name and properties, unresolved, of the function whose code a parameter names; empty if none."""
    for name, resource in template["Resources"].items():
        properties: dict[str, Tree] = resource.get("Properties", {})
        code = properties.get("Code")
        if resource["Type"] == "AWS::Lambda::Function" and isinstance(code, dict):
            key = code.get("S3Key")
            if isinstance(key, IntrinsicCall) and (key.function, key.argument) == ("Ref", parameter):
                return name, properties
    return "", {}


def asked_for(
    text: str, parameters: Mapping[str, str], place: StackPlace, ids: Mapping[str, str]
) -> list[Resource]:
    """Return each resource that is asked for, properties resolved; `ids`: the resources' physical ids."""
    template = load(text)
    resolver = Resolver(template, parameters, place, ids)
    found = []
    for name, resource in template["Resources"].items():
        if not isinstance(resource, dict) or "Type" not in resource:  # a transform's, such as Fn::ForEach
            found.append(Resource(name, "a transform", {}))
        elif resolver.holds(resource.get("Condition")):
            properties, unknown = _split(resolver.resolve(resource.get("Properties") or {}), name)
            found_by = resolver.name_of(name)
            known = "" if isinstance(found_by, Unknown) else str(found_by)
            found.append(Resource(name, resource["Type"], properties, unknown, known))
    return found


def _split(properties: Tree, name: str) -> tuple[dict[str, Tree], tuple[str, ...]]:
    """Return what is known of properties, and the paths of what is not; a list is known as a whole or not."""
    if isinstance(properties, Unknown):
        return {}, (f"{name}: {properties.what}",)
    known: dict[str, Tree] = {}
    unknown: list[str] = []
    for key, value in properties.items():
        path = f"{name}.{key}"
        if isinstance(value, dict):
            known[key], more = _split(value, path)
            unknown += more
        elif missing := _unknown_in(value):
            unknown.append(f"{path}: {missing}")
        else:
            known[key] = value
    return known, tuple(unknown)


def _unknown_in(tree: Tree) -> str:
    """Return what is unknown somewhere in a tree; empty if nothing is."""
    if isinstance(tree, Unknown):
        return tree.what
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return next((what for part in parts if (what := _unknown_in(part))), "")
