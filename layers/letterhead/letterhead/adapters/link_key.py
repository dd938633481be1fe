"""The key from which confirmation links are derived, kept in AWS Secrets Manager."""

from __future__ import annotations

from functools import cached_property

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError

_CONFIG = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 3, "mode": "standard"})


class KeyUnavailableError(UnavailableError):
    """Secrets Manager doesn't give the key."""


class LinkKey:
    """The key of one secret, read once in the life of the process, and not before somebody needs it."""

    def __init__(self, secret_id: str) -> None:
        self._secret_id = secret_id

    @cached_property
    def value(self) -> bytes:
        """The key; raises `KeyUnavailableError`, and then the next reader tries again."""
        client = boto3_session().client("secretsmanager", config=_CONFIG)
        try:
            return client.get_secret_value(SecretId=self._secret_id)["SecretString"].encode()
        except (BotoCoreError, ClientError) as error:
            raise KeyUnavailableError from error
