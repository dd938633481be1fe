"""Many domains swept together: all of them looked at, whatever else is on the queue, and nobody demoted while the DNS is down."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from letterhead import identifiers
from letterhead.domains.rhythm import slot_of
from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.queues import settle
from tests.end_to_end.sweeps import sweep

pytestmark = pytest.mark.end_to_end

# Two thousand take a minute and a half: SWEPT_DOMAINS=2000 pytest … -k one_sweep
MANY, FEW = int(os.environ.get("SWEPT_DOMAINS", "200")), 20
STARTS = count(1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class Crowd:
    """Many verified domains of one account, all in one zone: put straight into the table, as copies of one that was verified by
    the API, for registering each would take minutes."""

    def __init__(self, cloud: LocalCloud, account: Account, zone: str) -> None:
        self.cloud = cloud
        self.account = account
        self.zone = zone
        # The stack has one time for all of its sweeps: what was swept by one test isn't due in the next one's.
        self.now = datetime.now(UTC) + 10 * HOUR * next(STARTS)
        self._records: list[str] = []

    def table(self, name: str) -> str:
        return self.cloud.physical[name]

    def queue(self, name: str) -> str:
        return self.cloud.physical[name]

    def waiting(self, name: str) -> int:
        counts = self.cloud.aws("sqs").get_queue_attributes(QueueUrl=self.queue(name), AttributeNames=WAITING)
        return sum(int(counts["Attributes"][one]) for one in WAITING)

    def join(self, count: int) -> None:
        made = self.account.verified_domain(f"d.{self.zone}")
        model = self._items()[0]
        with ThreadPoolExecutor(8) as pool:
            items = list(pool.map(lambda number: self._copy(model, made, number), range(count)))
            puts = [
                [{"PutRequest": {"Item": item}} for item in items[at : at + 25]] for at in range(0, count, 25)
            ]
            table = self.table("DomainsTable")
            answers = pool.map(
                lambda some: self.cloud.aws("dynamodb").batch_write_item(RequestItems={table: some}), puts
            )
            assert not any(answer["UnprocessedItems"] for answer in answers)
        self.cloud.delete_zone(f"d.{self.zone}")
        self._records += [_line(one["name"], one) for one in made["dns_records"]]
        self.answer()
        ses = self.cloud.aws("sesv2")

        def is_verified(item: dict[str, Any]) -> bool:
            return bool(ses.get_email_identity(EmailIdentity=item["name"]["S"])["VerifiedForSendingStatus"])

        with ThreadPoolExecutor(8) as pool:
            self.cloud.until(lambda: list(pool.map(is_verified, items)), all)

    def leave(self) -> None:
        """Be gone, so that no other test's sweeps meet domains whose records are."""
        self.cloud.delete_zone(self.zone)
        dynamodb, table = self.cloud.aws("dynamodb"), self.table("DomainsTable")
        for item in self._items():
            dynamodb.delete_item(TableName=table, Key={key: item[key] for key in ("account_id", "name")})

    def answer(self) -> None:
        """Have the zone's server know the records."""
        self.cloud.set_zone(self.zone, "".join(self._records))

    def fault(self, mode: str) -> None:
        """Have the zone's server treat all the names so."""
        for name in sorted({line.partition(". ")[0] for line in self._records}):
            self.cloud.fault(name, mode)

    def sweep(self, later: timedelta) -> dict[str, Any]:
        """A sweep so much later, and the end of the work that it queued."""
        self.now += later
        swept = sweep(self.cloud, self.now)
        settle(self.cloud, "LookQueue")
        return swept

    def looked_at(self) -> int:
        """How many domains have their look of the last sweep in the history."""
        checks = self._scan("ChecksTable")
        moment = int(self.now.timestamp())
        mine = {item["domain_id"]["S"] for item in self._items()}
        return sum(
            item["domain_id"]["S"] in mine and str(moment) in item["last_at"].get("N", "") for item in checks
        )

    def states(self) -> set[tuple[bool, str, bool]]:
        """What the domains are: free to send, their statuses, told to be in trouble."""
        return {
            (item["can_send"]["BOOL"], item["statuses"]["S"], "troubled_since" in item)
            for item in self._items()
        }

    def due(self) -> int:
        return sum("due_at" in item and "NULL" not in item["due_at"] for item in self._items())

    def events(self) -> list[str]:
        found = self.cloud.aws("dynamodb").query(
            TableName=self.table("OutboxTable"),
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues={":account": {"S": self.account.account_id}},
        )
        return [item["type"]["S"] for item in found["Items"]]

    def _items(self) -> list[dict[str, Any]]:
        pages = (
            self.cloud.aws("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table("DomainsTable"),
                KeyConditionExpression="account_id = :account",
                ExpressionAttributeValues={":account": {"S": self.account.account_id}},
            )
        )
        return [item for page in pages for item in page["Items"] if "domain_id" in item]

    def _scan(self, name: str) -> list[dict[str, Any]]:
        pages = self.cloud.aws("dynamodb").get_paginator("scan").paginate(TableName=self.table(name))
        return [item for page in pages for item in page["Items"]]

    def _copy(self, model: dict[str, Any], made: dict[str, Any], number: int) -> dict[str, Any]:
        """One more domain: as an item, at SES and among the zone's records."""
        name = f"d{number}.{self.zone}"
        ses = self.cloud.aws("sesv2")
        tokens = ses.create_email_identity(EmailIdentity=name)["DkimAttributes"]["Tokens"]
        mail_from = model["mail_from_domain"]["S"].replace(f"d.{self.zone}", name)
        ses.put_email_identity_mail_from_attributes(EmailIdentity=name, MailFromDomain=mail_from)
        hosted = model["signing_hosted_zone"]["S"]
        for token in tokens:
            self._records.append(f"{token}._domainkey.{name}. 60 IN CNAME {token}.{hosted}.\n")
        for record in made["dns_records"]:
            if record["type"] != "CNAME":
                self._records.append(_line(record["name"].replace(f"d.{self.zone}", name), record))
        domain_id = identifiers.new_id(self.now)
        return {
            **{key: value for key, value in model.items() if not key.startswith("last_check")},
            "name": {"S": name},
            "shown_name": {"S": name},
            "domain_id": {"S": domain_id},
            "verification_key": {"S": f"{model['verification_key']['S'].partition('#')[0]}#{domain_id}"},
            "mail_from_domain": {"S": mail_from},
            "dkim_tokens": {"L": [{"S": token} for token in tokens]},
            "watch_slot": {"S": f"well#{slot_of(domain_id):03d}"},
            "watch_key": {"S": domain_id},
        }


def _line(name: str, record: dict[str, Any]) -> str:
    value = f'"{record["value"]}"' if record["type"] == "TXT" else f"{record['value']}."
    return f"{name}. 60 IN {record['type']} {value}\n"


@contextmanager
def impatient(crowd: Crowd) -> Iterator[None]:
    """The queue of looks gives up at once what has failed once."""
    sqs, url = crowd.cloud.aws("sqs"), crowd.queue("LookQueue")
    names = ["VisibilityTimeout", "RedrivePolicy"]
    usual = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    redrive = json.dumps(json.loads(usual["RedrivePolicy"]) | {"maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "2"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=usual)


@pytest.fixture
def crowd(cloud: LocalCloud, account: Account) -> Iterator[Crowd]:
    made = Crowd(cloud, account, f"crowd{account.account_id}.com")
    yield made
    made.leave()


def test_many_are_looked_at_in_one_sweep_behind_a_message_that_nobody_understands(crowd: Crowd) -> None:
    crowd.join(MANY)
    before = crowd.states()
    dead = crowd.waiting("LookDeadLetters")
    with impatient(crowd):
        crowd.cloud.aws("sqs").send_message(QueueUrl=crowd.queue("LookQueue"), MessageBody="nonsense")
        crowd.cloud.until(lambda: crowd.waiting("LookDeadLetters"), lambda count: count == dead + 1)
    swept = crowd.sweep(7 * HOUR)
    assert swept["well"] >= MANY
    assert swept["unasked"] == 0
    assert crowd.looked_at() == MANY + 1
    assert crowd.states() == before
    assert crowd.events() == ["domain.verified"]


def test_two_hours_without_dns_flip_nothing_and_pile_nothing_up(crowd: Crowd) -> None:
    crowd.join(FEW)
    before = crowd.states()
    crowd.fault("servfail")
    crowd.sweep(7 * HOUR)
    assert crowd.looked_at() == crowd.due() == FEW + 1
    for _ in range(2):
        assert crowd.sweep(HOUR)["due"] <= 2 * (FEW + 1)
    assert crowd.states() == before
    crowd.fault("ok")
    crowd.sweep(2 * HOUR)
    assert crowd.due() == 0
    assert crowd.states() == before
    assert crowd.events() == ["domain.verified"]
