"""Whether functions can have a file system of their own here, and what is in it.

That takes user and mount namespaces, which most Linux machines permit to ordinary users; a container without
capabilities does not, nor does Ubuntu 24.04 to most programs. `launch.py` makes the file system. Standard
library only.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from tailrace.functions.runtimes.base import RuntimePaths

VARIABLE = "TAILRACE_FUNCTIONS_NAMESPACES"
LAUNCH = Path(__file__).with_name("launch.py")
AS_ON_AWS = RuntimePaths("/var/lang", "/var/runtime", "/var/task", "/opt")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/gnu")
_ETC = (
    *("alternatives", "ca-certificates", "ca-certificates.conf", "crypto-policies", "hosts", "ld.so.cache"),
    *("ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "os-release", "pki"),
    *("protocols", "resolv.conf", "services", "ssl"),
)
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_FILES = {
    "/etc/passwd": (
        "root:x:0:0:root:/root:/bin/bash\nsbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n"
    ),
    "/etc/group": "root:x:0:\nsbx_user1051:x:990:\n",
}
_LINKS = {
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
    "/var/node_modules": "/var/runtime/node_modules",
}
_PROBE = "import os; raise SystemExit(os.getuid() != 993 or os.path.exists('/home'))"
_PATIENCE = 20.0
_trying = Lock()


def file_system(at: Path, there: RuntimePaths, more: Sequence[Path], scratch: int) -> dict[str, Any]:
    """Describe the file system of an environment for `launch.py`.

    `there` is where things are on this machine, `more` what is to be had under its own path too (an
    interpreter, say), `scratch` the megabytes of /tmp.
    """
    layers, inside = Path(there.layers), [path for path in more if path.is_relative_to("/opt")]
    binds = [(there.task, "/var/task"), (there.runtime, "/var/runtime"), (there.language, "/var/lang")]
    if inside and layers.is_dir():
        binds += [(str(each), f"/opt/{each.name}") for each in sorted(layers.iterdir())]
    elif not inside:
        binds.append((there.layers, "/opt"))
    system = [path for path in map(Path, _SYSTEM) if path.is_dir() and not path.is_symlink()]
    same = [*system, *(Path("/etc", name) for name in _ETC), *(Path("/dev", name) for name in _DEVICES)]
    same += [Path("/proc"), *(path for path in more if not any(path.is_relative_to(one) for one in system))]
    binds += [(str(path), str(path)) for path in same]
    links = {str(path): os.readlink(path) for path in map(Path, _SYSTEM) if path.is_symlink()}  # noqa: PTH115  as it stands
    return {
        "at": str(at),
        "binds": [pair for pair in binds if pair[0] and Path(pair[0]).exists()],
        "files": _FILES,
        "links": links | _LINKS,
        "scratch": scratch,
    }


def permitted() -> bool:
    """Tell whether this machine lets us; tried once, with a program in such a file system."""
    with _trying:
        return _tried()


@cache
def _tried() -> bool:
    if os.environ.get(VARIABLE) == "0" or sys.platform != "linux":
        return False
    python = Path(sys.executable).resolve()
    nothing = RuntimePaths("", "", "", "")
    with tempfile.TemporaryDirectory() as at:
        asked = {
            "command": [str(python), "-I", "-S", "-c", _PROBE],
            "folder": "/",
            "variables": {},
            "root": file_system(Path(at), nothing, [python.parent.parent], 1),
        }
        try:
            tried = subprocess.run(
                [sys.executable, "-I", "-S", LAUNCH, str(os.getpid())],
                input=json.dumps(asked).encode(),
                capture_output=True,
                check=False,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return tried.returncode == 0
