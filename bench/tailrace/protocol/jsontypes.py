"""What JSON may stand for each type of the service's model, and AWS's words for what may not."""

import re
from string import ascii_lowercase, ascii_uppercase, digits

from tailrace.protocol.errors import SerializationFailedError

_JAVA = {bool: "java.lang.Boolean", str: "java.lang.String"}
_JAVA_NUMBER = "com.amazon.coral.value.json.numbers.TruncatingBigNumber"
_NOT_BASE64 = re.compile(r"[^a-zA-Z0-9+/=]|=(?=[^=])|=(?===)")
_DIGITS = f"{ascii_uppercase}{ascii_lowercase}{digits}+/".encode()
_LAST_DIGITS = {b"=": _DIGITS[::4].decode(), b"==": _DIGITS[::16].decode()}
"""Before the padding: those whose unused bits are zero."""


def need_string(value: object) -> str:
    """Give the value if it is a string. Raises SerializationFailedError."""
    if isinstance(value, str):
        return value
    raise _misplaced(value) or _mistyped(value, "an String")


def need_number(value: object, type_name: str) -> float:
    """Give the value if it is a number; `type_name` is the model's. Raises SerializationFailedError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    wanted = "milliseconds since epoch" if type_name == "timestamp" else f"an {type_name.capitalize()}"
    raise _misplaced(value) or _mistyped(value, wanted)


def need_boolean(value: object) -> bool:
    """Give the value if it is true or false. Raises SerializationFailedError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        raise SerializationFailedError(f"'{value.upper()}' can not be converted to an Boolean")
    raise _misplaced(value) or _mistyped(value, "an Boolean")


def need_list(value: object) -> list[object]:
    """Give the value if it is a list. Raises SerializationFailedError."""
    if isinstance(value, list):
        return value
    raise _misplaced(value) or SerializationFailedError("Expected list or null")


def need_object(value: object, type_name: str) -> dict[str, object]:
    """Give the value if it is an object, for a structure or a map. Raises SerializationFailedError."""
    if isinstance(value, dict):
        return value
    expected = "Expected null" if type_name == "structure" else "Expected map or null"
    raise _misplaced(value) or SerializationFailedError(expected)


def need_blob(value: object) -> int:
    """Give the length, in bytes, of what a base64 string stands for. Raises SerializationFailedError."""
    if not isinstance(value, str):
        raise _misplaced(value) or _mistyped(value, "a Blob")
    if fault := _fault(value):
        raise SerializationFailedError(f"'{value}' can not be converted to a Blob: {fault}")
    return decoded_length(value)


def decoded_length(base64: str) -> int:
    """Give the length, in bytes, of what a well-formed base64 string stands for."""
    return len(base64) // 4 * 3 - base64.count("=", -2)


def _fault(text: str) -> str | None:
    """Say what is wrong with a base64 string; it has to be the one way in which its bytes can be written."""
    if len(text) % 4:
        return f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(text)}"
    padding = text.encode().translate(None, _DIGITS)
    if not padding:
        return None
    if padding not in _LAST_DIGITS or not text.endswith(padding.decode()):
        return f"Invalid Base64 character: '{_NOT_BASE64.findall(text)[0]}'"
    if text[-len(padding) - 1] not in _LAST_DIGITS[padding]:
        return "Invalid last non-pad Base64 character dectected"
    return None


def _misplaced(value: object) -> SerializationFailedError | None:
    if isinstance(value, list):
        return SerializationFailedError("Start of list found where not expected")
    if isinstance(value, dict):
        return SerializationFailedError("Start of structure or map found where not expected.")
    return None


def _mistyped(value: object, wanted: str) -> SerializationFailedError:
    return SerializationFailedError(
        f"class {_JAVA.get(type(value), _JAVA_NUMBER)} can not be converted to {wanted}"
    )
