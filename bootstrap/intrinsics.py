"""CloudFormation's own functions, evaluated: `!Ref`, `!Sub`, `!If` and the others. No I/O.

What cannot be known from the template and the stack's resources alone (`!GetAtt` of most attributes,
`!ImportValue`, a function that is not known here) becomes `Unknown`, which says what it was.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Tree = Any  # what YAML holds: mappings, lists, text, numbers, booleans


@dataclass(frozen=True)
class StackPlace:
    """Where the stack stands: what its ARNs are made of."""

    stack: str
    region: str
    account: str

    @property
    def partition(self) -> str:
        """The part of AWS that the region belongs to."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.region.rsplit("-", 2)[0], "aws")

    @property
    def suffix(self) -> str:
        """The domain of AWS in that part."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


@dataclass(frozen=True)
class IntrinsicCall:
    """A function of CloudFormation's, not yet evaluated."""

    function: str
    argument: Tree


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be known here; `what` is how the template has it."""

    what: str


class _Unresolved(Exception):  # noqa: N818  no fault
    """Ends the evaluation of a text or a condition in which something is unknown."""


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
    "AWS::CloudWatch::Alarm": "arn:{p}:cloudwatch:{r}:{a}:alarm:{n}",
    "AWS::S3::Bucket": "arn:{p}:s3:::{n}",
}
_REFERRED_BY_ARN = {"AWS::SNS::Topic"}
_REFERRED_BY_URL = {"AWS::SQS::Queue"}
NAMES = {
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
    "AWS::S3::Bucket": "BucketName",
}
"""The property that names a resource, by its type."""
_ABSENT = object()  # what AWS::NoValue is: whatever it is given to is left out
_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class Resolver:
    """Evaluates the functions of one template; `ids` are the resources' physical ids, as far as known."""

    def __init__(
        self,
        template: Mapping[str, Tree],
        parameters: Mapping[str, str],
        place: StackPlace,
        ids: Mapping[str, str],
    ) -> None:
        self._template = template
        self._place = place
        self._ids = ids
        given = template.get("Parameters") or {}
        pseudo = {
            "AWS::StackName": place.stack,
            "AWS::Region": place.region,
            "AWS::AccountId": place.account,
            "AWS::Partition": place.partition,
            "AWS::URLSuffix": place.suffix,
            "AWS::NoValue": _ABSENT,
        }
        defaults = {name: value.get("Default") for name, value in given.items()}
        self._values: dict[str, Tree] = {**defaults, **parameters, **pseudo}
        self._lists = {
            name for name, value in given.items() if str(value.get("Type")).startswith(("List<", "Comma"))
        }
        self._functions: dict[str, Callable[[Tree], Tree]] = {
            "Ref": self._ref,
            "GetAtt": self._get_att,
            "Sub": self._sub,
            "If": self._if,
            "Join": lambda pair: str(pair[0]).join(map(self._text, self._known(pair[1]))),
            "Select": lambda pair: self._known(pair[1])[int(self._known(pair[0]))],
            "Split": lambda pair: self._text(pair[1]).split(pair[0]),
            "FindInMap": self._find_in_map,
            "Equals": lambda pair: self._text(pair[0]) == self._text(pair[1]),
            "Not": lambda only: not self._known(only[0]),
            "And": lambda each: all(self._known(one) for one in each),
            "Or": lambda each: any(self._known(one) for one in each),
            "Condition": self.holds,
        }

    def resolve(self, tree: Tree) -> Tree:
        """Return the tree with every function evaluated, or `Unknown` in its place."""
        call = _call(tree)
        if call:
            return self._evaluated(call)
        if isinstance(tree, dict):
            found = {key: self.resolve(value) for key, value in tree.items()}
            return {key: value for key, value in found.items() if value is not _ABSENT}
        if isinstance(tree, list):
            return [value for value in map(self.resolve, tree) if value is not _ABSENT]
        return tree

    def _evaluated(self, call: IntrinsicCall) -> Tree:
        if call.function not in self._functions:
            return Unknown(f"!{call.function}")
        try:
            return self._functions[call.function](call.argument)
        except _Unresolved as unresolved:
            return Unknown(str(unresolved))
        except (LookupError, TypeError, ValueError):  # it does not have the form that it should
            return Unknown(f"!{call.function}")

    def holds(self, condition: str | None) -> bool:
        """Tell whether a condition of the template holds; what has none is always there.

        One that cannot be evaluated counts as holding: its resource is looked for.
        """
        if condition is None:
            return True
        found = self.resolve(self._template["Conditions"][condition])
        return isinstance(found, Unknown) or bool(found)

    def name_of(self, resource: str) -> Tree:
        """Return a resource's name: the one that it is given, else its physical id."""
        found = self._template["Resources"][resource]
        asked = (found.get("Properties") or {}).get(NAMES.get(found["Type"], ""), _ABSENT)
        name = self.resolve(asked)
        if name is _ABSENT or isinstance(name, Unknown):
            known = self._ids.get(resource, "")
            of_longer = known.startswith(("arn:", "http://", "https://"))
            return (re.split("[:/]", known)[-1] if of_longer else known) or Unknown(f"!Ref {resource}")
        return name

    def _known(self, tree: Tree) -> Tree:
        """Return the value; raise `_Unresolved` if it is not known."""
        value = self.resolve(tree)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Unknown):
                raise _Unresolved(each.what)
        return value

    def _text(self, tree: Tree) -> str:
        value = self._known(tree)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _ref(self, name: str) -> Tree:
        if name in self._lists:
            return str(self._values[name]).split(",")
        if name in self._values:
            return self._values[name]
        kind = self._template["Resources"][name]["Type"]
        if kind in _REFERRED_BY_ARN:
            return self._get_att(f"{name}.Arn")
        if kind in NAMES and kind not in _REFERRED_BY_URL:
            return self._name(name)
        if name in self._ids:
            return self._ids[name]
        raise _Unresolved(f"!Ref {name}")

    def _name(self, resource: str) -> str:
        name = self.name_of(resource)
        if isinstance(name, Unknown):
            raise _Unresolved(name.what)
        return str(name)

    def _get_att(self, argument: Tree) -> str:
        name, _, attribute = (
            argument.partition(".") if isinstance(argument, str) else (argument[0], ".", argument[1])
        )
        pattern = _ARNS.get(self._template["Resources"][name]["Type"])
        if attribute != "Arn" or pattern is None:
            raise _Unresolved(f"!GetAtt {name}.{attribute}")
        place = self._place
        return pattern.format(p=place.partition, r=place.region, a=place.account, n=self._name(name))

    def _sub(self, argument: Tree) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})
        named = {name: self._text(value) for name, value in own.items()}

        def value(found: re.Match[str]) -> str:
            literal, name = found[1], found[2].strip()
            if literal:
                return f"${{{name}}}"
            if name in named:
                return named[name]
            return self._text(IntrinsicCall("GetAtt" if "." in name else "Ref", name))

        return _VARIABLE.sub(value, text)

    def _if(self, argument: Tree) -> Tree:
        condition, then, otherwise = argument
        found = self._known(self._template["Conditions"][condition])
        return self.resolve(then if found else otherwise)

    def _find_in_map(self, argument: Tree) -> Tree:
        table, first, second = (self._text(each) for each in argument[:3])
        return self._template["Mappings"][table][first][second]


def _call(tree: Tree) -> IntrinsicCall | None:
    """Return the function that a tree is, in the short form or in that of JSON; None if it is none."""
    if isinstance(tree, IntrinsicCall):
        return tree
    if isinstance(tree, dict) and len(tree) == 1:
        ((name, argument),) = tree.items()
        if name == "Ref" or str(name).startswith("Fn::"):
            return IntrinsicCall(str(name).removeprefix("Fn::"), argument)
    return None
