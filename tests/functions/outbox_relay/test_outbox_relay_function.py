from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from letterhead.adapters.queues import QueueUnavailableError, from_message
from letterhead.identities.confirmation_mailing import MailRequest
from tests.fakes.loaded_function import load

EVENT = json.loads((Path(__file__).parents[3] / "events" / "identities_stream.json").read_text())


def test_a_new_identity_in_the_stream_becomes_a_request_on_the_queue(stack):
    load("outbox_relay").handler(EVENT, None)
    (message,) = boto3.client("sqs").receive_message(QueueUrl=stack)["Messages"]
    assert from_message(message["Body"]) == MailRequest("0kx2m9ab1c3d4e5f", "0kx2m9ab1c3d4e60", 1)
    assert "bookshelf" not in message["Body"]


def test_what_cannot_be_copied_raises_so_that_the_stream_brings_it_again(stack):
    handler = load("outbox_relay").handler
    boto3.client("sqs").delete_queue(QueueUrl=stack)
    with pytest.raises(QueueUnavailableError):
        handler(EVENT, None)


def test_its_one_line_has_no_address(stack, log_of):
    handler = load("outbox_relay").handler
    log = log_of("outbox_relay")
    handler(EVENT, None)
    (line,) = log.getvalue().splitlines()
    assert (json.loads(line)["changes"], json.loads(line)["mails"]) == (1, 1)
    assert "bookshelf" not in line
