"""What LocalStack runs as it starts: see whether it is the one that we know, and load early what is needed.

Our hooks run in the order of their priorities. One that fails ends LocalStack's start; the sentence goes to
its log, from where `tailrace start` takes it.
"""

import logging
import os
import threading
from collections.abc import Iterable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from localstack.runtime import hooks

from tailrace import seams
from tailrace.control.plugins import DISTRIBUTION, LOCALSTACKS

from . import late, models, process
from .services import FIRST, NEEDED

LOG = logging.getLogger(__name__)
PASSED = "seams-that-passed"
"""File that keeps for which files of LocalStack's all names were as we know them."""
EXIT_CODE = 78
"""Of a LocalStack that is not the one that we know: EX_CONFIG."""


@hooks.on_infra_start(priority=100)
def begin() -> None:
    """Look at every name that we replace, load every part of ours, and leave out what nobody uses."""
    try:
        _load_parts()
        seams.check(passed=Path(os.environ["TAILRACE_HOME"]) / "cache" / PASSED)
        _leave_out()
        _choose_lambda()
        _word_what_is_missing()
    except seams.SeamError as error:
        from localstack.runtime.exceptions import LocalstackExit  # noqa: PLC0415

        raise LocalstackExit(f"{seams.REFUSED}{error}", EXIT_CODE) from None
    seams.write_list(Path(os.environ["TAILRACE_SEAMS"]))


def _load_parts() -> None:
    """Load what LocalStack finds of ours by entry point; it goes on without what cannot be loaded."""
    for point in metadata.distribution(DISTRIBUTION).entry_points:
        if point.group.startswith(LOCALSTACKS):
            try:
                point.load()
            except Exception as error:
                raise seams.SeamError(f"{point.value} cannot be loaded: {error}. {seams.OTHER}.") from error


def _choose_lambda() -> None:
    """Choose our Lambda provider here: LocalStack warns of the setting that chooses it, and heeds it."""
    from localstack import config  # noqa: PLC0415  loaded by then

    config.SERVICE_PROVIDER_CONFIG.set_provider("lambda", "tailrace")


def _word_what_is_missing() -> None:
    from tailrace.faults import control  # noqa: PLC0415  needs what is loaded by then
    from tailrace.resetting import reset  # noqa: PLC0415  the same

    from . import missing, time_moved, waiting  # noqa: PLC0415  the same
    from .installing import refuse_downloads  # noqa: PLC0415  the same

    missing.install()
    refuse_downloads()
    time_moved.install()
    waiting.install()
    control.install()
    reset.install()


def _leave_out() -> None:
    late.admit()
    models.install()
    aws: Any = import_module("localstack.utils.aws.aws_stack")
    # LocalStack would ask the network whether s3.127.0.0.1 leads to it, which may take 10 s to say no.
    seams.replace(aws, "CACHE_S3_HOSTNAME_DNS_STATUS", False)


@hooks.on_infra_start(priority=-100)
def load_services() -> None:
    """Load what a record needs at once, and what a pipeline needs in the background, before it is asked for.

    It is the last of all hooks: the others put what is ours into what is loaded here.
    """
    _load(FIRST)
    threading.Thread(target=_load_others, name="tailrace-services", daemon=True).start()


def _load_others() -> None:
    try:
        _load(NEEDED[len(FIRST) :])
    finally:
        process.wake_collector()


def _load(names: Iterable[str]) -> None:
    from localstack.services.plugins import SERVICE_PLUGINS  # noqa: PLC0415  slow to import

    for name in names:
        _require(SERVICE_PLUGINS, name)


def _require(plugins: Any, name: str) -> None:  # noqa: ANN401  LocalStack's
    try:
        plugins.require(name)
    except Exception:
        LOG.exception("Service %s could not be loaded ahead; it is tried again when asked for", name)
