"""From a message on the queue to a mail at SES (moto's), and what comes back to the queue."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from email import message_from_string
from email.policy import default
from pathlib import Path

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from letterhead.adapters.queues import to_message
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.identities.confirmation_mailing import MailRequest
from letterhead.identities.exact_sending import VerificationRequest
from letterhead.identities.identity import ExactState, FromMode, IdentityDomain, IdentityStatus, MailFailure
from letterhead.outbox.event import Event, EventType
from letterhead.outbox.owner_notice import NoticeRequest
from letterhead.sandbox.mailing import RecipientMailRequest
from letterhead.sandbox.recipient import Sandbox
from tests.fakes.aws import REGION
from tests.fakes.deciding import decide
from tests.fakes.invited import recipient
from tests.fakes.sender_identities import identity
from tests.fakes.tenant import tenant

EVENT = json.loads((Path(__file__).parents[3] / "events" / "outgoing_mail.json").read_text())
EVENT_ID = "0event00event000"


@pytest.fixture
def function(tables, load):
    boto3.client("secretsmanager").create_secret(Name="LinkKey", SecretString="k" * 64)
    return load(
        "send_mail",
        CONFIRMATIONS_PER_ADDRESS="10",
        LINK_KEY_SECRET="LinkKey",
        PUBLIC_URL="https://confirm.example",
    )


@pytest.fixture
def agency(tables):
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


def test_a_request_becomes_a_mail_with_a_link_to_the_public_url(function, agency):
    one = added(agency)
    assert function(event(request(one))) == {"batchItemFailures": []}
    (mail,) = sent()
    assert mail["From"] == "Web Agency <no-reply@web-agency.com>"
    assert mail["To"] == "amy@bookshelf.com"
    assert "https://confirm.example/confirmations/" in mail.get_body(("plain",)).get_content()
    assert kept(one).mailed


def test_a_refusal_becomes_one_mail_to_the_accounts_owner(function, agency):
    one = added(agency)
    decide(IdentityTable("IdentitiesTable"), one, IdentityStatus.REFUSED, datetime.now(UTC), EVENT_ID)
    message = to_message(NoticeRequest(agency.account_id, EVENT_ID))
    assert function(event(message, message)) == {"batchItemFailures": []}
    function(event(message))
    (mail,) = sent()
    assert (mail["From"], mail["To"]) == ("Letterhead <no-reply@web-agency.com>", "owner@web-agency.com")
    assert "amy@bookshelf.com" in mail["Subject"]
    assert [line["became"] for line in function.lines] == ["sent", "outdated", "outdated"]
    assert "bookshelf" not in function.log


def test_an_exact_identitys_address_is_handed_to_ses_for_its_own_verification(function, agency, outside):
    one = decide(
        IdentityTable("IdentitiesTable"),
        added(agency, from_mode=FromMode.EXACT),
        IdentityStatus.VERIFIED,
        datetime.now(UTC),
    )
    message = to_message(VerificationRequest(one.account_id, one.identity_id, one.exact_round))
    assert function(event(message, message)) == {"batchItemFailures": []}
    assert kept(one).exact is ExactState.PENDING
    assert list(outside.identities) == ["amy@bookshelf.com"]
    assert [line["became"] for line in function.lines] == ["begun", "outdated"]
    assert "bookshelf" not in function.log


def test_the_same_message_twice_is_one_mail(function, agency):
    message = request(added(agency))
    function(event(message, message))
    function(event(message))
    assert len(sent()) == 1


def test_a_refused_mail_is_noted_and_taken_off_the_queue(function, agency):
    boto3.client("ses").delete_identity(Identity="web-agency.com")
    one = added(agency)
    assert function(event(request(one))) == {"batchItemFailures": []}
    assert kept(one).mail_failure is MailFailure.PROVIDER_REFUSED


def test_only_the_messages_that_failed_come_again(function, agency):
    good = added(agency)
    answer = function(event("nonsense", request(good)))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert kept(good).mailed


def test_a_batch_without_one_success_comes_again_whole(function, agency):
    assert function(event("nonsense")) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_a_store_that_does_not_answer_sends_nothing_and_the_message_comes_again(
    function, agency, dynamodb_faults
):
    one = added(agency)
    dynamodb_faults.break_call(0)
    assert function(event(request(one))) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    dynamodb_faults.mend()
    assert sent() == []
    assert function(event(request(one))) == {"batchItemFailures": []}
    assert len(sent()) == 1


def test_neither_addresses_nor_links_are_logged(function, agency):
    function(event(request(added(agency)), "nonsense"))
    assert "bookshelf" not in function.log
    assert "confirm.example" not in function.log
    assert [line["became"] for line in function.lines] == ["sent"]


def test_who_is_to_be_a_test_recipient_is_asked_from_the_shared_sender(agency, tables, load):
    boto3.client("secretsmanager").create_secret(Name="LinkKey", SecretString="k" * 64)
    boto3.client("ses").verify_domain_identity(Domain="operator.example")
    function = load(
        "send_mail",
        CONFIRMATIONS_PER_ADDRESS="10",
        LINK_KEY_SECRET="LinkKey",
        PUBLIC_URL="https://confirm.example",
        SHARED_SENDER="hello@operator.example",
    )
    one, empty = recipient(account_id=agency.account_id), Sandbox(agency.account_id)
    SandboxTable("SandboxTable").change(empty, empty.with_new(one))
    body = to_message(RecipientMailRequest(agency.account_id, one.recipient_id, 1))
    assert function(event(body, body)) == {"batchItemFailures": []}
    (mail,) = sent()
    assert (mail["From"], mail["To"]) == ("Letterhead <hello@operator.example>", "rory@bookshelf.com")
    assert "https://confirm.example/test-recipients/" in mail.get_body(("plain",)).get_content()
    (kept_one,) = SandboxTable("SandboxTable").of_account_now(agency.account_id).recipients
    assert kept_one.mailed
    assert "bookshelf" not in function.log


@pytest.mark.parametrize("kind", [EventType.WEBHOOK_FAILING, EventType.WEBHOOK_DISABLED])
@pytest.mark.parametrize(
    ("shared", "verified", "sender"),
    [
        ("hello@operator.example", True, "hello@operator.example"),
        ("hello@operator.example", False, "hello@operator.example"),
        ("", True, "no-reply@web-agency.com"),
        ("", False, None),
    ],
)
def test_the_owner_hears_of_a_webhook_that_belongs_to_no_domain(tables, load, kind, shared, verified, sender):
    boto3.client("secretsmanager").create_secret(Name="LinkKey", SecretString="k" * 64)
    for domain in ("operator.example", "web-agency.com"):
        boto3.client("ses").verify_domain_identity(Domain=domain)
    owner = tenant(verified=verified)
    data = {"webhook_id": EVENT_ID, "url": "https://hooks.acme.com/in"}
    if kind is EventType.WEBHOOK_DISABLED:
        data |= {"reason": "failing", "since": "2026-06-14T09:00:00Z"}
    OutboxTable("OutboxTable").append_once(
        Event(EVENT_ID, kind, owner.account_id, None, datetime.now(UTC), data=data)
    )
    function = load(
        "send_mail",
        CONFIRMATIONS_PER_ADDRESS="10",
        LINK_KEY_SECRET="LinkKey",
        PUBLIC_URL="https://confirm.example",
        SHARED_SENDER=shared,
    )
    message = to_message(NoticeRequest(owner.account_id, EVENT_ID))
    assert function(event(message, message)) == {"batchItemFailures": []}
    told = [(mail["From"], mail["To"], "hooks.acme.com" in mail.as_string()) for mail in sent()]
    assert told == ([(f"Letterhead <{sender}>", "owner@web-agency.com", True)] if sender else [])
