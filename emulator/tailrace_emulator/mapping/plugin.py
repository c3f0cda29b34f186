"""LocalStack's way into this package: a hook as it starts."""

from localstack import config
from localstack.runtime import hooks


@hooks.on_infra_start(
    name="tailrace_mapping",
    should_load=lambda: config.SERVICE_PROVIDER_CONFIG.get_provider("kinesis") == "tailrace",
)
def install_mapping() -> None:
    """Deliver Kinesis sources by our rules; every other source stays LocalStack's."""
    from tailrace_emulator.mapping import provider  # noqa: PLC0415  loaded when used

    provider.install()
