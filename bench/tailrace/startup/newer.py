"""What botocore's newest models have and LocalStack's, of March 2026, do not yet. Pure.

LocalStack's parser passes over what its model lacks, so a new parameter would be accepted and ignored.
Here the models get those of the operations that a pipeline uses; `parameters.py` says what becomes of each.
"""

from typing import Any

from tailrace.kinesis.newer import newest

type Model = dict[str, Any]

_ANY: dict[str, Model] = {
    "TailraceStructure": {"type": "structure", "members": {}},
    "TailraceList": {"type": "list", "member": {"shape": "TailraceStructure"}},
    "TailraceText": {"type": "string"},
    "TailraceNumber": {"type": "integer"},
    "TailraceSwitch": {"type": "boolean"},
}
"""Shapes that take whatever is given: nothing looks into it."""
_STRUCTURE, _LIST, _TEXT, _NUMBER, _SWITCH = _ANY


def _header(name: str) -> Model:
    return {"shape": _TEXT, "location": "header", "locationName": name}


_CHECKSUMS = {
    f"Checksum{kind}": _header(f"x-amz-checksum-{kind.lower()}")
    for kind in ("SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128")
}
_HOLD = {
    "ObjectLockEventHold": _header("x-amz-object-lock-event-hold"),
    "ObjectLockEventHoldDurationDays": _header("x-amz-object-lock-event-hold-duration-days"),
    "ObjectLockEventHoldDurationYears": _header("x-amz-object-lock-event-hold-duration-years"),
}

MEMBERS: dict[str, dict[str, Model]] = {
    "cloudformation": {
        operation: {"DeploymentConfig": {"shape": _STRUCTURE}, "DisableValidation": {"shape": _SWITCH}}
        for operation in ("CreateChangeSetInput", "CreateStackInput", "UpdateStackInput")
    },
    "cloudwatch": {
        "PutCompositeAlarmInput": {"ActionConfiguration": {"shape": _STRUCTURE}},
        "PutDashboardInput": {"Tags": {"shape": _LIST}},
        "PutMetricAlarmInput": {
            "ActionConfiguration": {"shape": _STRUCTURE},
            "EvaluationCriteria": {"shape": _STRUCTURE},
            "EvaluationInterval": {"shape": _NUMBER},
            "EvaluationWindow": {"shape": _STRUCTURE},
            "WarmUpConfiguration": {"shape": _STRUCTURE},
        },
    },
    "dynamodb": {
        "CreateTableInput": {"VectorIndexes": {"shape": _LIST}},
        "UpdateTableInput": {
            "DisassociationProtectionEnabled": {"shape": _SWITCH},
            "VectorIndexUpdates": {"shape": _LIST},
        },
    },
    "lambda": {
        "CreateFunctionRequest": {
            "AcceleratorConfig": {"shape": _STRUCTURE},
            "RuntimeConfig": {"shape": _STRUCTURE},
        },
        "FunctionCode": {"S3ObjectStorageMode": {"shape": _TEXT}},
        "LayerVersionContentInput": {"S3ObjectStorageMode": {"shape": _TEXT}},
        "UpdateFunctionCodeRequest": {"S3ObjectStorageMode": {"shape": _TEXT}},
        "UpdateFunctionConfigurationRequest": {
            "AcceleratorConfig": {"shape": _STRUCTURE},
            "RuntimeConfig": {"shape": _STRUCTURE},
        },
    },
    "logs": {"FilterLogEventsRequest": {"startFromHead": {"shape": _SWITCH}}},
    "s3": {
        "CompleteMultipartUploadRequest": _CHECKSUMS,
        "CopyObjectRequest": _HOLD,
        "CreateMultipartUploadRequest": _HOLD,
        "PutObjectRequest": _CHECKSUMS | _HOLD,
        "UploadPartRequest": _CHECKSUMS,
    },
}
"""By service: structures, and the members that each has besides."""


def service_of(path: str) -> str | None:
    """Name the service whose model a file of botocore's is.

    >>> service_of("/b/data/s3/2006-03-01/service-2.json.gz"), service_of("/b/data/endpoints.json")
    ('s3', None)
    """
    *_, service, _version, file = ["", "", *path.split("/")]
    return service if file.removesuffix(".gz") == "service-2.json" else None


def extend(service: str, model: Model) -> None:
    """Give a service's model the newer members; those that it has already stay as they are."""
    if service == "kinesis":
        model.update(newest(model))
    added = MEMBERS.get(service)
    if not added:
        return
    shapes = model["shapes"]
    shapes.update(_ANY)
    for structure, members in added.items():
        if structure in shapes:
            shapes[structure]["members"] = members | shapes[structure]["members"]
