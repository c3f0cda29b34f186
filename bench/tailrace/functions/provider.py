"""LocalStack's Lambda service, with what it leaves out."""

from typing import Any

from localstack.aws.api.lambda_ import InvalidParameterValueException, ResourceNotFoundException
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.provider import LambdaProvider as LocalStacksLambda

type Output = dict[str, Any]
type Context = Any
"""LocalStack's, which ships no types."""
AUTO, MANUAL = "Auto", "Manual"


class LambdaProvider(LocalStacksLambda):
    """Lambda."""

    def __init__(self) -> None:
        super().__init__()
        self._runtime_updates: dict[str, Output] = {}  # by the ARN of a version

    def get_function_configuration(
        self, context: Context, function_name: str, qualifier: str | None = None, **rest: object
    ) -> Output:
        """Return the configuration of a version, also of the one that an alias stands for."""
        account, region = api_utils.get_account_and_region(function_name, context)
        name, asked = api_utils.get_name_and_qualifier(function_name, qualifier, context)
        alias = self._get_function(name, account, region).aliases.get(asked)
        found: Output = super().get_function_configuration(
            context, name, alias.function_version if alias else asked, **rest
        )
        if alias:
            arn = f"{api_utils.unqualified_lambda_arn(name, account, region)}:{asked}"
            found = {**found, "FunctionArn": arn}
        return found

    def list_function_event_invoke_configs(
        self, context: Context, function_name: str, **rest: object
    ) -> Output:
        """List how asynchronous invocations of a function are retried, by its name or any form of its ARN."""
        name = api_utils.get_function_name(function_name, context)
        found: Output = super().list_function_event_invoke_configs(context, name, **rest)
        return found

    def get_runtime_management_config(
        self, context: Context, function_name: str, qualifier: str | None = None, **rest: object
    ) -> Output:
        """Return how a function's runtime is updated: as was asked for, by itself without."""
        del rest
        arn = self._version_arn(context, function_name, qualifier)
        return {"UpdateRuntimeOn": AUTO, "FunctionArn": arn} | self._runtime_updates.get(arn, {})

    def put_runtime_management_config(
        self,
        context: Context,
        function_name: str,
        update_runtime_on: str,
        qualifier: str | None = None,
        runtime_version_arn: str | None = None,
        **rest: object,
    ) -> Output:
        """Keep how a runtime is to be updated; here it changes with the installation alone."""
        del rest
        arn = self._version_arn(context, function_name, qualifier)
        if (update_runtime_on == MANUAL) != bool(runtime_version_arn):
            raise InvalidParameterValueException(
                "RuntimeVersionArn is required when the runtime update mode is Manual, and only then.",
                Type="User",
            )
        kept = {"UpdateRuntimeOn": update_runtime_on, "RuntimeVersionArn": runtime_version_arn}
        self._runtime_updates[arn] = {name: value for name, value in kept.items() if value}
        return self._runtime_updates[arn] | {"FunctionArn": arn}

    def _version_arn(self, context: Context, function_name: str, qualifier: str | None) -> str:
        """Return a version's ARN. Raises ResourceNotFoundException if there is none."""
        account, region = api_utils.get_account_and_region(function_name, context)
        name, qualifier = api_utils.get_name_and_qualifier(function_name, qualifier, context)
        version = qualifier or "$LATEST"
        arn = f"{api_utils.unqualified_lambda_arn(name, account, region)}:{version}"
        if version not in self._get_function(name, account, region).versions:
            raise ResourceNotFoundException(f"Function not found: {arn}", Type="User")
        return arn
