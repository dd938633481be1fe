"""The queue of jobs against moto's SQS."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from letterhead.adapters.job_queue import SqsJobQueue, UnreadableJobRequestError, read_job_request
from letterhead.unavailable import UnavailableError
from tests.fakes.aws import REGION

EVENT = json.loads((Path(__file__).parents[2] / "events" / "suppression_job.json").read_text())


def test_a_request_arrives_as_it_was_made(aws_environment):
    with mock_aws():
        sqs = boto3.client("sqs", region_name=REGION)
        url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        SqsJobQueue(url).ask("0account0account", "0job00000000job0")
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert read_job_request(message["Body"]) == ("0account0account", "0job00000000job0")


def test_the_example_in_events_is_readable():
    (record,) = EVENT["Records"]
    assert read_job_request(record["body"]) == ("1sa8k3m2pqz7x0va", "1sa8k3m2pqz7x0vb")


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "7", '{"kind": "job"}', '{"kind": "x", "account_id": "a", "job_id": "b"}']
)
def test_what_is_not_ours_is_refused(body):
    with pytest.raises(UnreadableJobRequestError):
        read_job_request(body)


def test_a_queue_that_is_not_there_is_unavailable(aws_environment):
    with mock_aws(), pytest.raises(UnavailableError):
        SqsJobQueue(f"https://sqs.{REGION}.amazonaws.com/123456789012/nowhere").ask("a", "b")
