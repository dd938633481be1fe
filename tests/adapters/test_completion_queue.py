"""The completion queue against moto's SQS."""

from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from letterhead.adapters.completion_queue import CompletionQueue, UnreadableRequestError, read_request
from letterhead.unavailable import UnavailableError
from tests.fakes.scripted_server import aws_error, scripted_server


@pytest.fixture
def sqs(aws_environment):
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def url(sqs):
    return sqs.create_queue(QueueName="completions")["QueueUrl"]


def attributes(sqs, url) -> tuple[int, int]:
    """How many messages wait, and how many are delayed."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"]), int(found["ApproximateNumberOfMessagesDelayed"])


def test_a_request_waits_a_moment(sqs, url):
    CompletionQueue(url).ask("0account0account", "0domain00domain0")

    assert attributes(sqs, url) == (0, 1)


def test_a_look_back_is_the_same_request_and_waits_until_nobody_is_at_it_any_more(sqs, url, monkeypatch):
    queue = CompletionQueue(url)
    queue.look_back("0account0account", "0domain00domain0", "acme.com")
    assert attributes(sqs, url) == (0, 1)

    monkeypatch.setattr("letterhead.adapters.completion_queue.LOOK_BACK_SECONDS", 0)
    queue.look_back("0account0account", "0domain00domain0", "acme.com")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert read_request(message["Body"]) == ("0account0account", "0domain00domain0", "acme.com")


def test_a_request_can_be_read():
    body = {"kind": "domain_completion", "account_id": "0account0account", "domain_id": "0domain00domain0"}

    assert read_request(json.dumps(body)) == ("0account0account", "0domain00domain0", None)
    assert read_request(json.dumps(body | {"name": "acme.com"}))[2] == "acme.com"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"kind": "other", "account_id": "a", "domain_id": "b"}',
        '{"kind": "domain_completion"}',
    ],
)
def test_what_is_no_request_is_refused(body):
    with pytest.raises(UnreadableRequestError):
        read_request(body)


def test_a_request_that_has_to_wait_comes_back_later(sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="x")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    CompletionQueue(url).wait(message["ReceiptHandle"], 0)

    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_a_queue_that_does_not_answer_is_unavailable(aws_environment, no_pauses, monkeypatch):
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server.url)
        server.answers = [aws_error("ServiceUnavailable", 503)]
        queue = CompletionQueue(f"{server.url}/000000000000/completions")

        for act in (
            lambda: queue.ask("a", "b"),
            lambda: queue.look_back("a", "b", "acme.com"),
            lambda: queue.wait("receipt", 5),
        ):
            with pytest.raises(UnavailableError):
                act()
