"""Identities looked at again by the sweep and the worker as they are deployed: tables and queues in moto, DNS and SES on
loopback."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from letterhead.adapters.ses_addresses import SesAddresses
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.outbox import OutboxItem
from letterhead.dmarc.results import Policy
from letterhead.identities.exact_sending import Holder
from letterhead.identities.identity import ExactState, FromMode, IdentityDomain, IdentityStatus
from local.ses.identity import Status, Verification
from tests.fakes.aws import REGION
from tests.fakes.outside import ACCOUNT_ID
from tests.fakes.sender_identities import NOW, identity
from tests.fakes.tenant import tenant

EVENTS = Path(__file__).parents[3] / "events"
SCHEDULED = json.loads((EVENTS / "scheduled_sweep.json").read_text())
LOOKS = json.loads((EVENTS / "identity_looks.json").read_text())
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AMY = "Amy@bookshelf.com"


class World:
    """Both functions, the queue between them, and one account's identities."""

    def __init__(self, load, outside) -> None:
        self._sqs = boto3.client("sqs")
        self.url = self._sqs.create_queue(QueueName="LookQueue")["QueueUrl"]
        host, port = outside.dns
        chosen = {
            "ACCOUNT_ID": "000000000000",
            "DNS_RESOLVERS": f"{host}:{port}",
            "LOOK_QUEUE_URL": self.url,
            "COMPLETION_QUEUE_URL": self._sqs.create_queue(QueueName="CompletionQueue")["QueueUrl"],
            "SES_IDENTITIES_ARN": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/",
            "SES_CALLS_PER_SECOND": "1000",
        }
        self.sweeping = load("reverify_sweep", **chosen)
        self.looking = load("reverify", **chosen)
        self.outside = outside
        self.agency = tenant()
        self.store = IdentityTable("IdentitiesTable")

    def add(self, email, **changes):
        one = identity(
            email, account_id=self.agency.account_id, domain=IdentityDomain.of(self.agency.domain), **changes
        )
        self.store.add(one)
        if one.status is IdentityStatus.PENDING:
            self.store.note_mailed(one, mailed_at=NOW, expires_at=NOW + 72 * HOUR)
        else:
            # As the decision leaves it: on the index.
            self.store.replace(one, replace(one, updated_at=NOW + MINUTE, name="Amy"))
        return one

    def kept(self, one):
        return self.store.by_id_now(one.account_id, one.identity_id)

    def sweep(self, at: datetime) -> dict:
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 840_000)
        event = SCHEDULED | {"time": at.isoformat().replace("+00:00", "Z")}
        return self.sweeping.app.handler(event, context)

    def messages(self) -> list[dict]:
        found = []
        while more := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found += more
        return found

    def look(self, messages, times=1) -> list[str]:
        """Have messages looked at, each so many times; answers those that came back."""
        failed = []
        for message in messages * times:
            event = deepcopy(LOOKS)
            event["Records"][0] |= {"messageId": message["MessageId"], "body": message["Body"]}
            failed += [one["itemIdentifier"] for one in self.looking(event)["batchItemFailures"]]
        return failed

    def told(self) -> list[tuple[str, str]]:
        items = OutboxItem.query(self.agency.account_id)
        return sorted((item.event_type, item.identity_id) for item in items if item.identity_id is not None)


@pytest.fixture
def world(tables, load, outside) -> World:
    return World(load, outside)


def test_a_sweep_expires_forecasts_and_follows_each_once_and_by_ids_alone(world):
    late = world.add("late@bookshelf.com")
    known = world.add("known@client.com", seconds=1, status=IdentityStatus.VERIFIED, decided_at=NOW)
    asked = world.add(
        AMY,
        seconds=2,
        status=IdentityStatus.VERIFIED,
        decided_at=NOW,
        from_mode=FromMode.EXACT,
        exact=ExactState.PENDING,
        exact_round=1,
    )
    SesAddresses("letterhead").start(AMY, Holder.of(asked))
    record = {"type": "TXT", "name": "_dmarc.client.com", "value": "v=DMARC1; p=reject"}
    world.outside.publish("client.com", [record])
    world.outside.do(
        lambda: setattr(
            world.outside.identities[AMY],
            "verification",
            Verification(Status.SUCCESS, datetime.now().astimezone()),
        )
    )
    swept = world.sweep(NOW + 73 * HOUR)["identities"]
    assert (swept["daily"], swept["asked"], swept["answered"], swept["complete"]) == (2, 1, 1, True)

    messages = world.messages()
    assert "bookshelf" not in str(messages)
    assert world.look(messages, times=2) == []
    assert world.told() == [
        ("sender_identity.expired", late.identity_id),
        ("sender_identity.verified", asked.identity_id),
    ]
    assert world.kept(asked).usable
    assert world.kept(known).forecast.policy is Policy.REJECT
    assert "bookshelf" not in world.sweeping.log + world.looking.log
    looked = [line for line in world.looking.lines if line["message"] == "looked"]
    assert sum(line.get("expired", 0) for line in looked) == 1

    assert world.sweep(NOW + 73 * HOUR + 15 * MINUTE)["identities"]["asked"] == 0


def test_a_worker_that_dies_between_two_writes_tells_once(world, monkeypatch):
    late = world.add("late@bookshelf.com")
    world.sweep(NOW + 73 * HOUR)
    messages = world.messages()

    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("letterhead.adapters.tables.identities.write_together", die)
        with pytest.raises(KeyboardInterrupt):
            world.look(messages)
    assert world.told() == []
    assert world.look(messages, times=2) == []
    assert world.told() == [("sender_identity.expired", late.identity_id)]
