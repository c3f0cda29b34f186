"""Formats that are not read here, and the command that converts each to JSON Lines. Pure.

what                                       recognized by
zip, zstd, UTF-16                          its first bytes
JSON array, pretty-printed JSON, CSV,
W3C extended log format (IIS, CloudFront)  its first lines
"""

import re
import shlex
from collections.abc import Sequence
from typing import NoReturn

from tailrace.stream.errors import ForeignFormatError

_ARRAY = re.compile(rb'\[\s*([{\["\]]|(-?[0-9.]+|true|false|null)\s*(,|\]|$)|$)')
_CSV = "import csv,json,sys; [print(json.dumps(row)) for row in csv.DictReader(sys.stdin{})]"
_W3C = (
    'import json,sys; names=[]; [names.__setitem__(slice(None), line.split()[1:]) if line[:8]=="#Fields:" '
    'else print(json.dumps(dict(zip(names, line.split())))) for line in sys.stdin if line[:1]!="#" or '
    'line[:8]=="#Fields:"]'
)


def refuse_bytes(head: bytes, source: str) -> None:
    """Raise `ForeignFormatError` if a source with these first bytes is none of lines of text."""
    file = _file(source)
    if head.startswith(b"PK\x03\x04"):
        _refuse(source, "a zip archive", f"unzip -p {file}".rstrip())
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        _refuse(source, "compressed by zstd", f"zstd -dc {file}".rstrip())
    even, odd = head[::2], head[1::2]
    halves = odd and even.isascii() and odd.isascii() and any(even) != any(odd)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or halves:
        kind = "UTF-16" if head[:1] in {b"\xff", b"\xfe"} else "UTF-16LE" if any(even) else "UTF-16BE"
        _refuse(source, "UTF-16 text", f"iconv -f {kind} -t UTF-8 {file}".rstrip())


def refuse_lines(texts: Sequence[bytes], source: str) -> None:
    """Raise `ForeignFormatError` if these first lines are of a format that a command converts."""
    first = texts[0].strip()
    redirected = f" < {_file(source)}" if _file(source) else ""
    if first.startswith((b"#Fields:", b"#Version:", b"#Software:")):
        what = "a log in the W3C extended format (IIS, CloudFront)"
        _refuse(source, what, f"python3 -c {shlex.quote(_W3C)}{redirected}")
    if _ARRAY.match(first):
        _refuse(source, "a JSON array", f"jq -c '.[]' {_file(source)}".rstrip())
    if first.startswith(b"{") and (first == b"{" or first.endswith((b",", b"{", b"["))):
        _refuse(source, "pretty-printed JSON", f"jq -c . {_file(source)}".rstrip())
    for separator in (b",", b";", b"\t"):
        counts = {text.count(separator) for text in texts if b'"' not in text}
        if len(texts) > 1 and len(counts) == 1 and counts != {0}:
            delimiter = "" if separator == b"," else f", delimiter={separator.decode()!r}"
            script = shlex.quote(_CSV.format(delimiter))
            _refuse(source, "CSV", f"python3 -c {script}{redirected}")


def _file(source: str) -> str:
    return "" if source == "-" else shlex.quote(source)


def _refuse(source: str, what: str, converter: str) -> NoReturn:
    named = "Standard input" if source == "-" else source
    raise ForeignFormatError(f"{named} is {what}, which is not read here.", converter)
