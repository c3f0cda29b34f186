"""What DynamoDB does with the updates of totals: conditions on the size of lists, SET, and ADD.

Only the forms that the handler writes are known; anything else fails.
"""

import re
from decimal import Context, Decimal, Inexact
from typing import Any

type Item = dict[str, Any]

DIGITS = Context(prec=38, traps=[Inexact])  # more than DynamoDB can hold is an error here
MOST_TERMS, MOST_CHARACTERS = 300, 4096
_CONDITION = re.compile(r"\(attribute_not_exists\((#\d+)\) OR size\((#\d+)\) <= (:\w+)\)")
_TERM = re.compile(r"(#\d+) (:\d+)")


def holds(update: Item, item: Item) -> bool:
    """Tell whether an update's condition holds for an item."""
    if "ConditionExpression" not in update:
        return True
    assert update["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
    for part in update["ConditionExpression"].split(" AND "):
        matched = _CONDITION.fullmatch(part)
        assert matched, part
        absent, sized, room = matched.groups()
        listed = item.get(names[sized], {"SS": []})["SS"]
        if names[absent] in item and len(listed) > int(values[room]["N"]):
            return False
    return True


def updated(update: Item, item: Item) -> Item:
    """Return an item after an update."""
    text = update["UpdateExpression"]
    names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
    assert len(text) <= MOST_CHARACTERS
    prefix, _, terms = text.partition(" ADD ")
    assert re.fullmatch(r"SET expiresAt = :e(, #d = :d)?(, #l = :l)?", prefix)
    assert terms.count(",") < MOST_TERMS
    used = set(re.findall(r"[#:]\w+", text + update.get("ConditionExpression", "")))
    assert used == names.keys() | values.keys(), "DynamoDB refuses names and values that are not used"
    new = {**item, **update["Key"], "expiresAt": values[":e"]}
    new |= {names[name]: values[f":{name[1:]}"] for name in ("#d", "#l") if name in names}
    for term in terms.split(","):
        matched = _TERM.fullmatch(term)
        assert matched, term
        name, value = names[matched[1]], values[matched[2]]
        if "SS" in value:
            assert len(set(value["SS"])) == len(value["SS"]) > 0
            assert all(value["SS"]), "a set holds an empty string"
            new[name] = {"SS": sorted({*new.get(name, {"SS": []})["SS"], *value["SS"]})}
        else:
            new[name] = {"N": str(DIGITS.add(Decimal(new.get(name, {"N": "0"})["N"]), Decimal(value["N"])))}
    return new
