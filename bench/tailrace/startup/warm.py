"""Run once, at installation, with LocalStack's Python: `warm.py CATALOG_FOLDER`.

Writes LocalStack's catalog of services, which takes two seconds to compute, loads the services that we
use, and compiles what else a start and a deployment load: the first of each would do it otherwise, while
somebody waits.
"""

import compileall
import os
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

from localstack.aws import spec
from localstack.services.plugins import SERVICE_PLUGINS

NEEDED = runpy.run_path(str(Path(__file__).with_name("services.py")))["NEEDED"]  # here we are no package
COMPILED = ("localstack", "rolo", "httptools", "h2", "hpack", "hyperframe", "wsproto", "msgspec")


def main(folder: Path) -> None:
    """Write the catalog, appearing whole or not at all; load the services without starting them; compile."""
    draft = folder / f"draft.{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    spec.build_service_index_cache(str(draft))
    draft.replace(folder / spec._get_catalog_filename())  # noqa: SLF001  the name under which it is looked for
    for name in NEEDED:
        SERVICE_PLUGINS.get_service_container(name)
    for package in COMPILED:
        found = find_spec(package)
        for place in found.submodule_search_locations or () if found else ():
            compileall.compile_dir(place, quiet=2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
