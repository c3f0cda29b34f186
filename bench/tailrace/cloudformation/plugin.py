"""The hook by which LocalStack finds this part; it takes effect when CloudFormation is first asked."""

import threading

from localstack.runtime import hooks

from tailrace.cloudformation.foreign import Foreign

_installed: list[bool] = []
_installing = threading.Lock()


@hooks.on_infra_start(name="tailrace_cloudformation")
def install_cloudformation() -> None:
    """Watch for CloudFormation's first request; nothing of it is imported before."""
    from localstack.aws import handlers  # noqa: PLC0415  a hook is imported whether it is used or not

    handlers.serve_custom_service_request_handlers.append(_before_service)


def _before_service(chain: Foreign, context: Foreign, response: Foreign) -> None:
    """LocalStack calls this for each request that it could parse."""
    del chain, response
    if _installed or not context.service or context.service.service_name != "cloudformation":
        return
    with _installing:
        if not _installed:
            _install()
            _installed.append(True)


def _install() -> None:
    from tailrace.cloudformation import (  # noqa: PLC0415  costs half a second
        actions,
        dashboards,
        outputs,
        removal,
        rollback,
        templates,
    )

    for part in (actions, dashboards, removal, rollback, outputs, templates):
        part.install()
