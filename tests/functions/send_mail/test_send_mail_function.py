"""From a message on the queue to a mail at SES (moto's), and what comes back to the queue."""

from __future__ import annotations

import json
from copy import deepcopy
from email import message_from_string
from email.policy import default
from pathlib import Path

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from letterhead.adapters.queues import to_message
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.identities.confirmation_mailing import MailRequest
from letterhead.identities.identity import IdentityDomain, MailFailure
from tests.fakes.aws import REGION
from tests.fakes.loaded_function import load
from tests.fakes.sender_identities import identity
from tests.fakes.tenant import tenant

EVENT = json.loads((Path(__file__).parents[3] / "events" / "outgoing_mail.json").read_text())


@pytest.fixture
def handler(stack):
    return load("send_mail").handler


@pytest.fixture
def agency(stack):
    boto3.client("ses").verify_domain_identity(Domain="web-agency.com")
    return tenant()


def added(agency, email="amy@bookshelf.com", seconds=0, **changes):
    one = identity(
        email,
        seconds=seconds,
        account_id=agency.account_id,
        domain=IdentityDomain.of(agency.domain),
        **changes,
    )
    IdentityTable("IdentitiesTable").add(one)
    return one


def kept(one):
    return IdentityTable("IdentitiesTable").by_id_now(one.account_id, one.identity_id)


def event(*bodies):
    records = []
    for number, body in enumerate(bodies):
        record = deepcopy(EVENT["Records"][0])
        records.append(record | {"messageId": f"message-{number}", "body": body})
    return {"Records": records}


def request(one):
    return to_message(MailRequest(one.account_id, one.identity_id, one.generation))


def sent():
    return [
        message_from_string(mail.raw_data, policy=default)
        for mail in ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    ]


def test_a_request_becomes_a_mail_with_a_link_to_the_public_url(handler, agency):
    one = added(agency)
    assert handler(event(request(one)), None) == {"batchItemFailures": []}
    (mail,) = sent()
    assert mail["From"] == "Web Agency <no-reply@web-agency.com>"
    assert mail["To"] == "amy@bookshelf.com"
    assert "https://confirm.example/confirmations/" in mail.get_body(("plain",)).get_content()
    assert kept(one).mailed


def test_the_same_message_twice_is_one_mail(handler, agency):
    message = request(added(agency))
    handler(event(message, message), None)
    handler(event(message), None)
    assert len(sent()) == 1


def test_a_refused_mail_is_noted_and_taken_off_the_queue(handler, agency):
    boto3.client("ses").delete_identity(Identity="web-agency.com")
    one = added(agency)
    assert handler(event(request(one)), None) == {"batchItemFailures": []}
    assert kept(one).mail_failure is MailFailure.PROVIDER_REFUSED


def test_only_the_messages_that_failed_come_again(handler, agency):
    good = added(agency)
    answer = handler(event("nonsense", request(good)), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert kept(good).mailed


def test_a_batch_without_one_success_comes_again_whole(handler, agency):
    assert handler(event("nonsense"), None) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_a_store_that_does_not_answer_sends_nothing_and_the_message_comes_again(
    handler, agency, dynamodb_faults
):
    one = added(agency)
    dynamodb_faults.break_call(0)
    assert handler(event(request(one)), None) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    dynamodb_faults.mend()
    assert sent() == []
    assert handler(event(request(one)), None) == {"batchItemFailures": []}
    assert len(sent()) == 1


def test_neither_addresses_nor_links_are_logged(handler, agency, log_of):
    log = log_of("send_mail")
    handler(event(request(added(agency)), "nonsense"), None)
    lines = log.getvalue()
    assert "bookshelf" not in lines
    assert "confirm.example" not in lines
    assert "sent" in lines
