"""Filters that are encrypted with a key of KMS: what is seen of that, and of a key that cannot be used.

Filters lie here as they came. The key is asked when a mapping is made, changed and shown; a mapping goes on
filtering while its key cannot be used.
"""

from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from tailrace.arns import Arn


def encrypted(mapping: dict[str, Any]) -> bool:
    """Tell whether a mapping has filters and a key for them."""
    return bool(mapping.get("KMSKeyArn") and (mapping.get("FilterCriteria") or {}).get("Filters"))


def decrypted(mapping: dict[str, Any]) -> dict[str, Any]:
    """Show a mapping with its filters, or with KMS's error in their place if the key cannot be used."""
    error = key_error(mapping)
    if error is None:
        return mapping
    return {key: value for key, value in mapping.items() if key != "FilterCriteria"} | {
        "FilterCriteriaError": error
    }


def key_error(mapping: dict[str, Any]) -> dict[str, str] | None:
    """Give what KMS says against the use of a mapping's key for its filters; None if nothing."""
    if not encrypted(mapping):
        return None
    key = Arn.maybe(mapping["KMSKeyArn"])
    if key is None or key.service != "kms":
        return {"ErrorCode": "NotFoundException", "Message": f"Invalid arn {mapping['KMSKeyArn']}"}
    kms = connect_to(aws_access_key_id=key.account, region_name=key.region).kms
    try:
        kms.encrypt(KeyId=mapping["KMSKeyArn"], Plaintext=b"filters")
    except ClientError as error:
        said = error.response["Error"]
        return {"ErrorCode": said["Code"], "Message": said["Message"]}
    return None
