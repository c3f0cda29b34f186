"""Runs first in a function's process, on LocalStack's Python: `launch.py PARENT`, what to start on stdin.

Where it is asked to, it gives the process a file system of its own (user and mount namespaces, as an
ordinary user may have them): the code at /var/task, layers at /opt, a /tmp of its own, and of the machine no
more than programs need. The kernel then kills this process as soon as the thread that started it is gone, so
no function outlives LocalStack, however LocalStack ends: that survives becoming another program. Nothing of
this package is imported, and none of the function's variables are set before its program is.
"""

# Every start of a function would wait for pathlib to be imported:
# ruff: noqa: PTH103, PTH112, PTH120, PTH123, PTH211

import ctypes
import json
import os
import resource  # now: once the file system is the function's, its file is not there
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_DESCRIPTORS, _PROCESSES = 1024, 1024
"""What Lambda gives an environment."""
_OWN_LIMITS = (5, 14)
"""The Linux from which on a user namespace has a count of processes of its own."""
_SIGKILL = 9
_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = (
    1,
    2,
    4,
    32,
    4096,
    16384,
    1 << 18,
)
_KEPT_FLAGS = _MS_RDONLY | _MS_NOSUID | _MS_NODEV | 8 | 1024 | 2048  # noexec, noatime, nodiratime
_MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_USER, _GROUP = 993, 990  # Lambda's
_LIBC = ctypes.CDLL(None, use_errno=True)


def main(parent: str) -> None:
    """Become the program that stdin names: {"command": [...], "folder": "...", "variables": {...}}.

    "largest": megabytes of the largest file that it may write. With "root" too: {"at": a folder, "binds":
    [[from, to], ...], "files": {path: text}, "links": {path: target}, "scratch": megabytes of /tmp}, and for
    no network but to LocalStack "offline": {"door": a Unix socket, "ports": [...]}.
    """
    asked = json.load(sys.stdin)
    if asked.get("root"):
        _enter(asked["root"])
    _limit(asked.get("largest"), own=bool(asked.get("root")))
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _LIBC.prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != int(parent):
        sys.exit("LocalStack is gone")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.chdir(asked["folder"])
    program, *_ = asked["command"]
    try:
        os.execve(program, asked["command"], asked["variables"])  # noqa: S606  no shell: nothing of it is text
    except OSError as error:
        sys.exit(f"fork/exec {program}: {(error.strerror or 'failed').lower()}")


def _limit(largest: int | None, *, own: bool) -> None:
    """Give the process Lambda's limits, and what it writes a size if there is no file system of its own."""
    limits = {resource.RLIMIT_NOFILE: _DESCRIPTORS, resource.RLIMIT_CORE: 0}
    if largest:
        limits[resource.RLIMIT_FSIZE] = largest * 2**20
    if own and _release() >= _OWN_LIMITS:
        limits[resource.RLIMIT_NPROC] = _PROCESSES
    for which, most in limits.items():
        hard = resource.getrlimit(which)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901  never more than there is
        resource.setrlimit(which, (most, most))


def _release() -> tuple[int, ...]:
    """Return Linux's version: 6, 1 of "6.1.0-9-amd64", and of "6.1+"."""
    parts = os.uname().release.split("-")[0].split(".")[:2]
    return tuple(int("0" + "".join(filter(str.isdigit, part))) for part in parts)


def _enter(root: dict) -> None:  # type: ignore[type-arg]  # what JSON holds
    """Make the file system and move into it; what was the machine's is out of reach then."""
    user, group = os.getuid(), os.getgid()
    offline = root.get("offline")
    _call("unshare", _CLONE_NEWUSER | _CLONE_NEWNS | (_CLONE_NEWNET if offline else 0))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{_USER} {user} 1")
    _write("/proc/self/gid_map", f"{_GROUP} {group} 1")
    if offline:
        _open_doors(offline["door"], offline["ports"])
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    at = root["at"]
    _mount("tmpfs", at, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=1m")
    for path in ("/tmp", "/var/task", "/var/runtime", "/var/lang", "/opt", "/proc", "/dev"):  # noqa: S108  its own
        os.makedirs(at + path, exist_ok=True)
    scratch = f"mode=1777,size={root['scratch']}m"
    _mount("tmpfs", f"{at}/tmp", "tmpfs", _MS_NOSUID | _MS_NODEV, scratch)  # noqa: S108  its own
    for source, target in root["binds"]:
        _bind(source, at + target)
    for path, text in root["files"].items():
        os.makedirs(os.path.dirname(at + path), exist_ok=True)
        _write(at + path, text)
    for path, target in root["links"].items():
        os.symlink(target, at + path)
    os.chdir(at)
    _call("syscall", _PIVOT_ROOT[os.uname().machine], b".", b".")
    _call("umount2", b".", _MNT_DETACH)
    os.chdir("/")
    _mount("none", "/", "", _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _open_doors(door: int, ports: list[int]) -> None:
    """Listen on these ports of a network that leads nowhere, and hand the sockets to LocalStack."""
    import fcntl  # noqa: PLC0415  only where it is asked for
    import socket  # noqa: PLC0415  as above
    import struct  # noqa: PLC0415  as above

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up = struct.pack("16sH14s", b"lo", _IFF_UP, b"")
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, up)
    listeners = [socket.create_server(("127.0.0.1", port)) for port in ports]
    with socket.socket(fileno=door) as way:
        socket.send_fds(way, [b"."], [one.fileno() for one in listeners])


def _bind(source: str, target: str) -> None:
    """Show a file or folder in another place, to be read only."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    _mount(source, target, "", _MS_BIND | _MS_REC)
    if not source.startswith(("/proc", "/dev")):
        kept = os.statvfs(target).f_flag & _KEPT_FLAGS
        _mount("none", target, "", _MS_REMOUNT | _MS_BIND | _MS_RDONLY | kept)


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    _call("mount", source.encode(), target.encode(), kind.encode() or None, flags, data.encode() or None)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _call(name: str, *arguments: object) -> None:
    function = getattr(_LIBC, name)
    plain = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in arguments]
    if function(*plain) != 0:
        number = ctypes.get_errno()
        sys.exit(f"{name} {arguments}: {os.strerror(number)}")


if __name__ == "__main__":
    main(sys.argv[1])
