"""`up`: deploy the pipeline, verify it, and say what is there and what to do next."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from bootstrap import stacks
from bootstrap.commands import command
from bootstrap.console import say
from bootstrap.deploy import deploy, packed
from bootstrap.deploy_lock import deploy_lock
from bootstrap.failures import Failure
from bootstrap.package import LARGEST, watched_files
from bootstrap.parameters import TEMPLATE
from bootstrap.progress import shown
from bootstrap.requirements import ROOT, shown_path
from bootstrap.settings import SETTINGS, PipelineSettings
from bootstrap.stacks import Stack, StackStep
from bootstrap.switch import agree
from bootstrap.target import Target
from bootstrap.template import function_of, load
from bootstrap.trial import IMPATIENT, Trial, try_out
from bootstrap.verify import Verified, verify
from bootstrap.watching import stamps, watch

CLIENTS = (
    *("cloudformation", "s3", "lambda", "kinesis", "logs", "iam", "dynamodb", "sqs", "cloudwatch", "sns"),
    "events",
)
"""Of the services that a deployment and its verification ask."""
_SHOWN = {
    "StreamName": "events go in",
    "FunctionName": "handles them",
    "TableName": "holds them",
    "QuarantineUrl": "what can never succeed",
    "DeadLetterUrl": "what failed too often",
    "MetricNamespace": "metrics",
    "LogGroupName": "log",
}


def run(started: Callable[[], int] = lambda: 0) -> int:
    """Do it; return the exit code.

    `started` waits until the emulator runs, and returns the exit code of starting it. What is done before it
    asks nothing of the emulator.
    """
    settings = PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    with deploy_lock(settings.stack):
        template = TEMPLATE.read_text(encoding="utf-8")
        code = packed(target, settings, template)
        target.prepare(CLIENTS)
        trial = Trial(target.client("lambda", **IMPATIENT), ROOT / settings.handler)
        handler, _ = function_of(load(template), "CodeKey")
        if failed := started():
            return failed
        began = time.monotonic()
        settings = _kept(target, settings)
        agree(target, settings, "deploy the pipeline")
        with shown() as progress:
            deployed = deploy(target, settings, both(progress, trial, handler), code=code)
    verified, failure = _proven(target, deployed.stack, trial)
    done = "is deployed" if deployed.changed else "is as it should be, nothing was changed"
    say(f"The stack {settings.stack} {done} ({time.monotonic() - began:.1f} s)")
    for line in verified.lines():
        say(line)
    for name, value in settings.unusual().items():
        say(f"Kept from last time: {name}={value} (the default is {SETTINGS[name].default or 'empty'})")
    handler, detector = deployed.code.handler.size, deployed.code.detector.size
    say(f"Code: handler {handler}, detector {detector}; Lambda takes {LARGEST // 2**20} MB each")
    if failure:
        say(f"The function fails with an empty batch, which Lambda never sends it: {failure}")
    describe(target, deployed.stack)
    for line in next_steps(os.environ):
        say(line, whole=True)
    if settings.watch:
        _watch(target, settings)
    return 0


def _kept(target: Target, settings: PipelineSettings) -> PipelineSettings:
    """Return the settings with what nobody set taken from the stack as it stands, if it does."""
    standing = stacks.find(target.client("cloudformation"), settings.stack)
    if standing and standing.status in stacks.WHOLE:
        return settings.keeping(standing.parameters)
    return settings


def _watch(target: Target, settings: PipelineSettings) -> None:
    """Deploy again whenever a file of the handler is saved, until Ctrl-C."""
    folder, client = ROOT / settings.handler, target.client("lambda", **IMPATIENT)

    def again() -> None:
        with deploy_lock(settings.stack):
            stack = deploy(target, _kept(target, settings), lambda _: None).stack
        if function := stack.outputs.get("FunctionName"):
            try_out(function, client, folder)

    say(f"Watching {shown_path(folder)}: Ctrl-C ends it")
    with suppress(KeyboardInterrupt):
        watch(lambda: stamps(watched_files(folder)), again)


def both(progress: Callable[[StackStep], None], trial: Trial, function: str) -> Callable[[StackStep], None]:
    """Return what shows each step, and begins the trial once this function of the template is done."""

    def follow(step: StackStep) -> None:
        progress(step)
        if step.resource == function and step.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            trial.begin(step.named)

    return follow


def _proven(target: Target, stack: Stack, trial: Trial) -> tuple[Verified, Failure | None]:
    """Verify each resource, and try the handler out at once; what is wrong with that is said first."""
    if function := stack.outputs.get("FunctionName"):
        trial.begin(function)
    try:
        verified = verify(target, stack, TEMPLATE.read_text(encoding="utf-8"))
    finally:
        failure = trial.result()
    return verified, failure


def next_steps(environ: Mapping[str, str]) -> list[str]:
    """Return what may be done next, with the settings that say which pipeline is meant."""
    return [
        "Next:",
        f"  {command('produce', environ, COUNT='1000')}",
        "      sends events",
        f"  {command('status', environ)}",
        "      tells what became of them",
        f'  eval "$({command("-s env", environ)})"',
        "      points aws, boto3 and any SDK here",
    ]


def describe(target: Target, stack: Stack) -> None:
    """Say where the stack is and what is in it."""
    where = target.endpoint or f"AWS account {target.account}"
    say(f"At {where}, region {target.region}:")
    for output, purpose in _SHOWN.items():
        if output in stack.outputs:
            say(f"  {purpose:<22} {stack.outputs[output]}")
