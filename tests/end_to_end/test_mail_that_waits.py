"""Mail that is kept back until it may leave, and the link by which a reader gets no more: through the origin, IAM enforced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.deployed_with import deployed_with
from tests.end_to_end.queues import queue_of
from tests.end_to_end.test_doctor import physical

pytestmark = pytest.mark.end_to_end

DOMAIN = "patient.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def sender(cloud: LocalCloud) -> Iterator[Account]:
    account = cloud.account("Patient")
    account.verified_domain(DOMAIN)
    yield account
    cloud.delete_zone(DOMAIN)


def mail(*to: str, **changes):
    recipients = [{"email": each} for each in to]
    return {
        "from": {"email": f"news@{DOMAIN}"},
        "to": recipients,
        "subject": "Hi",
        "text": "Hello",
    } | changes


def sweep(cloud: LocalCloud, moment: datetime) -> int:
    """How many mails a sweep at that moment lets go on."""
    body = {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    queued: int = cloud.call("POST", f"{cloud.control}/run/message_sweep", body).json["queued"]
    return queued


def a_day_passes(cloud: LocalCloud, account: Account) -> None:
    """The domain's warm-up is what two mails a day would have been since yesterday."""
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
    cloud.aws("dynamodb").update_item(
        TableName=physical(cloud, "DomainsTable"),
        Key={"account_id": {"S": account.account_id}, "name": {"S": DOMAIN}},
        UpdateExpression="SET warm_up_day = :yesterday, warm_up_allowance = :two",
        ConditionExpression="attribute_exists(warm_up_day)",
        ExpressionAttributeValues={":yesterday": {"S": yesterday}, ":two": {"N": "2"}},
    )


def test_mail_over_a_new_domains_allowance_waits_for_another_day_and_then_leaves(
    cloud: LocalCloud, sender: Account
) -> None:
    with deployed_with(cloud, "WARM_UP_ALLOWANCE", "1"):
        assert sender.mailersend("POST", "/v1/email", mail("first@waiting.example")).status == 202
        assert sender.mailersend("POST", "/v1/email", mail("second@waiting.example")).status == 202
        impatient = sender.mailersend("POST", "/v1/email", mail("third@waiting.example", wait=False))
        assert (impatient.status, int(impatient.headers["retry-after"]) > 0) == (429, True)
        cloud.wait_for_mail("first@waiting.example")
        now = datetime.now(UTC)
        assert sweep(cloud, now.replace(hour=23, minute=59, second=58)) == 0
        assert cloud.mails_to("second@waiting.example") == []
        (shown,) = sender.mailersend("GET", "/v1/domains").json["data"]
        assert shown["warm_up"]["allowance"] == 1
        a_day_passes(cloud, sender)
    with deployed_with(cloud, "WARM_UP_ALLOWANCE", "1"):  # by workers that don't remember the day before
        assert sweep(cloud, datetime.now(UTC) + timedelta(days=1)) == 1
        cloud.wait_for_mail("second@waiting.example")
        (shown,) = sender.mailersend("GET", "/v1/domains").json["data"]
        assert shown["warm_up"]["allowance"] == 2
    assert len(cloud.mails_to("second@waiting.example")) == 1
    assert cloud.mails_to("third@waiting.example") == []


def test_a_mail_whose_domain_ses_has_forgotten_waits_and_leaves_once_when_it_is_back(
    cloud: LocalCloud, sender: Account
) -> None:
    ses = cloud.aws("sesv2")
    ses.delete_email_identity(EmailIdentity=DOMAIN)
    assert sender.mailersend("POST", "/v1/email", mail("rita@forgotten.example")).status == 202

    def known() -> bool:
        try:
            return bool(ses.get_email_identity(EmailIdentity=DOMAIN)["VerifiedForSendingStatus"])
        except ses.exceptions.NotFoundException:
            return False

    cloud.until(known, bool)
    assert cloud.mails_to("rita@forgotten.example") == []
    assert sender.verify(DOMAIN)["fully_verified"]
    assert sweep(cloud, datetime.now(UTC) + timedelta(minutes=20)) == 1
    cloud.wait_for_mail("rita@forgotten.example")
    assert sweep(cloud, datetime.now(UTC) + timedelta(minutes=40)) == 0
    assert len(cloud.mails_to("rita@forgotten.example")) == 1


def test_mail_waits_while_the_provider_takes_nobodys_and_leaves_once_when_it_does(
    cloud: LocalCloud, sender: Account
) -> None:
    cloud.ses_fault(operation="SendEmail", code="LimitExceededException", times=100)
    try:
        assert sender.mailersend("POST", "/v1/email", mail("rita@tomorrow.example")).status == 202
        cloud.until(lambda: newest(cloud, sender)["status"]["S"], lambda status: status == "waiting")
    finally:
        cloud.ses_fault(clear=True)
    assert cloud.mails_to("rita@tomorrow.example") == []
    assert sweep(cloud, datetime.now(UTC) + timedelta(minutes=20)) == 1
    cloud.wait_for_mail("rita@tomorrow.example")
    assert sweep(cloud, datetime.now(UTC) + timedelta(minutes=40)) == 0
    assert len(cloud.mails_to("rita@tomorrow.example")) == 1


def newest(cloud: LocalCloud, account: Account) -> dict[str, Any]:
    """An account's newest message, as it is stored."""
    found = cloud.aws("dynamodb").query(
        TableName=physical(cloud, "MessagesTable"),
        KeyConditionExpression="account_id = :account",
        ExpressionAttributeValues={":account": {"S": account.account_id}},
        ConsistentRead=True,
    )["Items"]
    return dict(max(found, key=lambda one: one["message_id"]["S"]))


def send_again(cloud: LocalCloud, account: Account, status: str) -> dict[str, Any]:
    """Have an account's newest message, which is through, put back to a status and sent once more, as after a crash."""
    database, table = cloud.aws("dynamodb"), physical(cloud, "MessagesTable")
    item = newest(cloud, account)
    through = item["status"]["S"]
    database.put_item(TableName=table, Item=item | {"status": {"S": status}})
    key = {name: item[name] for name in ("account_id", "message_id")}
    request = {name: value["S"] for name, value in key.items()}
    queue = queue_of(cloud, "MessageQueue")
    cloud.aws("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(request))

    def now() -> dict[str, Any]:
        return database.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]

    return cloud.until(now, lambda shown: shown["status"]["S"] == through)


def test_a_mail_that_broke_off_while_it_left_is_not_sent_twice(cloud: LocalCloud, sender: Account) -> None:
    sent = sender.mailersend("POST", "/v1/email", mail("once@broken-off.example"))
    assert sent.status == 202
    cloud.wait_for_mail("once@broken-off.example")
    path = f"/v1/messages/{sent.headers['x-message-id']}"
    cloud.until(lambda: sender.mailersend("GET", path).text, lambda text: "delivered" in text)

    send_again(cloud, sender, "leaving")

    assert len(cloud.mails_to("once@broken-off.example")) == 1


def test_what_is_noted_of_a_mail_is_noted_once(cloud: LocalCloud, sender: Account) -> None:
    at = int((datetime.now(UTC) + timedelta(minutes=30)).timestamp())
    wanted = mail("noted@suppressed-meanwhile.example", send_at=at)
    sent = sender.mailersend("POST", "/v1/email", wanted)
    assert sent.status == 202, sent.text
    blocked = {"recipients": ["noted@suppressed-meanwhile.example"]}
    assert sender.mailersend("POST", "/v1/suppressions/blocklist", blocked).status == 201
    path = f"/v1/messages/{sent.headers['x-message-id']}"
    assert sweep(cloud, datetime.now(UTC) + timedelta(minutes=31)) >= 1

    def noted() -> int:
        return sender.mailersend("GET", path).text.count('"suppressed"')

    once = cloud.until(noted, bool)

    send_again(cloud, sender, "queued")

    assert noted() == once


def test_a_link_in_the_mail_stops_its_readers_mail_from_that_domain(
    cloud: LocalCloud, sender: Account
) -> None:
    body = mail(
        "ann@leaving.example",
        "ben@leaving.example",
        text="Enough? {$unsubscribe}",
        html='<a href="{{unsubscribe}}">Enough?</a>',
    )
    assert sender.mailersend("POST", "/v1/email", body).status == 202
    links = {}
    for reader in ("ann", "ben"):
        got = cloud.wait_for_mail(f"{reader}@leaving.example")
        (links[reader],) = set(
            re.findall(r"https?://[^\s\"<>]+/unsubscribe/[\w-]+", got["text"] + got["html"])
        )
        assert "List-Unsubscribe=One-Click" in got["raw"]
        assert "{" not in got["html"] + got["text"]
    assert links["ann"] != links["ben"]

    template = {"name": "leave", "subject": "Hi {{ name }}", "text": "{{ name }}: {{ unsubscribe }}"}
    made = sender.mailersend("POST", "/v1/templates", template).json["data"]
    data = [{"email": "cem@leaving.example", "data": {"name": "Cem"}}]
    stored = mail("cem@leaving.example", template_id=made["id"], personalization=data)
    del stored["text"], stored["subject"]
    assert sender.mailersend("POST", "/v1/email", stored).status == 202
    assert re.fullmatch(
        r"Cem: http\S+/unsubscribe/\S+\s*", cloud.wait_for_mail("cem@leaving.example")["text"]
    )

    assert cloud.call("GET", links["ann"]).status == 200
    for _ in range(2):
        assert cloud.send("POST", links["ann"], b"List-Unsubscribe=One-Click", FORM).status == 200
    warned = sender.mailersend("POST", "/v1/email", mail("ann@leaving.example", "ben@leaving.example"))
    assert warned.json["warnings"][0]["recipients"] == [
        {"email": "ann@leaving.example", "name": None, "reasons": ["unsubscribed"]}
    ]
    sender.verified_domain("other.patient.test")
    elsewhere = mail("ann@leaving.example") | {"from": {"email": "news@other.patient.test"}}
    assert sender.mailersend("POST", "/v1/email/explain", elsewhere).json["data"]["can_send"]
    cloud.delete_zone("other.patient.test")


def test_a_stored_template_is_kept_for_a_domain(sender: Account) -> None:
    (domain,) = [
        each for each in sender.mailersend("GET", "/v1/domains").json["data"] if each["name"] == DOMAIN
    ]
    body = {"name": "its own", "subject": "Hi", "text": "Hi", "domain_id": domain["id"]}
    made = sender.mailersend("POST", "/v1/templates", body)
    assert (made.status, made.json["data"]["domain_id"]) == (201, domain["id"])
