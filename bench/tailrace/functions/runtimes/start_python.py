"""Installed as `bootstrap.py` beside AWS's client: `python bootstrap.py HANDLER`."""

import os
import sys


def main(handler: str) -> None:
    """Let AWS's client run the handler; code comes first, then layers, then the runtime, as on AWS."""
    if os.environ.get("LC_CTYPE") == "C.UTF-8":
        del os.environ["LC_CTYPE"]  # Python's own addition where the host lacks Lambda's locale
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    layers = os.environ["PATH"].rpartition(":")[2].removesuffix("/bin")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.path[1:1] = [f"{layers}/python/lib/{version}/site-packages", f"{layers}/python"]
    from awslambdaric.__main__ import main as run  # noqa: PLC0415  only now its place is known

    run(["bootstrap", handler])


if __name__ == "__main__":
    main(sys.argv[1])
