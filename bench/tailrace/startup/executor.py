"""LocalStack's ways into this package: the executor by its name, and a hook as LocalStack starts."""

from localstack import config
from localstack.runtime import hooks
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin

NAME = "tailrace"


class TailraceExecutorPlugin(RuntimeExecutorPlugin):
    """LAMBDA_RUNTIME_EXECUTOR=tailrace."""

    name = NAME

    def load(self, *args: object, **kwargs: object) -> object:
        """Give the class that LocalStack asks whether functions can run here."""
        del args, kwargs
        from tailrace.functions.executor import TailraceExecutor  # noqa: PLC0415  loaded when used

        return TailraceExecutor


@hooks.on_infra_start(name="tailrace_executor", should_load=lambda: config.LAMBDA_RUNTIME_EXECUTOR == NAME)
def install_executor() -> None:
    """Run functions as processes, gather their logs and metrics, refuse what cannot run."""
    from localstack.aws import handlers  # noqa: PLC0415  loaded when used
    from localstack.runtime.shutdown import ON_AFTER_SERVICE_SHUTDOWN_HANDLERS  # noqa: PLC0415

    from tailrace import cloudwatch  # noqa: PLC0415
    from tailrace.functions import logs, measures, requests, service  # noqa: PLC0415

    cloudwatch.before_flush(measures.record_noted)
    cloudwatch.before_flush(logs.flush)  # metrics in embedded format
    service.install()
    handlers.serve_custom_service_request_handlers.append(requests.before_service)
    ON_AFTER_SERVICE_SHUTDOWN_HANDLERS.register(service.shut_down)
