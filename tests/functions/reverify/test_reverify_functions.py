"""The sweep and the worker as they are deployed: tables and queues in moto, DNS and SES on loopback."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from letterhead import identifiers
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.outbox import OutboxItem
from letterhead.domains.challenge import new_challenge
from letterhead.domains.domain import SendingDomain
from letterhead.domains.ports import Surroundings
from letterhead.domains.records import RecordStatus
from letterhead.domains.registration import Applicant, Deployment, register
from tests.fakes.aws import REGION
from tests.fakes.domain_world import Requests, named
from tests.fakes.outside import ACCOUNT_ID
from tests.fakes.sending_domains import NOW

EVENTS = Path(__file__).parents[3] / "events"
SCHEDULED = json.loads((EVENTS / "scheduled_sweep.json").read_text())
LOOKS = json.loads((EVENTS / "domain_looks.json").read_text())
ACCOUNT = "0account0account"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Reverifying:
    """Both functions, the queue between them, and domains."""

    def __init__(self, load, outside) -> None:
        sqs = boto3.client("sqs")
        self._sqs = sqs
        self.url = sqs.create_queue(QueueName="LookQueue")["QueueUrl"]
        host, port = outside.dns
        chosen = {
            "ACCOUNT_ID": "000000000000",
            "DNS_RESOLVERS": f"{host}:{port}",
            "LOOK_QUEUE_URL": self.url,
            "COMPLETION_QUEUE_URL": sqs.create_queue(QueueName="CompletionQueue")["QueueUrl"],
            "SES_IDENTITIES_ARN": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/",
            "SES_CALLS_PER_SECOND": "1000",
        }
        self.sweeping = load("reverify_sweep", **chosen)
        self.looking = load("reverify", **chosen)
        self.outside = outside
        self.store = DomainTable("DomainsTable", ClaimTable("ClaimsTable"))

    def registered(self, name: str) -> SendingDomain:
        app = self.looking.app
        return register(
            named(name),
            Applicant(ACCOUNT),
            domain_id=identifiers.new_id(NOW),
            challenge=new_challenge(),
            deployment=Deployment(REGION),
            outside=Surroundings(self.store, app.reverification.outside.provider, Requests()),
            now=NOW,
        )

    def sweep(self, at: datetime) -> dict:
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 840_000)
        event = SCHEDULED | {"time": at.isoformat().replace("+00:00", "Z")}
        return self.sweeping.app.handler(event, context)

    def look(self) -> list[str]:
        """Have everything on the queue looked at; answers the messages that came back."""
        failed = []
        while True:
            found = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=1).get("Messages", [])
            if not found:
                return failed
            event = deepcopy(LOOKS)
            event["Records"][0] |= {"messageId": found[0]["MessageId"], "body": found[0]["Body"]}
            failed += [one["itemIdentifier"] for one in self.looking(event)["batchItemFailures"]]

    def kept(self, domain: SendingDomain) -> SendingDomain:
        found = self.store.now_by_name(domain.account_id, domain.name)
        assert found is not None
        return found

    def send(self, body: str) -> None:
        self._sqs.send_message(QueueUrl=self.url, MessageBody=body)


@pytest.fixture
def reverifying(tables, load, outside) -> Reverifying:
    return Reverifying(load, outside)


def told() -> list[str]:
    return sorted(item.event_type for item in OutboxItem.query(ACCOUNT))


def test_a_domain_is_verified_flips_and_is_told_of_by_sweeps_alone(reverifying):
    domain = reverifying.registered("mail.acme.com")
    reverifying.outside.publish("acme.com", domain.records())
    reverifying.sweep(NOW + 15 * MINUTE)
    reverifying.look()
    assert reverifying.kept(domain).can_send
    assert told() == ["domain.verified"]

    reverifying.outside.publish("acme.com", domain.records()[1:])
    swept = reverifying.sweep(NOW + 7 * HOUR)
    assert (swept["well"], swept["complete"]) == (1, True)
    assert reverifying.look() == []
    assert reverifying.kept(domain).dkim_status is RecordStatus.FAILED
    assert told() == ["domain.verified"]

    reverifying.sweep(NOW + 7 * HOUR + 11 * MINUTE)
    reverifying.look()
    assert told() == ["domain.failed", "domain.record_missing", "domain.verified"]
    reverifying.sweep(NOW + 9 * HOUR)
    reverifying.look()
    assert len(told()) == 3


def test_messages_hold_ids_and_no_names(reverifying):
    domain = reverifying.registered("mail.acme.com")
    reverifying.sweep(NOW + 15 * MINUTE)
    (message,) = reverifying._sqs.receive_message(QueueUrl=reverifying.url)["Messages"]

    assert domain.domain_id in message["Body"]
    assert "acme" not in message["Body"]


def test_a_message_that_is_not_ours_comes_back_until_it_is_a_dead_letter(reverifying):
    reverifying.send('{"kind": "nonsense"}')
    assert len(reverifying.look()) == 1


def test_the_clock_counts_where_no_time_was_chosen(reverifying):
    reverifying.registered("mail.acme.com")
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 840_000)
    swept = reverifying.sweeping.app.handler({}, context)
    assert swept["due"] == 1
    reverifying.look()
    (domain,) = reverifying.store.of_account(ACCOUNT)
    assert datetime.now(UTC) - domain.checked_at < MINUTE


def test_the_log_has_counts_and_no_names(reverifying):
    reverifying.registered("mail.acme.com")
    reverifying.sweep(NOW + 15 * MINUTE)
    reverifying.look()
    (swept,) = reverifying.sweeping.lines
    (looked,) = reverifying.looking.lines

    assert (swept["message"], swept["due"]) == ("swept", 1)
    assert (looked["message"], looked["checked"]) == ("looked", 1)
    assert "acme" not in reverifying.sweeping.log + reverifying.looking.log
    assert [line["Verifications"] for line in reverifying.looking.counts if "verdict" in line] == [1]


def test_what_cannot_be_read_is_counted_for_the_alarm(reverifying):
    spoilt, well = (reverifying.registered(name) for name in ("mail.spoilt.com", "mail.well.com"))
    boto3.resource("dynamodb").Table("DomainsTable").update_item(
        Key={"account_id": ACCOUNT, "name": spoilt.name},
        UpdateExpression="SET registration = :odd",
        ExpressionAttributeValues={":odd": "half-way"},
    )

    swept = reverifying.sweep(datetime.now(UTC) + HOUR)

    assert (swept["due"], swept["unreadable"]) == (1, 1)
    (counted,) = (line for line in reverifying.sweeping.counts if "Unreadable" in line)
    assert (counted["what"], counted["Unreadable"]) == ("domain", 1)
    assert spoilt.name not in reverifying.sweeping.log
    assert well.name not in reverifying.sweeping.log
