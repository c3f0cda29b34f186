"""Nothing is downloaded while the emulator runs: what LocalStack would install then is named and refused."""

from typing import Any

from localstack.packages import api

from tailrace.seams import replace


def refuse_downloads() -> None:
    """Let LocalStack install nothing: what is there is used, what is not is named."""

    def install(self: Any, target: object = None) -> None:  # noqa: ANN401  LocalStack's
        del target
        if not self.is_installed():
            raise api.PackageException(
                f"{self.name} {self.version} is not part of this emulator, which downloads nothing as it runs"
            )

    replace(api.PackageInstaller, "install", install)
