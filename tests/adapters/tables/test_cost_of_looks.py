"""What looking at domains again costs in DynamoDB, with the sweep's and the worker's own code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.adapters.tables.checks import CheckTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domain_watch import DomainWatchTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.domains.rhythm import slot_of
from tests.capacity_meter import metered
from tests.fakes.deployment import Deployment
from tests.fakes.domain_world import World
from tests.fakes.mail_provider import SAYS_YES

HOUR = timedelta(hours=1)


@pytest.fixture
def deployment(domain_table) -> Deployment:
    domain_table._outbox = OutboxTable("OutboxTable")
    made = Deployment(World(store=domain_table, history=CheckTable("ChecksTable")))
    made.watch = DomainWatchTable("DomainsTable")
    made.world.provider.says = SAYS_YES
    return made


def test_an_unchanged_look_costs_half_a_read_and_one_write(deployment):
    domains = [deployment.world.verified(f"mail.acme{number}.com") for number in range(30)]
    deployment.ledger.moment = deployment.now
    deployment.now += 6 * HOUR
    with metered(connection().client) as meter:
        assert deployment.sweep().well == 30
        swept = meter.read_units()
        meter.reset()
        deployment.work()

    assert sum(looked.checked for looked in deployment.looked) == 30
    assert meter.write_units() == 30
    assert meter.read_units() <= 30 * 0.5
    # Each slot is read once an interval, whoever is in it, and so is what is due.
    assert swept <= 361 * 0.5 + 8 * 0.5
    assert len({slot_of(domain.domain_id) for domain in domains}) > 1


def test_a_change_with_its_events_costs_a_few_more(deployment):
    domain = deployment.world.verified("mail.acme.com")
    deployment.world.dns.withdraw(domain.records()[-1:])
    deployment.world.check(domain, deployment.now + HOUR)
    with metered(connection().client) as meter:
        checked = deployment.world.check(domain, deployment.now + 2 * HOUR)

    assert [event.type for event in checked.events] == ["domain.record_missing"]
    # The entry, the domain and its two indexes of twice 2 KB, the event, the last three in a transaction.
    assert meter.write_units() <= 24
