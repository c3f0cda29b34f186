"""What LocalStack and moto keep of a service, by account and region, emptied for one of them."""

from typing import Any

from localstack.services.stores import AccountRegionBundle
from localstack.state import StateVisitor
from moto.core.base_backend import BackendDict

ACCOUNT_WIDE = {"iam"}
"""Services without regions: what they keep belongs to the account."""


class Emptying(StateVisitor):
    """Visits the stores of services, and lets go of what belongs to one account and region."""

    def __init__(self, account: str, region: str) -> None:
        self._account, self._region = account, region

    def visit(self, state_container: Any) -> None:  # noqa: ANN401  LocalStack's containers have no common type
        """Empty a store; anything else, such as a folder, is left to its service."""
        if isinstance(state_container, AccountRegionBundle):
            self._bundle(state_container)
        elif isinstance(state_container, BackendDict):
            self._backend(state_container)

    def _bundle(self, bundle: Any) -> None:  # noqa: ANN401  LocalStack's, untyped
        of_account = dict.get(bundle, self._account)
        if of_account is None:
            return
        if bundle.service_name in ACCOUNT_WIDE:
            of_account.reset()
            return
        with of_account.lock:
            of_account.pop(self._region, None)
        for shared in of_account._global.values():  # noqa: SLF001  what the regions of an account share
            self._forget(getattr(shared, "tags", shared))

    def _forget(self, shared: object) -> None:
        """Leave out what is kept by an ARN of the region, or is said to lie there."""
        if isinstance(shared, dict):
            for key, value in list(shared.items()):
                if value == self._region or f":{self._region}:" in str(key):
                    shared.pop(key, None)

    def _backend(self, backends: Any) -> None:  # noqa: ANN401  moto's, untyped
        of_account = dict.get(backends, self._account)
        found = None if of_account is None else dict.get(of_account, self._region)
        if found is not None:
            found.reset()
