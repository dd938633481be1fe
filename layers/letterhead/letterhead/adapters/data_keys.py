"""AWS KMS: data keys under one key of the stack's (envelope encryption), kept in memory for a while.

A data key seals many secrets, so KMS is asked once in an hour by who seals, and once for each data key by who opens.
Source: AWS KMS developer guide, "Data keys", and its advice on caching them.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_kms import KMSClient

_CONTEXT = {"letterhead": "webhook-secrets"}
_SEALS_FOR_SECONDS = 3600.0
_MOST_KEPT = 1000
_CONFIG = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 3, "mode": "standard"})


class DataKeysUnavailableError(UnavailableError):
    """KMS doesn't answer."""


class DataKeys:
    """The data keys of one KMS key. Threads may share it."""

    def __init__(self, key_id: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._key_id = key_id
        self._clock = clock
        self._current: tuple[bytes, bytes] | None = None
        self._until = 0.0
        self._known: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = Lock()

    def current(self) -> tuple[bytes, bytes]:
        """A key of 32 bytes to seal with, and its encrypted form; raises `DataKeysUnavailableError`."""
        with self._lock:
            if self._current is None or self._clock() >= self._until:
                try:
                    made = self._client.generate_data_key(
                        KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=_CONTEXT
                    )
                except (BotoCoreError, ClientError) as error:
                    raise DataKeysUnavailableError from error
                self._current = made["Plaintext"], made["CiphertextBlob"]
                self._until = self._clock() + _SEALS_FOR_SECONDS
                self._keep(self._current[1], self._current[0])
            return self._current

    def decrypted(self, encrypted: bytes) -> bytes:
        """The key behind an encrypted form; raises `DataKeysUnavailableError`."""
        with self._lock:
            if encrypted in self._known:
                self._known.move_to_end(encrypted)
                return self._known[encrypted]
            try:
                found = self._client.decrypt(
                    KeyId=self._key_id, CiphertextBlob=encrypted, EncryptionContext=_CONTEXT
                )
            except (BotoCoreError, ClientError) as error:
                raise DataKeysUnavailableError from error
            self._keep(encrypted, found["Plaintext"])
            return found["Plaintext"]

    def _keep(self, encrypted: bytes, key: bytes) -> None:
        self._known[encrypted] = key
        while len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    @cached_property
    def _client(self) -> KMSClient:
        client: KMSClient = boto3_session().client("kms", config=_CONFIG)
        return client
