"""What LocalStack's packages bring and nothing uses goes as it is installed; images are proven too.

What goes is imported by nothing but what goes with it, or stands on a way that ends at something that was
never installed; whole packages like that are left out of the lock (`locks/README.md`). For an image every
service that LocalStack has is loaded with what is left, and must load; what that imports is compiled, as an
image's files cannot be written later: `python -m tailrace.control.trimming`.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import InstallError

if TYPE_CHECKING:
    from .installation import Installation

# Folders below LocalStack's site-packages, and why nobody misses them.
UNUSED = {
    "gridfs": "of pymongo",
    "pymongo": "of a tracer; its other package, bson, is used and stays",
}
SERVICES = Path(__file__).parents[1] / "startup" / "services.py"  # of which a build has no package
COMPILED = ("localstack", "botocore", "moto/core", "moto/utilities")  # also where nothing has loaded it yet
LOAD = """
import runpy, sys, types
known = runpy.run_path(sys.argv[1])
connector = types.ModuleType(known["CONNECTOR"])  # as startup/late.py has it
sys.modules[connector.__name__] = connector
vars(connector).update(dict.fromkeys(known["CONNECTED"], object))
from localstack.services.plugins import SERVICE_PLUGINS
for name in SERVICE_PLUGINS.list_available():
    SERVICE_PLUGINS.get_service_container(name)
"""


def trim(packages: Path) -> int:
    """Remove what is not used from a folder of packages; return the megabytes that were freed.

    What is not there is an error: the list is of these very locks.
    """
    freed = 0
    for name in UNUSED:
        folder = packages / name
        freed += sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        shutil.rmtree(folder)
    return freed // 10**6


def prove(installation: "Installation", scratch: Path) -> None:
    """Load every service, compiling what it imports; raise InstallError if one cannot be loaded."""
    env = {"HOME": str(scratch), "XDG_CACHE_HOME": str(scratch), "FILESYSTEM_ROOT": str(scratch)}
    loading = (installation.python, "-P", "-c", LOAD, SERVICES)
    done = subprocess.run(
        loading, env={**env, "OVERRIDE_IN_DOCKER": "0"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InstallError(f"LocalStack's services do not load any more:\n{done.stderr}")


def compile_all(installation: "Installation", packages: Path) -> None:
    """Compile what will be loaded when it runs: of LocalStack, and all of the functions' environments."""
    folders = [*(packages / name for name in COMPILED), *(installation.home / "runtimes").glob("*/lib")]
    compiling = [installation.python, "-m", "compileall", "-q"]
    subprocess.run([*map(str, compiling), *map(str, folders)], check=True)


def main() -> int:
    """Prove and compile the installation that EMULATOR_HOME names."""
    from .installation import Installation  # noqa: PLC0415  which trims as it installs

    installation = Installation.from_environment()
    (packages,) = (installation.home / "localstack").glob("lib/python*/site-packages")
    scratch = installation.home / "scratch"
    prove(installation, scratch)
    shutil.rmtree(scratch, ignore_errors=True)
    compile_all(installation, packages)
    sys.stderr.write("Every service loads with what is installed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
