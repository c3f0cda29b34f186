"""The secret that visitors' pseudonyms are made with."""

import os
import secrets
from pathlib import Path

KEPT_IN = Path(__file__).resolve().parent.parent / ".producer"


def user_key(setting: str, folder: Path = KEPT_IN) -> bytes:
    """Return the key that is set, or the one that is kept in the folder; it is drawn at the first use.

    The same key gives the same visitor the same pseudonym, and the same line of a log the same event id.
    The folder ignores itself in git, and only its owner can read the key.
    """
    if setting:
        return setting.encode()
    path = folder / "user-key"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    key = secrets.token_hex(16).encode()
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key
