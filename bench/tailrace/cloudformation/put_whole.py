"""Resources that are put, and put anew to change them: LocalStack has the operations, and no such types.

Dashboards, metric filters and streams' resource policies; and subscription filters, of which LocalStack's own
type keeps neither name nor role nor distribution.
"""

import json
from typing import TYPE_CHECKING, Any, ClassVar

from localstack.services.cloudformation import provider_utils
from localstack.services.cloudformation import resource_provider as stock

from tailrace.cloudformation.foreign import Foreign
from tailrace.seams import replace

if TYPE_CHECKING:
    Base: Any = object
else:
    Base = stock.ResourceProvider

type Model = dict[str, Any]


def _schema(kind: str, *identity: str, others: tuple[str, ...]) -> Model:
    own = [f"/properties/{name}" for name in identity]
    return {
        "typeName": kind,
        "primaryIdentifier": own[:1],  # what Ref gives
        "createOnlyProperties": own,
        "properties": {name: {} for name in (*identity, *others)},
        "handlers": {"create": {}, "update": {}, "delete": {}},
    }


class PutWhole(Base):
    """Makes, changes and removes a resource of one type by its put and its delete operation."""

    def put(self, clients: Foreign, model: Model) -> None:
        """Make it, or replace it whole."""
        raise NotImplementedError

    def remove(self, clients: Foreign, model: Model) -> None:
        """Remove it."""
        raise NotImplementedError

    def create(self, request: Foreign) -> Foreign:
        """Put it, under a name of its own where the template gives it none."""
        model = request.desired_state
        name = self.SCHEMA["primaryIdentifier"][0].rpartition("/")[2]
        if not model.get(name):
            made = provider_utils.generate_default_name(request.stack_name, request.logical_resource_id)
            model[name] = (request.previous_state or {}).get(name) or made
        self.put(request.aws_client_factory, model)
        return _done(model)

    def update(self, request: Foreign) -> Foreign:
        """Put it anew."""
        return self.create(request)

    def delete(self, request: Foreign) -> Foreign:
        """Remove it."""
        self.remove(request.aws_client_factory, request.desired_state)
        return _done(request.desired_state)


def _done(model: Foreign) -> Foreign:
    return stock.ProgressEvent(stock.OperationStatus.SUCCESS, resource_model=model)


class Dashboard(PutWhole):
    """A dashboard; its name is its id."""

    TYPE = "AWS::CloudWatch::Dashboard"
    SCHEMA: ClassVar[Model] = _schema(TYPE, "DashboardName", others=("DashboardBody",))

    def put(self, clients: Foreign, model: Model) -> None:
        """Make it, or replace it whole."""
        clients.cloudwatch.put_dashboard(
            DashboardName=model["DashboardName"], DashboardBody=model["DashboardBody"]
        )

    def remove(self, clients: Foreign, model: Model) -> None:
        """Remove it."""
        clients.cloudwatch.delete_dashboards(DashboardNames=[model["DashboardName"]])


class MetricFilter(PutWhole):
    """A metric filter of a log group."""

    TYPE = "AWS::Logs::MetricFilter"
    SCHEMA: ClassVar[Model] = _schema(
        TYPE,
        *("FilterName", "LogGroupName"),
        others=("FilterPattern", "MetricTransformations", "ApplyOnTransformedLogs"),
    )

    def put(self, clients: Foreign, model: Model) -> None:
        """Make it, or replace it whole."""
        clients.logs.put_metric_filter(
            logGroupName=model["LogGroupName"],
            filterName=model["FilterName"],
            filterPattern=model.get("FilterPattern", ""),
            metricTransformations=[_transformation(one) for one in model["MetricTransformations"]],
        )

    def remove(self, clients: Foreign, model: Model) -> None:
        """Remove it."""
        clients.logs.delete_metric_filter(logGroupName=model["LogGroupName"], filterName=model["FilterName"])


def _transformation(given: Model) -> Model:
    """Give a transformation as the operation takes it.

    >>> _transformation({"MetricName": "a", "DefaultValue": 0, "Dimensions": [{"Key": "k", "Value": "$.v"}]})
    {'metricName': 'a', 'defaultValue': 0.0, 'dimensions': {'k': '$.v'}}
    """
    made = {name[0].lower() + name[1:]: value for name, value in given.items()}
    if "defaultValue" in made:
        made["defaultValue"] = float(made["defaultValue"])
    if "dimensions" in made:
        made["dimensions"] = {one["Key"]: one["Value"] for one in made["dimensions"]}
    return made


class SubscriptionFilter(PutWhole):
    """A subscription filter of a log group."""

    TYPE = "AWS::Logs::SubscriptionFilter"
    SCHEMA: ClassVar[Model] = _schema(
        TYPE,
        *("FilterName", "LogGroupName"),
        others=("FilterPattern", "DestinationArn", "RoleArn", "Distribution"),
    )

    def put(self, clients: Foreign, model: Model) -> None:
        """Make it, or replace it whole."""
        more = {"roleArn": model.get("RoleArn"), "distribution": model.get("Distribution")}
        clients.logs.put_subscription_filter(
            logGroupName=model["LogGroupName"],
            filterName=model["FilterName"],
            filterPattern=model.get("FilterPattern", ""),
            destinationArn=model["DestinationArn"],
            **{name: value for name, value in more.items() if value},
        )

    def remove(self, clients: Foreign, model: Model) -> None:
        """Remove it."""
        clients.logs.delete_subscription_filter(
            logGroupName=model["LogGroupName"], filterName=model["FilterName"]
        )


class StreamPolicy(PutWhole):
    """The resource policy of a stream or of a consumer."""

    TYPE = "AWS::Kinesis::ResourcePolicy"
    SCHEMA: ClassVar[Model] = _schema(TYPE, "ResourceArn", others=("ResourcePolicy",))

    def put(self, clients: Foreign, model: Model) -> None:
        """Make it, or replace it whole."""
        policy = json.dumps(model["ResourcePolicy"])
        clients.kinesis.put_resource_policy(ResourceARN=model["ResourceArn"], Policy=policy)

    def remove(self, clients: Foreign, model: Model) -> None:
        """Remove it."""
        clients.kinesis.delete_resource_policy(ResourceARN=model["ResourceArn"])


OURS = {provider.TYPE: provider for provider in (Dashboard, MetricFilter, SubscriptionFilter, StreamPolicy)}


def install() -> None:
    """Let CloudFormation find these types."""

    def load(resource_type: str) -> Foreign:
        provider = OURS.get(resource_type)
        return provider() if provider else usual(resource_type)

    usual = replace(stock.ResourceProviderExecutor, "try_load_resource_provider", load)
