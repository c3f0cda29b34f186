"""DynamoDB's expressions: each text is read once, and bound to the names and values of a request.

Whatever is not right in any way (syntax, a placeholder that is not given, a reserved word, an operand of a
wrong type) raises UnsureError, so that DynamoDB Local says what is wrong in its own words.
"""

from .applied import Applied
from .conditions import ItemCondition, condition
from .keys import KeyCondition, key_condition
from .projections import Projection, projection
from .updates import Update, update

__all__ = [
    "Applied",
    "ItemCondition",
    "KeyCondition",
    "Projection",
    "Update",
    "condition",
    "key_condition",
    "projection",
    "update",
]
