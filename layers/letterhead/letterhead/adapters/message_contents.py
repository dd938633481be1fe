"""Amazon S3: the text, HTML and files of messages that are too large for an item. A lifecycle rule drops them in time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_s3 import S3Client

_AT_ONCE = 10  # botocore keeps as many connections
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

    def put_all(self, contents: Mapping[tuple[str, str], bytes]) -> Mapping[tuple[str, str], str]:
        """Keep the content of each account's message, several at a time, and answer their keys. Raises
        `ContentUnavailableError`."""
        if len(contents) < 2:
            return dict(map(self._keep, contents.items()))
        from concurrent.futures import ThreadPoolExecutor

        self._client  # noqa: B018 -- made here, for one thread alone may make it
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(pool.map(self._keep, contents.items()))

    def _keep(self, content: tuple[tuple[str, str], bytes]) -> tuple[tuple[str, str], str]:
        (account_id, message_id), octets = content
        return (account_id, message_id), self.put(account_id, message_id, octets)

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
