"""LocalStack's way into this package: a hook as it starts."""

from localstack import config
from localstack.runtime import hooks

NAME = "tailrace"


def _wanted() -> bool:
    """Tell whether both ends are ours: records are read from our engine, functions run in our executor."""
    kinesis = config.SERVICE_PROVIDER_CONFIG.get_provider("kinesis")
    return bool(kinesis == NAME == config.LAMBDA_RUNTIME_EXECUTOR)


@hooks.on_infra_start(name="tailrace_mapping", should_load=_wanted)
def install_mapping() -> None:
    """Deliver Kinesis sources by our rules; every other source stays LocalStack's."""
    from tailrace.mapping import provider, telling  # noqa: PLC0415  loaded when used

    provider.install()
    telling.install()
