"""Domains looked at again by themselves: sweeps by the control port, at times of the test's choosing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.queues import queue_of
from tests.end_to_end.sweeps import sweep

pytestmark = pytest.mark.end_to_end

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Future:
    """One account's domains, and the time that sweeps take for now."""

    def __init__(self, cloud: LocalCloud, account: Account) -> None:
        self.cloud = cloud
        self.account = account
        self.now = datetime.now(UTC)

    def after(self, delta: timedelta) -> dict[str, Any]:
        """A sweep so much later, and the end of the work that it queued."""
        self.now += delta
        return sweep(self.cloud, self.now)

    def shown(self, name: str) -> dict[str, Any]:
        return self.account.sendara("GET", f"/v1/domains/{name}").json

    def when(self, name: str, **expected: Any) -> dict[str, Any]:
        """The domain as soon as it shows that."""
        return self.cloud.until(
            lambda: self.shown(name), lambda seen: all(seen[key] == value for key, value in expected.items())
        )

    def looked_at(self, name: str) -> dict[str, Any]:
        """The domain once it was looked at in the present of the last sweep."""
        written = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        return self.when(name, checked_at=written)

    def events(self) -> list[tuple[str, str]]:
        """What has been told of the account's domains: types and names, in the order of their moments."""
        database = self.cloud.aws("dynamodb")
        found = database.query(
            TableName=self.cloud.physical["OutboxTable"],
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues={":account": {"S": self.account.account_id}},
            ConsistentRead=True,
        )["Items"]
        found.sort(key=lambda item: (int(item["occurred_at"]["N"]), item["type"]["S"]))
        return [(item["type"]["S"], json.loads(item["data"]["S"])["name"]) for item in found]


@pytest.fixture
def future(cloud: LocalCloud, account: Account) -> Future:
    return Future(cloud, account)


def test_a_record_that_is_removed_flips_the_domain_and_is_told_of_once_after_a_second_look(
    cloud: LocalCloud, account: Account, future: Future
) -> None:
    name = "mail.again-one.com"
    made = account.verified_domain(name)
    assert future.shown(name)["next_check_at"] > future.shown(name)["checked_at"]
    assert future.events() == [("domain.verified", name)]
    records = made["dns_records"]
    cloud.publish(name, records[1:])

    future.after(7 * HOUR)
    flipped = future.looked_at(name)
    assert (flipped["dkim_status"], flipped["fully_verified"], flipped["can_send"]) == ("failed", False, True)
    assert len(future.events()) == 1

    future.after(11 * MINUTE)
    future.looked_at(name)
    told = [("domain.verified", name), ("domain.failed", name), ("domain.record_missing", name)]
    assert future.events() == told
    for _ in range(3):
        future.after(70 * MINUTE)
        future.looked_at(name)
    assert future.events() == told

    cloud.publish(name, records)
    future.after(70 * MINUTE)
    assert future.looked_at(name)["fully_verified"]
    future.after(11 * MINUTE)
    future.looked_at(name)
    assert sorted(future.events()[3:]) == [("domain.record_restored", name), ("domain.verified", name)]


def test_the_owner_gets_one_mail_for_a_change_and_it_says_what_to_do(
    cloud: LocalCloud, account: Account, future: Future
) -> None:
    name = "mail.again-two.com"
    made = account.verified_domain(name)
    cloud.publish(name, made["dns_records"][:-1])
    future.after(7 * HOUR)
    future.looked_at(name)
    future.after(11 * MINUTE)
    future.looked_at(name)

    def about_dmarc() -> list[dict[str, Any]]:
        mails = cloud.call("GET", f"{cloud.control}/mailbox").json
        return [mail for mail in mails if mail["subject"] == f"DNS records of {name} are gone"]

    (mail,) = cloud.until(about_dmarc, lambda mails: len(mails) == 1)
    assert mail["from"].endswith("no-reply@shared.letterhead.example>")
    assert f"TXT _dmarc.{name}" in mail["text"]
    assert "v=DMARC1" in mail["text"]


def test_silence_changes_nothing_and_is_asked_again_sooner(
    cloud: LocalCloud, account: Account, future: Future
) -> None:
    name = "mail.again-three.com"
    made = account.verified_domain(name)
    for record in made["dns_records"]:
        cloud.fault(record["name"], "drop")
    future.after(7 * HOUR)
    seen = future.looked_at(name)
    assert (seen["fully_verified"], seen["can_send"]) == (True, True)
    for record in made["dns_records"]:
        cloud.fault(record["name"], "ok")
    future.after(16 * MINUTE)
    future.looked_at(name)
    assert future.events() == [("domain.verified", name)]


def test_a_pending_domain_becomes_verified_without_being_asked(
    cloud: LocalCloud, account: Account, future: Future
) -> None:
    made = account.domain("mail.again-four.com")
    cloud.publish("mail.again-four.com", made["dns_records"])
    future.after(15 * MINUTE)
    assert future.when("mail.again-four.com", fully_verified=True)["can_send"]
    listed = account.sendmailos("GET", "/api/v1/domains").json["domains"]
    assert [domain["status"] for domain in listed] == ["verified"]
    assert listed[0]["next_check_at"]


def test_whoever_is_due_before_the_next_sweep_is_asked_for_with_a_delay(
    cloud: LocalCloud, account: Account, future: Future
) -> None:
    """By registration, and by a look that leaves it pending (`docs/operate.md`: a sweep comes every quarter of an hour)."""
    sqs = cloud.aws("sqs")
    queue = queue_of(cloud, "LookQueue")
    name, delayed = "mail.again-nine.com", "ApproximateNumberOfMessagesDelayed"

    def waiting() -> int:
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[delayed])["Attributes"]
        return int(found[delayed])

    sqs.purge_queue(QueueUrl=queue)
    account.domain(name)
    assert waiting() == 1
    future.after(2 * MINUTE)
    future.looked_at(name)
    cloud.until(waiting, lambda count: count == 2)


def test_who_loses_a_name_is_told(
    cloud: LocalCloud, account: Account, other_account: Account, future: Future
) -> None:
    name = "mail.again-five.com"
    records = account.verified_domain(name)["dns_records"]
    challenge = other_account.domain(name)["ownership_challenge"]
    cloud.publish(name, [*records, challenge])

    def after_a_while() -> dict[str, Any]:
        future.after(31 * MINUTE)
        return other_account.sendara("GET", f"/v1/domains/{name}").json

    # A proof takes every server's answer within two seconds, which a busy machine may not give at once.
    cloud.until(after_a_while, lambda seen: seen["can_send"])
    assert future.events() == [("domain.verified", name), ("domain.ownership_lost", name)]


def test_ses_out_of_order_changes_nothing(cloud: LocalCloud, account: Account, future: Future) -> None:
    name = "mail.again-six.com"
    account.verified_domain(name)
    cloud.ses_fault(throttle_seconds=60)
    try:
        swept = future.after(7 * HOUR)
        assert swept["unasked"] >= 1
        seen = future.looked_at(name)
    finally:
        cloud.ses_fault(clear=True)
    assert (seen["fully_verified"], seen["can_send"]) == (True, True)
    assert future.events() == [("domain.verified", name)]


def test_many_changes_within_an_hour_are_told_in_one_mail(cloud: LocalCloud) -> None:
    account = cloud.account("Many Agency", "owner@again-many.com")
    names = [f"mail{number}.again-many.com" for number in range(5)]
    for name in names:
        account.verified_domain(name)

    def told_of() -> list[int]:
        mails = cloud.mails_to("owner@again-many.com")
        return sorted(sum(name in mail["text"] + mail["subject"] for name in names) for mail in mails)

    told = cloud.until(told_of, lambda each: sum(each) == len(names))
    assert told[-1] >= 2
