"""Amazon S3: the text, HTML and files of messages that are too large for an item. A lifecycle rule drops them in time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"total_max_attempts": 3, "mode": "standard"},
    s3={"addressing_style": "path"},
)


class ContentUnavailableError(UnavailableError):
    """S3 doesn't answer now."""


class MessageContents:
    """The contents of one bucket, under `messages/<account>/<message>`."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def put(self, account_id: str, message_id: str, content: bytes) -> str:
        """Keep a content and answer its key; keeping it twice is once. Raises `ContentUnavailableError`."""
        key = f"messages/{account_id}/{message_id}"
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)
        except (BotoCoreError, ClientError) as error:
            raise ContentUnavailableError from error
        return key

    def get(self, key: str) -> bytes:
        """The content of a key; raises `ContentUnavailableError`."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise ContentUnavailableError from error

    @cached_property
    def _client(self) -> S3Client:
        client: S3Client = boto3_session().client("s3", config=_CONFIG)
        return client
