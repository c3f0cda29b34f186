"""How DynamoDB Local is started: which Java, with what flags, on which address. Standard library only.

CPU seconds of Java 25 on a busy machine of 2 cores; 8,000 items by TransactWriteItems of 50, with conditions:

| flags                     | until it answers | first 2,000 items | each 2,000 later | all | memory, PSS |
|---------------------------|------------------|-------------------|------------------|-----|-------------|
| none                      | 2.1              | 2.6-3.1           | 0.7-1.2          | 8.3 | 272 MB      |
| ours, no cache            | 1.3              | 1.2               | 0.6              | 4.5 | 197 MB      |
| ours                      | 0.8              | 1.3               | 0.65             | 4.1 | 215 MB      |
| ours, thorough compiler   | 0.8              | 2.3               | 0.8-1.1          | 6.3 | 236 MB      |

- `-XX:TieredStopAtLevel=1`: only the quick compiler; the thorough one takes more than it gives.
- `-XX:+UseSerialGC`: no collector threads; the data are SQLite's, outside the heap.
- `-XX:AOTCache`: classes are loaded and linked at installation (`training.py`): half the start's CPU time.
- `-Xmx1g`: 256 MB, LocalStack's choice, is too small for 100,000 items.
- `-Xms24m`: Java would begin with a sixty-fourth of the machine's memory and fill that before it collects:
  101 MB idle and 215 after 8,000 items on a machine of 24 GB.
- `-Xmn16m`: of 24 MB Java would give 8 to what is new, less than a transaction of a hundred items makes: what
  it still uses would be copied at each collection, and kept as if it were old. With 16 the same transactions
  take a sixth less CPU time, and 128 MB after 6,000 items against 163.
- Jetty's own XML puts the server together: DynamoDB Local has no option for the address it listens on.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
HEAP, FIRST_HEAP, NEW = "1g", "24m", "16m"
MAIN = "org.eclipse.jetty.xml.XmlConfiguration"
SERVER = Path(__file__).with_name("server.xml")
QUIET = ("-Dorg.eclipse.jetty.util.log.announce=false", "-Dorg.eclipse.jetty.LEVEL=WARN")
CHOICE = "TAILRACE_DYNAMODB"
"""Where tables are: in memory, or all at DynamoDB Local (`local`)."""
SWITCHES = {"DYNAMODB_SHARE_DB": "tailrace.shared", "DYNAMODB_DELAY_TRANSIENT_STATUSES": "tailrace.delays"}
"""LocalStack's settings that only DynamoDB Local knows, and our server's property for each."""
OFF = {"", "0", "false", "False"}
FLAGS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED")


@dataclass(frozen=True)
class DynamoDBLocal:
    """DynamoDB Local of one installation."""

    java: Path
    home: Path  # of the installation

    @property
    def jar(self) -> Path:
        """The program itself, without its libraries."""
        return self.home / "dynamodb-local" / "DynamoDBLocal.jar"

    @property
    def cache(self) -> Path:
        """What Java knows of its classes from the training."""
        return self.home / "dynamodb-cache" / "classes.aot"

    def command(self, port: int, *more: str, heap: str = HEAP) -> list[str]:
        """Return the command line for a server in memory, on loopback; `more` are flags of Java's."""
        return [
            str(self.java), f"-Xms{FIRST_HEAP}", f"-Xmn{NEW}", f"-Xmx{heap}", *FLAGS, *more, *QUIET,
            f"-Djava.library.path={self.jar.parent / 'DynamoDBLocal_lib'}",
            f"-Dtailrace.port={port}",
            MAIN, str(SERVER),
        ]  # fmt: skip

    def with_cache(self) -> tuple[str, ...]:
        """Return the flag that makes use of the training, none if there is nothing."""
        return (f"-XX:AOTCache={self.cache}",) if self.cache.exists() else ()

    def environment(self) -> dict[str, str]:
        """Return what goes into the environment: the class path (a hundred files), and no telemetry."""
        libraries = sorted(map(str, (self.jar.parent / "DynamoDBLocal_lib").glob("*.jar")))
        return {"CLASSPATH": os.pathsep.join([str(self.jar), *libraries]), "DDB_LOCAL_TELEMETRY": "0"}


def needed(environment: Mapping[str, str]) -> str:
    """Return the setting for which all tables have to be at DynamoDB Local; empty if there is none.

    >>> needed({"DYNAMODB_SHARE_DB": "1"}), needed({"TAILRACE_DYNAMODB": "memory"})
    ('DYNAMODB_SHARE_DB=1', '')
    """
    if environment.get(CHOICE) == "local":
        return f"{CHOICE}=local"
    known = (*SWITCHES, "DYNAMODB_CORS", "DYNAMODB_LOCAL_PORT")
    return next(
        (f"{name}={environment[name]}" for name in known if environment.get(name, "0") not in OFF), ""
    )


def switches(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return LocalStack's settings of DynamoDB Local as properties of our server."""
    on = [
        f"-D{name}=true"
        for setting, name in SWITCHES.items()
        if environment.get(setting, "").lower() in ("1", "true")
    ]
    cors = environment.get("DYNAMODB_CORS")
    return (*on, *([f"-Dtailrace.cors={cors}"] if cors else []))


def scratch(folder: str) -> tuple[str, ...]:
    """Return the flags that keep Java's passing files out of /tmp, where it would leave them when killed.

    SQLite's library is among them (0.9 MB a start), so programs must be allowed to run from the folder.
    """
    return (f"-Djava.io.tmpdir={folder}", "-XX:-UsePerfData")
