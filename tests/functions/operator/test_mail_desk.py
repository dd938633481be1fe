"""What the operator does about mail events: looks at stray ones, and lets a paused domain send again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.adapters.tables.outbox import OutboxItem
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.mail_events import batch_of, event_document, sample

NOW = datetime.now(UTC)


class Post:
    """An agency's domain, SES's events about it, and the operator."""

    def __init__(self, load) -> None:
        self.agency = Agency()
        self.account_id = self.agency.account.account_id
        self.domain = self.agency.domain("client.com")
        self.events, self.operator = load("ses_events"), load("operator")

    def tell(self, name: str, number: int, serial: str = "", at: datetime = NOW) -> None:
        tags = {"account": self.account_id, "domain": self.domain.domain_id, "message": "", "identity": ""}
        documents = [
            event_document(
                name, to=[f"a{serial}{each}@x.example"], at=at, serial=f"{serial}-{name}-{each}", tags=tags
            )
            for each in range(number)
        ]
        assert self.events(batch_of(*documents)) == {"batchItemFailures": []}

    def told(self) -> list[tuple[str, str, float]]:
        return [
            (item.event_type, item.data["reason"], item.data.get("rate", 0))
            for item in OutboxItem.query(self.account_id)
            if item.event_type.startswith("domain.")
        ]

    def now(self):
        return self.agency.domains.by_id(self.account_id, self.domain.domain_id)

    def resume(self):
        return self.operator(
            {"action": "resume_sending", "account_id": self.account_id, "domain_id": self.domain.domain_id}
        )


@pytest.fixture
def post(tables, load) -> Post:
    return Post(load)


def test_a_domain_pauses_at_five_percent_of_bounces_and_only_once(post):
    post.tell("delivery", 95)
    post.tell("bounce_permanent", 4)
    assert post.now().sends

    post.tell("bounce_permanent", 3, "more")
    assert not post.now().sends
    assert (post.now().pause_reason, post.now().can_send) == ("bounces", True)
    paused = [each for each in post.told() if each[0] == "domain.sending_paused"]
    assert paused == [("domain.sending_paused", "bounces", 0.05)]


def test_a_warning_comes_before_once_a_day(post):
    post.tell("delivery", 97)
    post.tell("bounce_permanent", 4)

    assert post.now().sends
    assert [each[:2] for each in post.told()] == [("domain.reputation_warning", "bounces")]


def test_complaints_pause_at_three_in_a_thousand(post):
    post.tell("delivery", 320)
    post.tell("complaint", 1)

    assert post.now().pause_reason == "complaints"


def test_little_mail_says_nothing(post):
    post.tell("delivery", 50)
    post.tell("bounce_permanent", 49)

    assert post.now().sends
    assert post.told() == []


def test_what_is_older_than_thirty_days_says_nothing(post):
    post.tell("delivery", 95, at=NOW - timedelta(days=32))
    post.tell("bounce_permanent", 20, at=NOW - timedelta(days=32))

    assert post.now().sends


def test_the_operator_lets_it_send_again_and_the_past_is_forgiven(post):
    post.tell("delivery", 95)
    post.tell("bounce_permanent", 6)
    assert post.resume() == {"account_id": post.account_id, "domain": "client.com", "resumed": True}
    assert post.now().sends
    assert post.told()[-1][:2] == ("domain.sending_resumed", "operator")

    post.tell("bounce_permanent", 1, "after")
    assert post.now().sends
    assert post.resume() == {"error": "sending isn't paused for the domain"}


def test_a_paused_account_sees_why_and_cannot_resume_by_itself(post, load):
    post.tell("delivery", 95)
    post.tell("bounce_permanent", 5)
    domains = load("domains")
    tokens = {dialect: post.agency.token(dialect).text for dialect in Dialect}
    path = f"/v1/domains/{post.domain.domain_id}"

    def shown(dialect, path, *inside):
        found = domains.call("GET", path, tokens[dialect]).json
        for key in inside:
            found = found[key]
        return found["sending_paused"]["reason"]

    assert shown(Dialect.MAILERSEND, path, "data") == "bounces"
    assert shown(Dialect.SENDARA, "/v1/domains/client.com") == "bounces"
    assert shown(Dialect.SENDMAILOS, "/api/v1/domains", "domains", 0) == "bounces"
    for change in ({"send_paused": False}, {"sending_paused": None}, {"paused_at": None}):
        domains.call("PUT", f"{path}/settings", tokens[Dialect.MAILERSEND], json=change)
        domains.call("GET", f"{path}/verify", tokens[Dialect.MAILERSEND])
    assert not post.now().sends
    assert shown(Dialect.MAILERSEND, path, "data") == "bounces"

    post.resume()
    found = domains.call("GET", path, tokens[Dialect.MAILERSEND]).json["data"]
    assert found["sending_paused"] is None


@pytest.mark.parametrize(
    ("domain_id", "error"),
    [
        ("0" * 16, "the account has no such domain"),
        ("!", "domain_id: is no domain's id"),
        (None, "domain_id: The domain id field is required."),
    ],
)
def test_a_domain_that_there_is_not_cannot_be_resumed(post, domain_id, error):
    event = {"action": "resume_sending", "account_id": post.account_id, "domain_id": domain_id}

    assert post.operator(event) == {"error": error}


def test_stray_events_are_listed_by_their_day_whole(post):
    post.events(batch_of(sample("notification_bounce"), sample("delivery") | {"eventType": "New"}))

    listed = post.operator({"action": "list_stray_events"})
    assert sorted(each["reason"] for each in listed["events"]) == ["unattributed", "unknown_event"]
    assert sample("notification_bounce") in [each["document"] for each in listed["events"]]
    assert listed["next"] is None
    assert post.operator({"action": "list_stray_events", "day": "2026-01-01"})["events"] == []
    assert "error" in post.operator({"action": "list_stray_events", "day": "yesterday"})


def test_many_stray_events_come_in_pages(post):
    strangers = [event_document("notification_delivery", serial=f"-{each}") for each in range(120)]
    for start in range(0, 120, 10):
        post.events(batch_of(*strangers[start : start + 10]))

    first = post.operator({"action": "list_stray_events"})
    second = post.operator({"action": "list_stray_events", "after": first["next"]})
    assert len(first["events"]) == 100
    assert len({each["id"] for each in [*first["events"], *second["events"]]}) == 120
