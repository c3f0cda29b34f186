"""Dashboards, which LocalStack's CloudWatch keeps and its CloudFormation does not know."""

from typing import TYPE_CHECKING, Any, ClassVar

from localstack.services.cloudformation import resource_provider as stock

from tailrace.cloudformation.foreign import Foreign

KIND = "AWS::CloudWatch::Dashboard"

if TYPE_CHECKING:
    Base: Any = object
else:
    Base = stock.ResourceProvider


class DashboardProvider(Base):
    """Makes, changes and removes a dashboard; its name is its id."""

    TYPE = KIND
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": KIND,
        "primaryIdentifier": ["/properties/DashboardName"],
        "createOnlyProperties": ["/properties/DashboardName"],
        "properties": {"DashboardName": {"type": "string"}, "DashboardBody": {"type": "string"}},
        "handlers": {"create": {}, "update": {}, "delete": {}},
    }

    def create(self, request: Foreign) -> Foreign:
        """Put it."""
        model = request.desired_state
        request.aws_client_factory.cloudwatch.put_dashboard(
            DashboardName=model["DashboardName"], DashboardBody=model["DashboardBody"]
        )
        return _done(model)

    def update(self, request: Foreign) -> Foreign:
        """Put it anew: CloudWatch replaces a dashboard whole."""
        return self.create(request)

    def delete(self, request: Foreign) -> Foreign:
        """Remove it."""
        name = request.desired_state["DashboardName"]
        request.aws_client_factory.cloudwatch.delete_dashboards(DashboardNames=[name])
        return _done(request.desired_state)


def _done(model: Foreign) -> Foreign:
    return stock.ProgressEvent(stock.OperationStatus.SUCCESS, resource_model=model)


class DashboardProviderPlugin(stock.CloudFormationResourceProviderPlugin):
    """How CloudFormation finds the provider."""

    name = KIND

    def __init__(self) -> None:
        self.factory: type[DashboardProvider] | None = None

    def load(self) -> None:
        """Give LocalStack the class."""
        self.factory = DashboardProvider
