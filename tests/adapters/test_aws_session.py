"""One session for the process."""

from __future__ import annotations

from types import SimpleNamespace

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from letterhead.adapters.aws_session import boto3_session, session
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.connection import connection
from tests.fakes.aws import REGION


def test_everybody_who_asks_gets_the_same_session(aws_environment):
    assert session() is session()
    assert boto3_session() is boto3_session()


def test_the_tables_connection_uses_it(aws_environment):
    assert connection().session is session()


@pytest.mark.parametrize("application", ["send_messages", None])
def test_calls_say_what_makes_them_and_which_function(aws_environment, monkeypatch, application):
    if application is not None:
        monkeypatch.setenv("AWS_SDK_UA_APP_ID", application)
    agents = []

    def answer(request, **_):
        agents.append(request.headers["User-Agent"].decode())
        return AWSResponse(request.url, 200, {}, SimpleNamespace(stream=lambda: [b"{}"]))

    made = session.__wrapped__()
    for client in (
        made.create_client("dynamodb", config=Config(retries={"max_attempts": 1})),
        made.create_client("sqs"),
    ):
        client.meta.events.register("before-send", answer)
        client._make_api_call(
            "ListTables" if client.meta.service_model.service_name == "dynamodb" else "ListQueues", {}
        )
    (agent,) = set(agents)
    assert agent.startswith("Botocore/")
    assert [part for part in agent.split() if part.startswith("app/")] == [f"app/{application}"] * (
        application is not None
    )


def test_the_extras_of_s3_are_added_once_however_many_adapters_there_are(tables):
    boto3.client("s3").create_bucket(
        Bucket="ContentsBucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    for text in (b"first", b"second"):
        contents = MessageContents("ContentsBucket")
        assert contents.get(contents.put("account", "message", text)) == text
