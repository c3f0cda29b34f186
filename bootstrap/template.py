"""The template with all its references resolved: what each resource is asked to be. No I/O.

Knows the functions that our template uses (Ref, GetAtt, Sub, If, Equals, Not), and refuses any other.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Tree = Any  # what YAML holds: mappings, lists, text, numbers, booleans


@dataclass(frozen=True)
class Place:
    """Where the stack stands: what its ARNs are made of."""

    stack: str
    region: str
    account: str

    @property
    def partition(self) -> str:
        """The part of AWS that the region belongs to."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.region.rsplit("-", 2)[0], "aws")


@dataclass(frozen=True)
class Resource:
    """One resource as it was asked for."""

    name: str
    kind: str
    properties: dict[str, Tree]


@dataclass(frozen=True)
class _Call:
    """A function of CloudFormation's, not yet evaluated."""

    function: str
    argument: Tree


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one is ten times as fast
    """YAML with CloudFormation's short forms."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> _Call:
    if isinstance(node, yaml.SequenceNode):
        return _Call(suffix, loader.construct_sequence(node, deep=True))
    if isinstance(node, yaml.MappingNode):
        return _Call(suffix, loader.construct_mapping(node, deep=True))
    return _Call(suffix, node.value)


_Loader.add_multi_constructor("!", _short_form)

# A resource's ARN, by its type, from its name.
_ARNS = {
    "AWS::Kinesis::Stream": "arn:{p}:kinesis:{r}:{a}:stream/{n}",
    "AWS::Lambda::Function": "arn:{p}:lambda:{r}:{a}:function:{n}",
    "AWS::Logs::LogGroup": "arn:{p}:logs:{r}:{a}:log-group:{n}:*",
    "AWS::IAM::Role": "arn:{p}:iam::{a}:role/{n}",
    "AWS::DynamoDB::Table": "arn:{p}:dynamodb:{r}:{a}:table/{n}",
    "AWS::SQS::Queue": "arn:{p}:sqs:{r}:{a}:{n}",
    "AWS::SNS::Topic": "arn:{p}:sns:{r}:{a}:{n}",
    "AWS::Events::Rule": "arn:{p}:events:{r}:{a}:rule/{n}",
}
_REFERRED_BY_ARN = {"AWS::SNS::Topic"}
# The property that names a resource.
_NAMES = {
    "AWS::Kinesis::Stream": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::IAM::Role": "RoleName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::Events::Rule": "Name",
}


_ABSENT = object()
"""What AWS::NoValue is: whatever it is given to is left out."""


class _Resolver:
    """Evaluates the functions of one template."""

    def __init__(
        self,
        template: Mapping[str, Tree],
        parameters: Mapping[str, str],
        place: Place,
        ids: Mapping[str, str],
    ) -> None:
        self._template = template
        self._place = place
        self._ids = ids
        defaults = {name: value.get("Default") for name, value in template.get("Parameters", {}).items()}
        pseudo = {
            "AWS::StackName": place.stack,
            "AWS::Region": place.region,
            "AWS::AccountId": place.account,
            "AWS::Partition": place.partition,
            "AWS::NoValue": _ABSENT,
        }
        self._values: dict[str, Tree] = {**defaults, **parameters, **pseudo}
        self._functions: dict[str, Callable[[Tree], Tree]] = {
            "Ref": self._ref,
            "GetAtt": self._get_att,
            "Sub": self._sub,
            "If": self._if,
            "Equals": lambda pair: str(self.resolve(pair[0])) == str(self.resolve(pair[1])),
            "Not": lambda only: not self.resolve(only[0]),
        }

    def resolve(self, tree: Tree) -> Tree:
        """Return the tree with every function evaluated."""
        if isinstance(tree, _Call):
            if tree.function not in self._functions:
                raise NotImplementedError(
                    f"!{tree.function} in the template: teach bootstrap/template.py what it is"
                )
            return self._functions[tree.function](tree.argument)
        if isinstance(tree, dict):
            found = {key: self.resolve(value) for key, value in tree.items()}
            return {key: value for key, value in found.items() if value is not _ABSENT}
        if isinstance(tree, list):
            return [value for value in map(self.resolve, tree) if value is not _ABSENT]
        return tree

    def _ref(self, name: str) -> Tree:
        if name in self._values:
            return self._values[name]
        if self._template["Resources"][name]["Type"] in _REFERRED_BY_ARN:
            return self._get_att(f"{name}.Arn")
        return self._ids.get(name) or self._name_of(name)

    def _get_att(self, dotted: str) -> str:
        name, _, attribute = dotted.partition(".")
        if attribute != "Arn":
            raise NotImplementedError(f"!GetAtt {dotted} in the template: only Arn is known here")
        place = self._place
        pattern = _ARNS[self._template["Resources"][name]["Type"]]
        return pattern.format(p=place.partition, r=place.region, a=place.account, n=self._name_of(name))

    def _sub(self, argument: Tree) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})
        named = {name: str(self.resolve(value)) for name, value in own.items()}
        return re.sub(r"\$\{([\w:]+)\}", lambda found: named.get(found[1]) or str(self._ref(found[1])), text)

    def _if(self, argument: Tree) -> Tree:
        condition, then, otherwise = argument
        return self.resolve(then if self.holds(condition) else otherwise)

    def holds(self, condition: str | None) -> bool:
        """Tell whether a condition of the template holds; what has none is always there."""
        return condition is None or bool(self.resolve(self._template["Conditions"][condition]))

    def _name_of(self, resource: str) -> str:
        found = self._template["Resources"][resource]
        name: str = self.resolve(found["Properties"][_NAMES[found["Type"]]])
        return name


def load(text: str) -> dict[str, Tree]:
    """Parse a template."""
    parsed: dict[str, Tree] = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader with short forms
    return parsed


def function_of(template: Mapping[str, Tree], parameter: str) -> dict[str, Tree]:
    """Return the properties, unresolved, of the function whose code a parameter names; empty without one."""
    for resource in template["Resources"].values():
        properties: dict[str, Tree] = resource.get("Properties", {})
        code = properties.get("Code")
        if resource["Type"] == "AWS::Lambda::Function" and isinstance(code, dict):
            key = code.get("S3Key")
            if isinstance(key, _Call) and (key.function, key.argument) == ("Ref", parameter):
                return properties
    return {}


def asked_for(
    text: str, parameters: Mapping[str, str], place: Place, ids: Mapping[str, str]
) -> list[Resource]:
    """Return each resource that is asked for, properties resolved; `ids`: physical ids that are no names."""
    template = load(text)
    resolver = _Resolver(template, parameters, place, ids)
    return [
        Resource(name, resource["Type"], resolver.resolve(resource["Properties"]))
        for name, resource in template["Resources"].items()
        if resolver.holds(resource.get("Condition"))
    ]
