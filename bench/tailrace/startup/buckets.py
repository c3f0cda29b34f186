"""S3 with a folder of its own per emulator. `PROVIDER_OVERRIDE_S3=tailrace` picks it.

LocalStack's folder is `/tmp/localstack-s3-storage` for every emulator of a machine: a second user cannot make
a bucket, and two emulators take each other's buckets of the same name away.
"""

from pathlib import Path

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="s3", name="tailrace")
def tailrace_s3() -> Service:
    """Give LocalStack its own S3, with large objects below the emulator's folder for what passes."""
    from localstack import config  # noqa: PLC0415  loaded when first used, as the others are
    from localstack.services.s3.provider import S3Provider  # noqa: PLC0415
    from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore  # noqa: PLC0415

    return Service.for_provider(S3Provider(EphemeralS3ObjectStore(str(Path(config.dirs.tmp) / "s3"))))
