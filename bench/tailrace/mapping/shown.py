"""How a mapping is shown: what Get and List cut, leave out, and find."""

from typing import Any

from localstack.services.lambda_.api_utils import function_locators_from_arn

from tailrace.mapping.encryption import decrypted, encrypted

SERVICE = "kinesis"

type Configuration = dict[str, Any]
"""A mapping, or a request about one, as the Lambda API words it."""


def is_kinesis(configuration: Configuration) -> bool:
    """Tell whether a mapping reads a stream, or a stream's consumer."""
    return str(configuration.get("EventSourceArn", "")).split(":")[2:3] == [SERVICE]


def is_about(mapping: Configuration, event_source_arn: str | None, function: str | None) -> bool:
    """Tell whether a mapping has this source and this function, where named; a name is every alias."""
    if event_source_arn and mapping.get("EventSourceArn") != event_source_arn:
        return False
    if not function:
        return True
    name, qualifier, *_ = function_locators_from_arn(mapping["FunctionArn"])
    wanted, wanted_qualifier, *_ = function_locators_from_arn(function)
    return bool(name == wanted and wanted_qualifier in (None, qualifier or "$LATEST"))


def shown(mapping: Configuration) -> Configuration:
    """Show a Kinesis mapping as Get does: AWS cuts the time of the last change to the minute there."""
    if not is_kinesis(mapping):
        return mapping
    return decrypted(mapping) | {"LastModified": mapping["LastModified"].replace(second=0, microsecond=0)}


def listed(mapping: Configuration) -> Configuration:
    """Show a mapping as List does: encrypted filters are not shown there."""
    return shown(mapping) if not encrypted(mapping) else shown(mapping | {"FilterCriteria": None})


def tidied(mapping: Configuration) -> Configuration:
    """Leave out what AWS leaves out: empty filters, no destination, what the request alone has."""
    tidy = {key: value for key, value in mapping.items() if key not in ("FunctionName", "Enabled")}
    if not (tidy.get("FilterCriteria") or {}).get("Filters"):
        tidy.pop("FilterCriteria", None)
    if not ((tidy.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination"):
        tidy["DestinationConfig"] = {"OnFailure": {}}
    if not tidy.get("KMSKeyArn"):
        tidy.pop("KMSKeyArn", None)
    return tidy
