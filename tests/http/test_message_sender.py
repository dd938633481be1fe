"""A batch of messages ends before the function does, and one that can't be sent holds no other one."""

from __future__ import annotations

import io
import json
import logging
from types import SimpleNamespace

import pytest
from aws_lambda_powertools import Logger

from letterhead.adapters.message_queue import read_departure
from letterhead.http.message_sender import NEEDED, MessageSender
from letterhead.messages.departure import Departed
from letterhead.unavailable import UnavailableError
from tests.fakes.alarms import matches
from tests.fakes.mail_events import batch_of
from tests.fakes.source_template import resources


class Ahead(list):
    """What was to be read ahead."""

    def prepare(self, keys):
        self.extend(keys)


class Sent(list):
    """What was let go; `errors` are met by messages of these ids."""

    def __init__(self):
        super().__init__()
        self.errors = {}
        self.became = Departed.SENT

    def send(self, request, now):
        if request.message_id in self.errors:
            raise self.errors[request.message_id]
        self.append(request.message_id)
        return self.became


class Sending:
    def __init__(self):
        self.ahead, self.sent, self.log = Ahead(), Sent(), io.StringIO()
        logger = Logger(service="message_sender")
        for handler in logging.getLogger("message_sender").handlers:
            handler.setStream(self.log)
        self.sender = MessageSender(read_departure, self.ahead, self.sent, logger)

    def __call__(self, *bodies, seconds=30):
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000)
        answer = self.sender(batch_of(*bodies), context)
        return [int(each["itemIdentifier"]) for each in answer["batchItemFailures"]]

    @property
    def lines(self):
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture
def sending():
    return Sending()


def request(message_id):
    return {"account_id": "0account00accoun", "message_id": message_id}


@pytest.mark.parametrize(("seconds", "leaves"), [(NEEDED + 1, True), (NEEDED, True), (NEEDED - 1, False)])
def test_a_message_is_begun_only_while_there_is_time_for_it(sending, seconds, leaves):
    assert sending(request("a"), seconds=seconds) == ([] if leaves else [0])
    assert sending.sent == (["a"] if leaves else [])


def test_all_of_a_batch_is_read_ahead_and_sent(sending):
    assert sending(request("a"), request("b")) == []
    assert [key[1] for key in sending.ahead] == sending.sent == ["a", "b"]
    assert [(line["message_id"], line["became"]) for line in sending.lines] == [("a", "sent"), ("b", "sent")]


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"account_id": "0account00accoun"}'])
def test_a_record_that_is_no_request_comes_again_alone(sending, body):
    assert sending(request("a"), body, request("b")) == [1]
    assert sending.sent == ["a", "b"]


@pytest.mark.parametrize(
    ("error", "level"), [(UnavailableError(), "WARNING"), (KeyError("rita@reader.example"), "ERROR")]
)
def test_a_message_that_cannot_be_sent_comes_again_alone_and_says_why(sending, error, level):
    sending.sent.errors = {"b": error}
    assert sending(request("a"), request("b"), request("c")) == [1]
    assert sending.sent == ["a", "c"]
    told = sending.lines[1]
    assert (told["level"], told["message_id"], told["error"]) == (level, "b", type(error).__name__)
    assert "rita" not in sending.log.getvalue()


def test_the_alarm_counts_mail_that_waits_for_the_provider_and_no_other(sending):
    pattern = resources("AWS::Logs::MetricFilter")["ProviderRefusals"]["FilterPattern"]
    for became in Departed:
        sending.sent.became = became
        assert sending(request("a")) == []
        assert matches(pattern, json.dumps(sending.lines[-1])) is (became is Departed.PROVIDER_PAUSED)
