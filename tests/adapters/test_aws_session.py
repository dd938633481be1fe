"""One session for the process."""

from __future__ import annotations

import boto3

from letterhead.adapters.aws_session import boto3_session, session
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.connection import connection
from tests.fakes.aws import REGION


def test_everybody_who_asks_gets_the_same_session(aws_environment):
    assert session() is session()
    assert boto3_session() is boto3_session()


def test_the_tables_connection_uses_it(aws_environment):
    assert connection().session is session()


def test_the_extras_of_s3_are_added_once_however_many_adapters_there_are(tables):
    boto3.client("s3").create_bucket(
        Bucket="ContentsBucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    for text in (b"first", b"second"):
        contents = MessageContents("ContentsBucket")
        assert contents.get(contents.put("account", "message", text)) == text
