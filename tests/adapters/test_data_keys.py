"""Data keys of KMS, and what is sealed under them."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws
from nacl.exceptions import CryptoError

from letterhead.adapters.data_keys import DataKeys, DataKeysUnavailableError
from letterhead.adapters.sodium import SealedBox


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def key(aws_environment):
    with mock_aws():
        yield boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


def counted(keys: DataKeys) -> list[str]:
    calls: list[str] = []
    keys._client.meta.events.register("before-call.kms", lambda model, **_: calls.append(model.name))
    return calls


def test_what_is_sealed_opens_elsewhere_with_the_same_context_only(key):
    sealed = SealedBox(DataKeys(key)).seal(b"secret", b"endpoint-1")
    elsewhere = SealedBox(DataKeys(key))
    assert elsewhere.open(sealed, b"endpoint-1") == b"secret"
    assert b"secret" not in sealed
    with pytest.raises(CryptoError):
        elsewhere.open(sealed, b"endpoint-2")
    with pytest.raises(CryptoError):
        elsewhere.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), b"endpoint-1")


def test_one_data_key_serves_an_hour_of_sealing_and_is_opened_once(key):
    clock = Clock()
    keys = DataKeys(key, clock)
    calls, box = counted(keys), SealedBox(keys)
    sealed = [box.seal(b"x", b"") for _ in range(5)]
    assert calls == ["GenerateDataKey"]
    assert len({each[-25:] for each in sealed}) == 5
    clock.seconds = 3600.0
    box.seal(b"x", b"")
    assert calls == ["GenerateDataKey"] * 2
    other = DataKeys(key)
    opened = counted(other)
    for each in sealed:
        SealedBox(other).open(each, b"")
    assert opened == ["Decrypt"]


def test_a_kms_that_refuses_is_told_as_unavailable(key):
    with pytest.raises(DataKeysUnavailableError):
        SealedBox(DataKeys(key[:-1])).seal(b"x", b"")
    with pytest.raises(DataKeysUnavailableError):
        SealedBox(DataKeys(key)).open(b"\x01\x00\x03abc" + b"y" * 60, b"")
