"""Stacks of the run's own: each is noted before it is made, so that it is destroyed whatever happens."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from bootstrap import stacks as cloudformation
from bootstrap.deploy import deploy
from bootstrap.destroy import destroy as remove
from bootstrap.package import Code
from bootstrap.settings import PipelineSettings
from bootstrap.stacks import Stack
from bootstrap.target import Target
from tailrace.control.health import healthy
from tailrace.testing.eventually import eventually
from tests.frame import emulators, leftovers
from tests.frame.run import Run, naming

PLACES = "places"  # in the run's folder: the endpoints where it made stacks


def target_at(run: Run, endpoint: str | None) -> Target:
    """Return the target of the run at this endpoint; None is the account that the run is on."""
    return Target.from_environment({**run.environ, **naming(endpoint)})


def shared_target(run: Run) -> Target:
    """Return the AWS that the tests of a run share; an emulator is started if none runs."""
    return target_at(run, None if run.on_aws else emulators.shared(run))


@contextmanager
def deployed(
    run: Run, target: Target, purpose: str, settings: dict[str, str], code: Code | None = None
) -> Iterator[Stack]:
    """Deploy a pipeline of the run's own, destroy it at the end. `settings` as in the environment."""
    chosen = PipelineSettings.from_environment({**run.handler, **settings, "STACK": run.stack_name(purpose)})
    note(run, target, chosen.stack)
    try:
        yield deploy(target, chosen, lambda _: None, code=code).stack
    finally:
        destroy(run, target, chosen.stack)


@contextmanager
def named(run: Run, target: Target) -> Iterator[Callable[[str], str]]:
    """Give a function that names a stack of the run for a purpose; what stands there goes at the end."""
    names: list[str] = []

    def name(purpose: str) -> str:
        names.append(run.stack_name(purpose))
        note(run, target, names[-1])
        return names[-1]

    try:
        yield name
    finally:
        for each in names:
            destroy(run, target, each)


@contextmanager
def own_emulator(run: Run, name: str) -> Iterator[Target]:
    """Give an emulator of the run's own and stop it at the end; fail if anything is left on it."""
    target = target_at(run, emulators.own(run, name))
    try:
        yield target
        left = leftovers.find(target, run.prefix)
        assert not left, f"left behind on the emulator {name}: {left}"
    finally:
        emulators.stop(run, name)


def note(run: Run, target: Target, stack: str) -> None:
    """Note that a stack is about to be made, and where."""
    (run.folder / f"{stack}.stack").write_text(target.endpoint or "")
    with (run.folder / PLACES).open("a") as places:
        places.write(f"{target.endpoint or ''}\n")


def destroy(run: Run, target: Target, stack: str) -> None:
    """Remove a stack with all that belongs to it, and its note; one that is just being made is waited for."""
    client = target.client("cloudformation")

    def settled() -> bool:
        """Let CloudFormation end what it is doing with the stack."""
        found = cloudformation.find(client, stack)
        return found is None or not found.busy

    eventually(settled, within=120 if target.emulated else 1800, every=0.1 if target.emulated else 5)
    remove(target, stack, lambda _: None)
    (run.folder / f"{stack}.stack").unlink(missing_ok=True)


def destroy_abandoned(run: Run) -> list[str]:
    """Destroy every stack of the run that is still noted; return their names."""
    abandoned = sorted(run.folder.glob("*.stack"))
    for found in abandoned:
        for target in _living(run, [found.read_text()]):
            destroy(run, target, found.stem)
    return [found.stem for found in abandoned]


def left_behind(run: Run) -> list[str]:
    """Name everything of the run that is left where it made stacks."""
    places = run.folder / PLACES
    endpoints = sorted(set(places.read_text().splitlines())) if places.exists() else []
    return [left for target in _living(run, endpoints) for left in leftovers.find(target, run.prefix)]


def _living(run: Run, endpoints: Iterable[str]) -> Iterator[Target]:
    """Give the targets at these endpoints (empty: the account), but not emulators that ended."""
    for endpoint in endpoints:
        if not endpoint or healthy(endpoint):
            yield target_at(run, endpoint or None)
