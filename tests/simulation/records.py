"""What may be in a record: what its data are, and how much it weighs, can be told from the data."""

from base64 import b64encode

SMALL, LARGE, TOO_LARGE = 200, 2 << 20, 7 << 20
"""Bytes that a record adds to an event; it only says that it has so many."""
TEXTS = {
    "wanted": '{{"keep":true,"weight":{}}}',
    "unwanted": '{{"keep":false,"weight":{}}}',
    "text": "no JSON, {}",
    "poison": '{{"keep":true,"poison":{}}}',
}
DATA = {
    (name, weight): b64encode(text.format(weight).encode()).decode()
    for name, text in TEXTS.items()
    for weight in (SMALL, LARGE, TOO_LARGE)
}
FACTS = {data: facts for facts, data in DATA.items()}
"""What a record's data are, and how much it weighs, by the data."""
