"""Identities looked at again by themselves, and with their domain: sweeps by the control port, at times of the test's choosing.

The identities are read by lists, which look at nothing anew.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.conftest import Account, Answer, LocalCloud
from tests.end_to_end.queues import settle
from tests.end_to_end.sweeps import sweep
from tests.end_to_end.test_exact_senders import confirm, create, link_to, policy, shown_by, until

pytestmark = pytest.mark.end_to_end

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Future:
    """One account's identities, and the time that sweeps take for now."""

    def __init__(self, cloud: LocalCloud, account: Account) -> None:
        self.cloud = cloud
        self.account = account
        self.now = datetime.now(UTC)

    def after(self, delta: timedelta) -> dict[str, Any]:
        """A sweep so much later; answers what it did with identities."""
        self.now += delta
        found: dict[str, Any] = sweep(self.cloud, self.now)["identities"]
        settle(self.cloud, "LookQueue")  # what a sweep finds depends on the looks of those before it
        return found

    def listed(self, identity: dict[str, Any]) -> dict[str, Any]:
        found = self.account.mailersend("GET", "/v1/identities").json["data"]
        (one,) = [each for each in found if each["id"] == identity["id"]]
        return dict(one)

    def when(self, identity: dict[str, Any], **expected: Any) -> dict[str, Any]:
        """The identity as soon as the list shows that."""
        seen: dict[str, Any] = self.cloud.until(
            lambda: self.listed(identity),
            lambda one: all(one[key] == value for key, value in expected.items()),
        )
        return seen

    def told(self, identity: dict[str, Any] | None = None) -> list[str]:
        """The events of identities that the account's outbox has."""
        database = self.cloud.aws("dynamodb")
        found = database.query(
            TableName=self.cloud.physical["OutboxTable"],
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues={":account": {"S": self.account.account_id}},
            ConsistentRead=True,
        )["Items"]
        return sorted(item["type"]["S"] for item in found if "identity_id" in item)


@pytest.fixture
def future(cloud: LocalCloud, account: Account) -> Future:
    return Future(cloud, account)


def verified(cloud: LocalCloud, account: Account, domain: dict[str, Any], email: str) -> dict[str, Any]:
    """An identity whose owner has confirmed."""
    identity: dict[str, Any] = create(account, domain, email).json["data"]
    confirm(cloud, email)
    return identity


def send(account: Account, email: str) -> Answer:
    mail = {"from": {"email": email}, "to": [{"email": "reader@readers.com"}], "subject": "Hi", "text": "Hi"}
    return account.mailersend("POST", "/v1/email", mail)


def test_links_that_run_out_forecasts_and_amazons_answers_are_noticed_by_sweeps_alone(
    cloud: LocalCloud, account: Account, future: Future
) -> None:
    domain = account.verified_domain("mail.agency-time.com")
    policy(cloud, "client-time.com", "v=DMARC1; p=none")
    late = create(account, domain, "late@client-time.com").json["data"]
    exact = create(account, domain, "exact@client-time.com", from_mode="exact").json["data"]
    confirm(cloud, "exact@client-time.com")
    until(cloud, shown_by(account, exact), "pending")
    link_to(cloud, "late@client-time.com", "/confirmations/")

    def forecast() -> str:
        return str(future.listed(late)["dmarc"]["policy"])

    assert forecast() == "none"
    policy(cloud, "client-time.com", "v=DMARC1; p=quarantine")
    cloud.send("GET", link_to(cloud, "exact@client-time.com", "/verify-email/"))

    future.after(DAY)
    future.when(exact, is_verified=True, usable=True, exact_status="verified")
    assert future.told() == ["sender_identity.verified"]
    future.when(late, status="pending")
    try:
        cloud.until(forecast, lambda seen: seen == "quarantine", seconds=20)
        ahead = 2 * DAY
    except AssertionError:  # what DNS left unanswered is asked again the day after
        future.after(DAY)
        cloud.until(forecast, lambda seen: seen == "quarantine")
        ahead = DAY

    future.after(ahead + HOUR)
    expected = ["sender_identity.expired", "sender_identity.verified"]
    assert cloud.until(future.told, lambda told: len(told) == 2) == expected
    for _ in range(2):
        future.after(DAY)
    assert cloud.until(future.told, lambda told: len(told) >= 2) == expected


def test_identities_stay_with_a_domain_that_lapses_and_recover_with_it(
    cloud: LocalCloud, account: Account, future: Future
) -> None:
    name = "mail.agency-lapse.com"
    domain = account.verified_domain(name)
    identity = verified(cloud, account, domain, "amy@client-lapse.com")
    future.when(identity, is_verified=True, usable=True)
    assert send(account, "amy@client-lapse.com").status == 202

    cloud.publish(name, [record for record in domain["dns_records"] if record["type"] != "CNAME"])
    future.after(7 * HOUR)
    future.after(11 * MINUTE)
    future.after(25 * HOUR)
    lapsed = future.when(identity, usable=False)
    assert (lapsed["is_verified"], lapsed["status"]) == (True, "verified")
    assert lapsed["unusable_reason"] == "domain_not_verified"
    refused = send(account, "amy@client-lapse.com")
    assert refused.status in {403, 422}, refused.text

    cloud.publish(name, domain["dns_records"])
    # After a day of trouble it is looked at once a day, give or take a tenth.
    future.after(27 * HOUR)
    # What has come back is looked at a second time before anybody is told.
    cloud.until(lambda: account.sendara("GET", f"/v1/domains/{name}").json["can_send"], bool)
    future.after(11 * MINUTE)
    recovered = future.when(identity, usable=True)
    assert recovered["unusable_reason"] is None
    assert send(account, "amy@client-lapse.com").status == 202


def test_who_loses_a_name_to_another_account_cannot_use_its_identities_any_more(
    cloud: LocalCloud, account: Account, other_account: Account, future: Future
) -> None:
    name = "mail.agency-lost.com"
    domain = account.verified_domain(name)
    identity = verified(cloud, account, domain, "amy@client-lost.com")
    future.when(identity, usable=True)

    winner = other_account.domain(name)
    cloud.publish(name, [*domain["dns_records"], winner["ownership_challenge"]])
    cloud.until(lambda: other_account.verify(name), lambda seen: seen["fully_verified"])
    lost = future.when(identity, usable=False)
    assert (lost["is_verified"], lost["unusable_reason"]) == (True, "domain_not_verified")
    assert send(account, "amy@client-lost.com").status in {403, 422}
    assert account.mailersend("POST", f"/v1/identities/{identity['id']}/resend").status == 422
