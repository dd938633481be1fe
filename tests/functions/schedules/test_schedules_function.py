"""Scheduled messages from API Gateway's event to its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.messages import MessageItem
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.sending_domains import registered_domain
from tests.fakes.stored_domains import put


@pytest.fixture
def email(tables, load):
    return load("email")


@pytest.fixture
def agency(tables):
    made = Agency()
    domain = registered_domain(
        "web-agency.com",
        made.account.account_id,
        domain_id=identifiers.new_id(datetime.now(UTC)),
        can_send=True,
        statuses=dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED),
    )
    put(made.domains, domain)
    return made


def send(email, token, **changes):
    """The id of a mail that was taken."""
    mail = {
        "from": {"email": "news@web-agency.com"},
        "to": [{"email": "rita@reader.example"}],
        "subject": "Hello",
        "text": "Hi",
    }
    return email.call("POST", "/v1/email", token.text, json=mail | changes).headers["x-message-id"]


@pytest.fixture
def schedules(tables, load):
    return load("schedules")


def test_scheduled_mails_are_listed_shown_and_taken_back(schedules, email, agency):
    token = agency.token(Dialect.MAILERSEND)
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    send_at = int(moment.timestamp())
    ids = [send(email, token, subject=f"Later {number}", send_at=send_at) for number in range(12)]
    send(email, token)

    first = schedules.call("GET", "/v1/message-schedules", token.text, query="limit=10").json
    assert [row["subject"] for row in first["data"]] == [f"Later {number}" for number in range(11, 1, -1)]
    row = first["data"][0]
    assert set(row) == {"message_id", "subject", "send_at", "status", "status_message", "created_at"}
    assert (row["message_id"], row["status"], row["status_message"]) == (ids[11], "scheduled", None)
    assert row["send_at"] == moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    following = first["links"]["next"].partition("?")[2]
    second = schedules.call("GET", "/v1/message-schedules", token.text, query=following).json
    assert [row["message_id"] for row in second["data"]] == [ids[1], ids[0]]
    assert (second["links"]["next"], second["meta"]["total"], second["meta"]["last_page"]) == (None, 12, 2)

    path = f"/v1/message-schedules/{ids[0]}"
    told = schedules.call("GET", path, token.text).json["data"]
    assert (told["domain"]["name"], told["message"]["id"]) == ("web-agency.com", ids[0])
    assert schedules.call("DELETE", path, token.text).status == 204
    assert schedules.call("DELETE", path, token.text).status == 404
    assert schedules.call("GET", path, token.text).status == 404
    kept = schedules.call("GET", "/v1/message-schedules", token.text, query="status=scheduled").json
    assert ids[0] not in [row["message_id"] for row in kept["data"]]
    assert schedules.call("GET", "/v1/message-schedules", token.text, query="status=lost").json["errors"] == {
        "status": ["The selected status is invalid."]
    }


def test_a_mail_that_has_left_is_not_taken_back_and_it_says_so(schedules, email, agency):
    token = agency.token(Dialect.MAILERSEND)
    message_id = send(email, token, send_at=int(datetime.now(UTC).timestamp()) + 3600)
    (kept,) = MessageItem.scan()
    kept.update([MessageItem.status.set("sent")])
    refused = schedules.call("DELETE", f"/v1/message-schedules/{message_id}", token.text)
    assert (refused.status, refused.json["errors"]) == (
        422,
        {"message_id": ["The message can't be cancelled any more."]},
    )
    told = schedules.call("GET", f"/v1/message-schedules/{message_id}", token.text).json["data"]
    assert told["status"] == "sent"
