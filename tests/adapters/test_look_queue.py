"""The queue of looks against moto's SQS."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from letterhead.adapters.look_queue import DomainLookQueue, UnreadableLookError, from_message, to_message
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.watch import LookRequest, Stretch
from letterhead.identities.watch import IdentityLookRequest
from letterhead.unavailable import UnavailableError
from tests.fakes.mail_provider import SAYS_YES
from tests.fakes.scripted_server import Script, aws_error, scripted_server
from tests.fakes.sending_domains import NOW

EVENTS = Path(__file__).parents[2] / "events"
EVENT = json.loads((EVENTS / "domain_looks.json").read_text())
OF_IDENTITIES = json.loads((EVENTS / "identity_looks.json").read_text())
REQUEST = LookRequest(
    (Stretch("well#001", "a", "b"), Stretch("due#3", "c", "c")),
    {"0domain00domain0": SAYS_YES, "1domain11domain1": None},
)


@pytest.fixture
def sqs(aws_environment):
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def url(sqs):
    return sqs.create_queue(QueueName="looks")["QueueUrl"]


def received(sqs, url) -> list[LookRequest]:
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [from_message(each["Body"])[0] for each in messages]
    return found


def test_what_is_put_there_comes_out_however_much_it_is(sqs, url):
    requests = [LookRequest((Stretch("well#001", str(number), "z"),)) for number in range(23)]
    DomainLookQueue(url).put(requests, None)

    assert sorted(one.stretches[0].first for one in received(sqs, url)) == sorted(map(str, range(23)))


def test_a_request_survives_its_message():
    assert from_message(to_message(REQUEST, None))[0] == REQUEST
    every = {str(check): ProviderStatus(check, ProviderCheck.PENDING) for check in ProviderCheck}
    assert from_message(to_message(LookRequest((), every), None))[0].said == every
    of_identities = IdentityLookRequest(REQUEST.stretches)
    assert from_message(to_message(of_identities, NOW))[0] == of_identities


def test_time_is_in_a_message_only_where_somebody_chose_it():
    assert "time" not in from_message(to_message(REQUEST, None))[1]
    assert from_message(to_message(REQUEST, NOW))[1]["time"] == "2026-06-14T09:00:00+00:00"


def test_a_batch_of_a_hundred_is_one_unit_of_sqs():
    stretches = tuple(Stretch("due#3", f"{'x' * 45}{number}", f"{'y' * 45}{number}") for number in range(100))
    said = {f"0domain00dom{number:04d}": SAYS_YES for number in range(100)}
    assert len(to_message(LookRequest(stretches, said), NOW)) < 64 * 1024


def test_the_example_can_be_read():
    request, _ = from_message(EVENT["Records"][0]["body"])
    assert len(request.stretches) == 2
    assert set(request.said.values()) == {SAYS_YES, None}
    request, _ = from_message(OF_IDENTITIES["Records"][0]["body"])
    assert isinstance(request, IdentityLookRequest)
    assert [stretch.slot for stretch in request.stretches] == ["well#136", "asked"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '{"kind":"domain_looks"}',
        '{"kind":"identity_looks"}',
        '{"kind":"identity_looks","stretches":[["a","b"]]}',
        '{"kind":"other","stretches":[],"said":{}}',
        '{"kind":"domain_looks","stretches":[["a","b"]],"said":{}}',
        '{"kind":"domain_looks","stretches":[],"said":{"a":["success","nonsense",true]}}',
        '{"kind":"domain_looks","stretches":[],"said":{"a":[1]}}',
        '{"kind":"domain_looks","stretches":[],"said":[]}',
    ],
)
def test_what_is_not_ours_is_unreadable(body):
    with pytest.raises(UnreadableLookError):
        from_message(body)


def test_a_delayed_request_appears_later_and_leaves_the_queue_empty_until_then(sqs, url):
    queue = DomainLookQueue(url)
    queue.put_later(REQUEST, timedelta(seconds=59.2), None)

    assert queue.is_empty()
    assert received(sqs, url) == []


def test_no_delay_is_longer_than_sqs_takes(sqs, url):
    DomainLookQueue(url).put_later(REQUEST, timedelta(hours=3), None)
    assert DomainLookQueue(url).is_empty()
    delayed = "ApproximateNumberOfMessagesDelayed"
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[delayed])["Attributes"][delayed] == "1"


def test_what_waits_or_is_under_way_keeps_it_from_being_empty(sqs, url):
    queue = DomainLookQueue(url)
    queue.put([REQUEST], None)
    assert not queue.is_empty()
    sqs.receive_message(QueueUrl=url)
    assert not queue.is_empty()


def test_a_queue_that_does_not_answer_or_takes_a_part_is_unavailable(aws_environment, no_pauses, monkeypatch):
    partial = json.dumps({"Successful": [], "Failed": [{"Id": "0", "SenderFault": False, "Code": "X"}]})
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server.url)
        queue = DomainLookQueue(f"{server.url}/000000000000/looks")
        server.answers = [aws_error("ServiceUnavailable", 503)]
        for act in (
            lambda: queue.put([REQUEST], None),
            lambda: queue.put_later(REQUEST, timedelta(0), None),
            queue.is_empty,
        ):
            with pytest.raises(UnavailableError):
                act()
        server.answers = [Script(body=partial.encode())]
        with pytest.raises(UnavailableError):
            queue.put([REQUEST], None)
