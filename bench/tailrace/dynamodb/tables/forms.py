"""What requests for single items look like, read in one step that checks their form. Pure, on msgspec.

A request with a member that is not known here, or one of another type, is of another form. An item stays in
JSON as it came: it is read by itself, and can be kept as it is.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

MOST_ACTIONS = 100

type Attributes = dict[str, Any]
type Text = str | UnsetType
type Names = Annotated[dict[str, str], Meta(min_length=1)] | UnsetType
type Values = Annotated[Attributes, Meta(min_length=1)] | UnsetType
type Old = Literal["NONE", "ALL_OLD"]
type Capacity = Literal["NONE", "TOTAL", "INDEXES"]
type Sizes = Literal["NONE", "SIZE"]


class RequestPart(msgspec.Struct, forbid_unknown_fields=True, gc=False, rename="pascal"):
    """An object of a request. It never leads back to itself: the collector of garbage can leave it alone."""


class Write(RequestPart, kw_only=True):
    """What all writes of single items have."""

    table_name: str
    condition_expression: Text = UNSET
    expression_attribute_names: Names = UNSET
    expression_attribute_values: Values = UNSET
    return_values_on_condition_check_failure: Old = "NONE"


class PutAction(Write, kw_only=True):
    """An action that puts an item."""

    item: Raw


class DeleteAction(Write, kw_only=True):
    """An action that deletes an item."""

    key: Attributes


class UpdateAction(Write, kw_only=True):
    """An action that changes an item."""

    key: Attributes
    update_expression: str


class ConditionCheck(Write, kw_only=True):
    """An action that looks at an item."""

    key: Attributes
    condition_expression: str


class TransactWriteItem(RequestPart):
    """An action of a transaction: it has one of these members."""

    put: PutAction | UnsetType = UNSET
    update: UpdateAction | UnsetType = UNSET
    delete: DeleteAction | UnsetType = UNSET
    condition_check: ConditionCheck | UnsetType = UNSET


class TransactWriteItems(RequestPart):
    """A transaction."""

    transact_items: Annotated[list[TransactWriteItem], Meta(min_length=1, max_length=MOST_ACTIONS)]
    client_request_token: Text = UNSET
    return_consumed_capacity: Capacity = "NONE"
    return_item_collection_metrics: Sizes = "NONE"


class WriteByItself(Write):
    """A write that is a request."""

    return_consumed_capacity: Capacity = "NONE"
    return_item_collection_metrics: Sizes = "NONE"


class PutItem(WriteByItself, kw_only=True):
    """A PutItem."""

    item: Raw
    return_values: Old = "NONE"


class DeleteItem(WriteByItself, kw_only=True):
    """A DeleteItem."""

    key: Attributes
    return_values: Old = "NONE"


class UpdateItem(WriteByItself, kw_only=True):
    """An UpdateItem."""

    key: Attributes
    update_expression: Text = UNSET
    return_values: Literal["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"] = "NONE"


class PutRequest(RequestPart):
    """What a batch puts."""

    item: Raw


class DeleteRequest(RequestPart):
    """What a batch deletes."""

    key: Attributes


class WriteRequest(RequestPart):
    """A write of a batch: it has one of these members."""

    put_request: PutRequest | UnsetType = UNSET
    delete_request: DeleteRequest | UnsetType = UNSET


class BatchWriteItem(RequestPart):
    """A BatchWriteItem."""

    request_items: dict[str, Annotated[list[WriteRequest], Meta(min_length=1)]]
    return_consumed_capacity: Capacity = "NONE"
    return_item_collection_metrics: Sizes = "NONE"


class Projected(RequestPart, kw_only=True):
    """What all reads of single items have."""

    projection_expression: Text = UNSET
    expression_attribute_names: Names = UNSET


class Get(Projected, kw_only=True):
    """What a transaction reads."""

    table_name: str
    key: Attributes


class GetItem(Get, kw_only=True):
    """A GetItem."""

    consistent_read: bool = False
    return_consumed_capacity: Capacity = "NONE"


class TransactGetItem(RequestPart):
    """An action of a transaction that reads."""

    get: Get


class TransactGetItems(RequestPart):
    """A transaction that reads."""

    transact_items: Annotated[list[TransactGetItem], Meta(min_length=1, max_length=MOST_ACTIONS)]
    return_consumed_capacity: Capacity = "NONE"


class KeysAndAttributes(Projected, kw_only=True):
    """What a batch reads of a table."""

    keys: Annotated[list[Attributes], Meta(min_length=1)]
    consistent_read: bool = False


class BatchGetItem(RequestPart):
    """A BatchGetItem."""

    request_items: dict[str, KeysAndAttributes]
    return_consumed_capacity: Capacity = "NONE"
