"""Artifacts in a bucket of S3, or of what speaks as S3 does: boto3 has AWS_ENDPOINT_URL for that.

Imported only where there are such artifacts: boto3 is an extra.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import boto3  # type: ignore[import-untyped]  # neither package ships types
import botocore.exceptions  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from optuna.artifacts import Boto3ArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound

from storage.errors import StoreUnavailable

# A supervisor waits for nobody longer than for its database, or its leases run out meanwhile.
CONNECT_SECONDS = 5
SILENCE_SECONDS = 10
TRIES = 2
MENDS = {
    "NoSuchBucket": "make the bucket, or mend its name or AWS_ENDPOINT_URL",
    "AccessDenied": (
        "have s3:GetObject, s3:PutObject and s3:DeleteObject granted on what is under that place,"
        " and s3:ListBucket on the bucket"
    ),
}


class S3Store:
    """Optuna's store on a bucket, under a prefix. Whatever is wrong with it is StoreUnavailable."""

    def __init__(self, bucket: str, prefix: str) -> None:
        """Asks nothing of the bucket yet.

        Raises:
            StoreUnavailable: what boto3 finds of its settings cannot be meant.
        """
        self._place = f"s3://{bucket}/{prefix}"
        self._prefix = prefix and f"{prefix}/"
        self._bucket = Boto3ArtifactStore(bucket, _client())

    def open_reader(self, artifact_id: str) -> BinaryIO:
        """Raises:
        ArtifactNotFound: nothing is stored under that id.
        """
        with self._translated():
            try:
                reader = self._bucket.open_reader(self._prefix + artifact_id)
            except ArtifactNotFound as error:
                # Optuna says so of a bucket that is not there, too.
                if _code(error.__cause__) == "NoSuchKey":
                    raise
                raise error.__cause__ or error from None
            with reader:
                return io.BytesIO(reader.read())

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        with self._translated():
            self._bucket.write(self._prefix + artifact_id, content_body)

    def remove(self, artifact_id: str) -> None:
        """Removes the bytes; none being there is fine."""
        with self._translated():
            self._bucket.remove(self._prefix + artifact_id)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except botocore.exceptions.NoCredentialsError as error:
            raise StoreUnavailable(
                f"no credentials for {self._place} are found here",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or whatever else boto3 looks for",
            ) from error
        except botocore.exceptions.ClientError as error:
            code = _code(error)
            mend = MENDS.get(code, "mend the bucket or the credentials")
            raise StoreUnavailable(f"{self._place} cannot be used ({code})", f"{mend}") from error
        except (botocore.exceptions.BotoCoreError, boto3.exceptions.Boto3Error) as error:
            raise StoreUnavailable(
                f"{self._place} cannot be used ({type(error).__name__})",
                "check that it is up, and the credentials and the endpoint that boto3 finds here",
            ) from error


def _client() -> Any:
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=SILENCE_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        # The row of an artifact has its hash, and not every server knows these.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        # A session of its own: the one that boto3 shares keeps the credentials it found first.
        client = boto3.Session().client("s3", config=config)
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        # An endpoint that is no URL is repeated there, with all that stands in it.
        raise StoreUnavailable(
            f"the settings of S3 cannot be used ({type(error).__name__})",
            "mend AWS_ENDPOINT_URL, AWS_PROFILE or whatever else boto3 finds here",
        ) from None
    if "@" in client.meta.endpoint_url:  # boto3 would not use it, only show it
        raise StoreUnavailable(
            "AWS_ENDPOINT_URL holds a password",
            "take it out, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    return client


def _code(error: BaseException | None) -> str:
    response = getattr(error, "response", None) or {}
    code: str = response.get("Error", {}).get("Code", "")
    return code
