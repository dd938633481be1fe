from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from letterhead.adapters.link_key import KeyUnavailableError, LinkKey


@pytest.fixture
def secrets(aws_environment):
    with mock_aws():
        yield boto3.client("secretsmanager")


def test_the_key_is_the_secrets_text_and_is_read_once(secrets):
    arn = secrets.create_secret(Name="link-key", SecretString="s" * 64)["ARN"]
    key = LinkKey(arn)
    assert key.value == b"s" * 64
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert key.value == b"s" * 64


def test_a_key_that_cannot_be_read_is_asked_for_again_next_time(secrets):
    key = LinkKey("link-key")
    with pytest.raises(KeyUnavailableError):
        _ = key.value
    secrets.create_secret(Name="link-key", SecretString="s" * 64)
    assert key.value == b"s" * 64
