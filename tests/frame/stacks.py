"""Stacks of the run's own: each is noted before it is made, so that it is destroyed whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from bootstrap import stacks as cloudformation
from bootstrap.deploy import deploy
from bootstrap.destroy import destroy as remove
from bootstrap.package import Package
from bootstrap.settings import Settings
from bootstrap.stacks import Stack
from bootstrap.target import Target
from tests.eventually import eventually
from tests.frame.run import Run


def target_at(run: Run, endpoint: str | None) -> Target:
    """Return the target of the run at this endpoint; None is the account that the run is on."""
    named = {} if endpoint is None else {"AWS_ENDPOINT_URL": endpoint}
    return Target.from_environment({**run.environ, **named})


@contextmanager
def deployed(
    run: Run, target: Target, purpose: str, settings: dict[str, str], package: Package | None = None
) -> Iterator[Stack]:
    """Deploy a pipeline of the run's own, destroy it at the end. `settings` as in the environment."""
    chosen = Settings.from_environment({**settings, "STACK": run.stack_name(purpose)})
    note(run, target, chosen.stack)
    try:
        yield deploy(target, chosen, lambda _: None, package=package).stack
    finally:
        destroy(run, target, chosen.stack)


def note(run: Run, target: Target, stack: str) -> None:
    """Note that a stack is about to be made, and where."""
    (run.folder / f"{stack}.stack").write_text(target.endpoint or "")
    with (run.folder / "used").open("a") as used:
        used.write(f"{target.endpoint or ''}\n")


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
        destroy(run, target_at(run, found.read_text() or None), found.stem)
    return [found.stem for found in abandoned]


def places(run: Run) -> list[Target]:
    """Return the targets that the run made stacks on."""
    used = run.folder / "used"
    endpoints = sorted(set(used.read_text().splitlines())) if used.exists() else []
    return [target_at(run, endpoint or None) for endpoint in endpoints]
