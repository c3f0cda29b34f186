"""How DynamoDB Local is started."""

import sys
from dataclasses import dataclass
from pathlib import Path

from localstack.services.dynamodb.packages import DynamoDBLocalPackageInstaller
from localstack.services.dynamodb.server import DynamodbServer

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class OwnDynamoDBLocal:
    """Our jar and our Java in place of what LocalStack would download."""

    home: Path
    java: Path

    def command(self, port: int) -> list[str]:
        """Return the command line that starts it, in memory."""
        jar = self.home / "dynamodb-local" / "DynamoDBLocal.jar"
        return [
            sys.executable, "-I", "-S", str(LAUNCHER),
            str(self.java),
            "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
            f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
            "-jar", str(jar), "-port", str(port), "-inMemory", "-disableTelemetry",
        ]  # fmt: skip

    def replace_theirs(self) -> None:
        """Replace LocalStack's command line and its downloads."""

        def command(server: DynamodbServer) -> list[str]:
            return self.command(server.port)

        DynamodbServer._create_shell_command = command  # noqa: SLF001  the seam; there is no setting for it
        DynamoDBLocalPackageInstaller.install = lambda *_, **__: None
        DynamoDBLocalPackageInstaller.get_java_env_vars = lambda _: {}
