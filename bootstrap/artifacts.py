"""The bucket that holds the functions' code: one for a stack, account and region, tagged as the stack's."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bootstrap.errors import NotOurs
from bootstrap.stacks import TAG

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from bootstrap.package import Code
    from bootstrap.target import Target

_ABSENT = {"404", "NoSuchBucket", "NotFound"}


def bucket_name(target: "Target", stack: str) -> str:
    """Return the name of the stack's bucket: at most 63 characters for a stack of 35."""
    return f"{stack}-{target.account}-{target.region}"


def upload(s3: "S3Client", bucket: str, stack: str, region: str, code: "Code") -> None:
    """Store each package under its hash, unless it is there; make the bucket if need be."""
    if not _is_ours(s3, bucket, stack):
        _make(s3, bucket, stack, region)
    for package in code:
        if not _is_stored(s3, bucket, package.key):
            s3.put_object(Bucket=bucket, Key=package.key, Body=package.content, ContentType="application/zip")


def remove(s3: "S3Client", bucket: str, stack: str) -> bool:
    """Delete the bucket with every version of every object; tell whether there was one."""
    if not _is_ours(s3, bucket, stack):
        return False
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if entries:  # a page holds 1,000 at most, and so may a deletion
            doomed = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})  # type: ignore[typeddict-item]
    s3.delete_bucket(Bucket=bucket)
    return True


def _make(s3: "S3Client", bucket: str, stack: str, region: str) -> None:
    """Make the bucket: private, encrypted, tagged."""
    if region == "us-east-1":  # the one region that must not be named
        s3.create_bucket(Bucket=bucket)
    else:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": TAG, "Value": stack}]})
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )


def _is_ours(s3: "S3Client", bucket: str, stack: str) -> bool:
    """Tell whether the bucket is there; raise `NotOurs` if it is and does not carry the stack's tag."""
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ABSENT:
            return False
        if code not in {"NoSuchTagSet", "AccessDenied"}:
            raise
        tags = []
    if {"Key": TAG, "Value": stack} not in tags:
        raise NotOurs(f"The bucket {bucket} is not this stack's own: choose another name with STACK=.")
    return True


def _is_stored(s3: "S3Client", bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    return True
