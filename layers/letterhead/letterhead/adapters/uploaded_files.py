"""Amazon S3: files that accounts put there themselves, each below its account. A lifecycle rule drops them in time.

Nobody but S3 sees a file on its way in: its form is signed here, by which S3 takes one object of that key, of at most that size,
until then (S3 API reference, "Creating an HTML form using AWS Signature Version 4").
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.messages.draft import UploadedFile
from letterhead.messages.uploads import UploadForm
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import timedelta

    from mypy_boto3_s3 import S3Client

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"total_max_attempts": 3, "mode": "standard"},
    signature_version="s3v4",  # botocore signs forms with the older one in the regions that still know it
    s3={"addressing_style": "path"},
)
_NOT_THERE = frozenset({"404", "NoSuchKey"})
_ANOTHER = frozenset({"412", "PreconditionFailed"})


class UploadsUnavailableError(UnavailableError):
    """S3 doesn't answer now."""


class UploadedFiles:
    """The uploads of one bucket, under `uploads/<account>/<upload>`."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def form(self, account_id: str, upload_id: str, *, most: int, lasting: timedelta) -> UploadForm:
        """A form by which a file of at most `most` octets can be put there for so long. Asks nobody."""
        signed = self._client.generate_presigned_post(
            self._bucket,
            _key(account_id, upload_id),
            Conditions=[["content-length-range", 1, most]],
            ExpiresIn=int(lasting.total_seconds()),
        )
        return UploadForm(signed["url"], signed["fields"])

    def find(self, account_id: str, upload_id: str) -> UploadedFile | None:
        """What this account has put there, or None. Raises `UploadsUnavailableError`."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=_key(account_id, upload_id))
        except ClientError as error:
            if _code(error) in _NOT_THERE:
                return None
            raise UploadsUnavailableError from error
        except BotoCoreError as error:
            raise UploadsUnavailableError from error
        return UploadedFile(upload_id, head["ContentLength"], head["ETag"])

    def read(self, account_id: str, file: UploadedFile) -> bytes | None:
        """Its octets; None when it isn't there, or isn't that file any more. Raises `UploadsUnavailableError`."""
        key = _key(account_id, file.upload_id)
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=file.mark)["Body"].read()
        except ClientError as error:
            if _code(error) in _NOT_THERE | _ANOTHER:
                return None
            raise UploadsUnavailableError from error
        except BotoCoreError as error:
            raise UploadsUnavailableError from error

    @cached_property
    def _client(self) -> S3Client:
        client: S3Client = boto3_session().client("s3", config=_CONFIG)
        return client


def _key(account_id: str, upload_id: str) -> str:
    return f"uploads/{account_id}/{upload_id}"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
