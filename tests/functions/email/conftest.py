"""The function that sends, and an account with a verified domain."""

from __future__ import annotations

import boto3
import pytest

from tests.fakes.agency import Agency
from tests.fakes.aws import REGION
from tests.fakes.email_calls import verified


@pytest.fixture
def contents(tables):
    boto3.client("s3").create_bucket(
        Bucket="ContentsBucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )


@pytest.fixture
def function(contents, load):
    return load(
        "email", SHARED_SENDER="shared@letterhead.example", SANDBOX_DOMAIN="sandbox.letterhead.example"
    )


@pytest.fixture
def agency(tables):
    return Agency()


@pytest.fixture
def domain(agency):
    return verified(agency)
