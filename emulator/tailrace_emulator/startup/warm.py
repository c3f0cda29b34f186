"""Run once, at installation, with LocalStack's Python: `warm.py CATALOG_FOLDER`.

Writes LocalStack's catalog of services, which takes two seconds to compute, and loads the services that we
use, so that Python keeps them compiled. A first start would do it otherwise, while somebody waits.
"""

import os
import runpy
import sys
from pathlib import Path

from localstack.aws import spec
from localstack.services.plugins import SERVICE_PLUGINS

NEEDED = runpy.run_path(str(Path(__file__).with_name("services.py")))["NEEDED"]  # here we are no package


def main(folder: Path) -> None:
    """Write the catalog, appearing whole or not at all, and load the services without starting them."""
    draft = folder / f"draft.{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    spec.build_service_index_cache(str(draft))
    draft.replace(folder / spec._get_catalog_filename())  # noqa: SLF001  the name under which it is looked for
    for name in NEEDED:
        SERVICE_PLUGINS.get_service_container(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
