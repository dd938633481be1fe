"""Webhooks through the whole local cloud: stream, queues, functions, official verifiers, three simulated days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import trustme

from letterhead import identifiers
from letterhead.tokens.dialect import Dialect
from tests.end_to_end.conftest import CHECKOUT, Account, LocalCloud
from tests.end_to_end.deployed_with import deployed_with
from tests.end_to_end.queues import queue_of, settle
from tests.end_to_end.test_doctor import physical
from tests.end_to_end.test_identities import confirm, create, link_in
from tests.fakes.receiver import Received, Receiver, receiver
from tests.fakes.webhook_verifiers import standard_webhooks, verified

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def sendara_webhook(account: Account, url: str, **more: Any) -> dict[str, Any]:
    answer = account.sendara("POST", "/v1/webhooks", {"endpoint_url": url, **more})
    assert answer.status == 201, answer.text
    return answer.json


def deliveries(account: Account, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = account.sendara("GET", f"/v1/webhooks/{webhook['id']}/deliveries")
    assert answer.status == 200, answer.text
    return answer.json["deliveries"]


def test_receivers_over_tls_verify_a_consent_and_a_mail_in_three_dialects(
    cloud: LocalCloud, account: Account
) -> None:
    domain = account.verified_domain("mail.hooked-one.com")
    cloud.set_zone("hooked-receivers.com", "hooks.hooked-receivers.com. A 127.0.0.1\n")
    names = {
        Dialect.MAILERSEND: ["sender_identity.verified", "activity.sent"],
        Dialect.SENDARA: ["sender_identity.verified", "sent"],
        Dialect.SENDMAILOS: ["sender_identity.verified", "email.sent"],
    }
    with receiver(local_authority(), "hooks.hooked-receivers.com") as program:
        wanted = {
            "url": f"{program.url}/mailersend",
            "name": "consents",
            "events": names[Dialect.MAILERSEND],
            "domain_id": domain["id"],
        }
        url = f"{program.url}/sendmailos"
        body = {"url": url, "events": names[Dialect.SENDMAILOS]}
        made = {
            Dialect.MAILERSEND: account.mailersend("POST", "/v1/webhooks", wanted).json["data"],
            Dialect.SENDARA: sendara_webhook(
                account, f"{program.url}/sendara", event_types=names[Dialect.SENDARA]
            ),
            Dialect.SENDMAILOS: account.sendmailos("POST", "/api/v1/webhooks", body).json["webhook"],
        }
        assert program.received[0].json["type"] == "webhook.test"
        create(account, domain["id"], "jo@hooked-client.com")
        assert confirm(cloud, link_in(cloud, "jo@hooked-client.com")) == 200
        mail = {
            "from": {"email": "a@mail.hooked-one.com"},
            "to": [{"email": "success@simulator.amazonses.com"}],
            "subject": "Hello",
            "text": "Hello",
        }
        sent = account.mailersend("POST", "/v1/email", mail)
        assert sent.status == 202, sent.text

        def told(kind: int, recipient: str) -> dict[Dialect, Received]:
            return {
                dialect: each
                for each in program.received
                for dialect in Dialect
                if each.path.endswith(f"/{dialect}")
                and recipient.encode() in each.body
                and names[dialect][kind] == (each.json.get("event_type") or each.json["type"])
            }

        consents = cloud.until(partial(told, 0, "jo@hooked-client.com"), lambda seen: len(seen) == 3)
        mails = cloud.until(partial(told, 1, "success@simulator.amazonses.com"), lambda seen: len(seen) == 3)
        for dialect in Dialect:
            standard_webhooks(made[dialect], consents[dialect])
            verified(dialect, made[dialect], mails[dialect])
        assert consents[Dialect.MAILERSEND].json["data"]["email"] == "jo@hooked-client.com"
        message_id = mails[Dialect.MAILERSEND].json["data"]["email"]["message"]["id"]
        assert message_id == sent.headers["x-message-id"]
        for got in (consents, mails):
            assert len({each.headers["webhook-id"] for each in got.values()}) == 1


def local_authority() -> trustme.CA:
    """The one that the local cloud's functions trust."""
    return trustme.CA.from_pem(CHECKOUT.authority.read_bytes(), CHECKOUT.authority_key.read_bytes())


def test_three_simulated_days_of_failing_disable_and_nothing_is_lost(
    cloud: LocalCloud, account: Account, program: Receiver
) -> None:
    webhook = sendara_webhook(account, program.url)
    program.answer(500, body=b"not today")
    assert account.sendara("POST", f"/v1/webhooks/{webhook['id']}/test").status == 202
    cloud.until(lambda: len(program.received), lambda count: count == 2)
    now = datetime.now(UTC)
    seen = 2
    for hours in (0.2, 0.7, 2.4, 5.7, 11.2, 15.6, 22.2, 26.6):
        now += timedelta(hours=hours)
        seen += 1
        run_until(cloud, program, now, seen)
    cloud.until(
        lambda: account.sendara("GET", f"/v1/webhooks/{webhook['id']}").json,
        lambda shown: shown["disabled_reason"] == "failing",
    )
    (delivery,) = deliveries(account, webhook)
    assert (delivery["status"], delivery["attempt_count"]) == ("failed", 10)
    assert delivery["attempts"][0]["response"] == "not today"
    assert account.sendara("GET", f"/v1/webhooks/{webhook['id']}").json["undelivered"] == 1
    program.answer()
    account.sendara("PUT", f"/v1/webhooks/{webhook['id']}", {"is_active": True})
    path = f"/v1/webhooks/{webhook['id']}/deliveries/{delivery['id']}/replay"
    assert account.sendara("POST", path).status == 202
    run_until(cloud, program, now + timedelta(hours=1), 11)
    standard_webhooks(webhook, program.last)
    assert len({each.headers["webhook-id"] for each in program.received}) == 1
    # That was taken, so nothing has to wait any more.
    assert account.sendara("POST", f"/v1/webhooks/{webhook['id']}/test").status == 202
    cloud.until(lambda: len(program.received), lambda count: count > 11)


def run_until(cloud: LocalCloud, program: Receiver, now: datetime, count: int) -> None:
    """Sweep at a simulated moment until so many requests have come."""

    def look() -> int:
        answer = cloud.call("POST", f"{cloud.control}/run/webhook_retries", {"time": now.isoformat()})
        assert answer.status == 200, answer.text
        return len(program.received)

    cloud.until(look, lambda seen: seen >= count)
    assert len(program.received) == count


def test_410_disables_which_the_owner_hears_and_a_webhook_of_metadata_is_never_reached(
    cloud: LocalCloud, program: Receiver
) -> None:
    account = cloud.account(owner_email="owner@hooked-gone.com")
    account.verified_domain("mail.hooked-gone.com")
    webhook = sendara_webhook(account, program.url, event_types=["sent"])
    program.answer(410)
    with deployed_with(cloud, "SHARED_SENDER", ""):
        account.sendara("POST", f"/v1/webhooks/{webhook['id']}/test")
        cloud.until(
            lambda: account.sendara("GET", f"/v1/webhooks/{webhook['id']}").json,
            lambda shown: shown["disabled_reason"] == "gone",
        )
        told = cloud.until(
            lambda: [one for one in cloud.mails_to("owner@hooked-gone.com") if "disabled" in one["subject"]],
            bool,
        )[0]
    assert "no-reply@mail.hooked-gone.com" in str(told["from"])
    assert told["subject"] == "A webhook of Web Agency is disabled"
    assert program.url in told["text"]
    for url in ("http://169.254.169.254/latest/", "https://10.0.0.1/", "https://0x7f000001.nip.io:1/#x"):
        assert account.sendara("POST", "/v1/webhooks", {"endpoint_url": url}).status == 400


def test_a_name_that_leads_inside_is_not_connected_to(
    cloud: LocalCloud, account: Account, program: Receiver
) -> None:
    cloud.set_zone(
        "hooked-evil.com",
        "inside.hooked-evil.com. A 169.254.169.254\nmixed.hooked-evil.com. A 127.0.0.1\nmixed.hooked-evil.com. A 10.0.0.1\n",
    )
    for name in ("inside", "mixed"):
        port = program.url.rpartition(":")[2]
        webhook = sendara_webhook(account, f"http://{name}.hooked-evil.com:{port}")
        account.sendara("POST", f"/v1/webhooks/{webhook['id']}/test")
        found = cloud.until(lambda made=webhook: deliveries(account, made), lambda seen: seen[0]["attempts"])
        assert found[0]["attempts"][0]["error"] == "not_allowed"
    assert program.received == []


def webhooks_of(account: Account) -> set[str]:
    return {each["id"] for each in account.sendara("GET", "/v1/webhooks").json["webhooks"]}


def test_webhooks_end_with_the_domain_or_identity_that_they_are_restricted_to(
    cloud: LocalCloud, account: Account, program: Receiver
) -> None:
    domain = account.verified_domain("mail.hooked-two.com")
    identity = create(account, domain["id"], "amy@hooked-two-client.com")
    kept = sendara_webhook(account, program.url)["id"]
    of_domain = sendara_webhook(account, program.url, domain_id=domain["id"])["id"]
    of_identity = sendara_webhook(account, program.url, identity_id=identity["id"])["id"]
    assert account.mailersend("DELETE", f"/v1/identities/{identity['id']}").status == 200
    assert webhooks_of(account) == {kept, of_domain}
    assert of_identity not in webhooks_of(account)

    inner = account.mailersend("GET", "/v1/domains").json["data"][0]["id"]
    cloud.ses_fault(operation="DeleteEmailIdentity", code="TooManyRequestsException", times=2)
    assert account.sendara("DELETE", "/v1/domains/mail.hooked-two.com").status == 503
    assert webhooks_of(account) == {kept}
    table = physical(cloud, "EndpointsTable")
    late = {"account_id": {"S": account.account_id}, "endpoint_id": {"S": "0made0in0between"}}
    cloud.aws("dynamodb").put_item(TableName=table, Item={**late, "domain_id": {"S": inner}})
    look = partial(cloud.aws("dynamodb").get_item, TableName=table, Key=late)
    cloud.until(look, lambda found: "Item" not in found)


def what_was_tested(
    cloud: LocalCloud, account: Account, program: Receiver, status: int
) -> tuple[dict[str, Any], str]:
    """A webhook with one delivery that was answered so, and the webhook's id as it is stored."""
    webhook = sendara_webhook(account, program.url)
    program.answer(status)
    assert account.sendara("POST", f"/v1/webhooks/{webhook['id']}/test").status == 202
    cloud.until(lambda: deliveries(account, webhook)[0]["attempts"], bool)
    stored = identifiers.from_prefixed(identifiers.ENDPOINT_PREFIX, webhook["id"])
    assert stored is not None
    return webhook, stored


def forge(cloud: LocalCloud, endpoint_id: str, copies: int, **changes: dict[str, str]) -> dict[str, Any]:
    """Put changed copies of an endpoint's only delivery beside it, as if they had come before it; answers that one's item."""
    database, table = cloud.aws("dynamodb"), physical(cloud, "DeliveriesTable")
    found = database.query(
        TableName=table,
        KeyConditionExpression="endpoint_id = :endpoint",
        ExpressionAttributeValues={":endpoint": {"S": endpoint_id}},
        ConsistentRead=True,
    )
    (item,) = found["Items"]
    delivery_id = item["delivery_id"]["S"]
    for _ in range(copies):
        delivery_id = identifiers.before(delivery_id)
        database.put_item(TableName=table, Item={**item, **changes, "delivery_id": {"S": delivery_id}})
    return dict(item)


def test_more_deliveries_than_are_taken_at_once_are_replayed_all_the_same(
    cloud: LocalCloud, account: Account, program: Receiver
) -> None:
    webhook, stored = what_was_tested(cloud, account, program, 200)
    forge(cloud, stored, 100, status={"S": "pending"})  # which are on their way already
    before = len(program.received)

    since = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/v1/webhooks/{webhook['id']}/replay"
    assert account.sendara("POST", path, {"since": since}).status == 202
    cloud.until(lambda: len(program.received) - before, lambda count: count == 1)


def test_what_failed_is_replayed_alone_and_the_secret_can_be_read_again(
    cloud: LocalCloud, account: Account, program: Receiver
) -> None:
    webhook, stored = what_was_tested(cloud, account, program, 200)
    forge(cloud, stored, 1, status={"S": "failed"}, undelivered_by={"S": stored})
    before = len(program.received)
    with deployed_with(cloud, "OUTBOUND_PORTS", "443"):  # by workers that have made no secret
        shown = account.sendara("GET", f"/v1/webhooks/{webhook['id']}").json
    assert (shown["signing_secret"], shown["undelivered"]) == (webhook["signing_secret"], 1)

    body = {
        "since": (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "only_failed": True,
    }
    assert account.sendara("POST", f"/v1/webhooks/{webhook['id']}/replay", body).status == 202
    cloud.until(lambda: len(program.received) - before, lambda count: count == 1)
    cloud.until(
        lambda: account.sendara("GET", f"/v1/webhooks/{webhook['id']}").json["undelivered"],
        lambda left: left == 0,
    )


def test_an_event_that_comes_twice_is_delivered_once(
    cloud: LocalCloud, account: Account, program: Receiver
) -> None:
    webhook, stored = what_was_tested(cloud, account, program, 200)
    item = forge(cloud, stored, 0)
    event = {
        "kind": "event",
        "account": account.account_id,
        "event": item["event_id"]["S"],
        "source": item["source"]["S"],
        "type": "sender_identity.verified",
        "domain": None,
        "identity": None,
        "at": datetime.now(UTC).isoformat(),
        "about": None,
    }
    for _ in range(2):
        queue = queue_of(cloud, "WebhookEventQueue")
        cloud.aws("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    cloud.until(lambda: deliveries(account, webhook), lambda found: len(found) == 2)
    settle(cloud, "WebhookEventQueue")
    assert len(deliveries(account, webhook)) == 2


def test_an_owner_is_warned_of_a_webhook_that_often_fails(cloud: LocalCloud, program: Receiver) -> None:
    account = cloud.account(owner_email="owner@hooked-warned.com")
    _, stored = what_was_tested(cloud, account, program, 500)
    item = forge(cloud, stored, 0)
    attempts = json.dumps(json.loads(item["attempts"]["S"]) * 10)
    forge(cloud, stored, 2, attempts={"S": attempts})
    look = {"kind": "look", "account": account.account_id, "endpoint": stored, "gone": False, "time": None}
    queue = queue_of(cloud, "WebhookEventQueue")
    cloud.aws("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(look))
    assert "fail" in cloud.wait_for_mail("owner@hooked-warned.com")["subject"]
