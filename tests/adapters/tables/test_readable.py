"""An item that isn't as it was written is passed over and counted; the others of its slot are looked at."""

from __future__ import annotations

import zlib
from datetime import timedelta

import boto3
import pytest

from letterhead import identifiers
from letterhead.adapters.tables.domain_watch import DomainWatchTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_watch import IdentityWatchTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.readable import readable
from letterhead.domains.rhythm import slot_of
from letterhead.domains.unreadable import Unreadable
from letterhead.identities.exact_sending import AddressState
from letterhead.identities.identity import ExactState, FromMode, IdentityDomain
from letterhead.identities.looks import IdentityLooks
from letterhead.identities.sweep import IdentitySweep
from letterhead.identities.watch import IdentityLookRequest, stretches_of
from tests.fakes.deployment import Deployment
from tests.fakes.domain_world import MINE, World
from tests.fakes.looks import InMemoryLedger, InMemoryLooks
from tests.fakes.mail_provider import SAYS_YES
from tests.fakes.sender_identities import ACCOUNT, NOW, identity
from tests.fakes.sending_domains import registered_domain

MINUTE = timedelta(minutes=1)
ODD_DOMAINS = [
    ("registration", "half-way"),
    ("ownership", 7),
    ("statuses", "{"),
    ("statuses", '{"dkim_9": "verified"}'),
    ("created_at", "yesterday"),
    ("findings", zlib.compress(b"[") + b"x"),
    ("findings", b"plain"),
    ("version", "one"),
    ("dkim_tokens", "abc"),
    ("domain_id", None),
    ("can_send", None),
    ("mail_from_domain", None),
]


def spoil(table: str, key: dict, attribute: str, value: object) -> None:
    names = {"#a": attribute}
    if value is None:
        boto3.resource("dynamodb").Table(table).update_item(
            Key=key, UpdateExpression="REMOVE #a", ExpressionAttributeNames=names
        )
    else:
        boto3.resource("dynamodb").Table(table).update_item(
            Key=key,
            UpdateExpression="SET #a = :v",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":v": value},
        )


@pytest.fixture
def deployment(domain_table) -> Deployment:
    domain_table._outbox = OutboxTable("OutboxTable")
    made = Deployment(World(store=domain_table))
    made.watch = DomainWatchTable("DomainsTable")
    made.world.provider.says = SAYS_YES
    return made


def test_an_odd_domain_stops_neither_the_sweep_nor_its_batch(deployment):
    for number in range(len(ODD_DOMAINS) + 3):
        deployment.world.register(f"d{number}.com", MINE, NOW)
    for number, (attribute, value) in enumerate(ODD_DOMAINS):
        spoil("DomainsTable", {"account_id": MINE, "name": f"d{number}.com"}, attribute, value)
    deployment.now = NOW + 5 * MINUTE
    swept = deployment.sweep()
    deployment.work()

    assert (swept.due, swept.unreadable, swept.complete) == (3, len(ODD_DOMAINS), True)
    assert deployment.dead == []
    assert sum(looked.checked for looked in deployment.looked) == 3
    # A batch is read from one end to the other, with whatever lies in between.
    assert sum(looked.unreadable for looked in deployment.looked) <= len(ODD_DOMAINS)


def test_one_that_became_odd_on_its_way_is_passed_over_alone(deployment):
    for number in range(3):
        deployment.world.verified(f"d{number}.com", MINE)
    deployment.sweep()
    spoil("DomainsTable", {"account_id": MINE, "name": "d1.com"}, "registration", "half-way")
    deployment.work()

    assert deployment.dead == []
    assert sum(looked.checked for looked in deployment.looked) == 2
    assert sum(looked.unreadable for looked in deployment.looked) == 1


@pytest.mark.parametrize(
    ("attribute", "value"), [("status", "perhaps"), ("mode", None), ("generation", None), ("created", "soon")]
)
def test_an_odd_identity_stops_neither_the_sweep_nor_its_batch(tables, attribute, value):
    domain = registered_domain("web-agency.com", ACCOUNT, can_send=True)
    store, watch = IdentityTable("IdentitiesTable"), IdentityWatchTable("IdentitiesTable")
    for number in range(3):
        store.add(
            identity(
                f"n{number}@bookshelf.com",
                identity_id=identifiers.new_id(NOW + number * MINUTE),
                domain=IdentityDomain.of(domain),
                from_mode=FromMode.EXACT,
                exact=ExactState.PENDING,
                exact_round=1,
            )
        )
    spoil("IdentitiesTable", {"account_id": ACCOUNT, "email": "n1@bookshelf.com"}, attribute, value)
    queue = InMemoryLooks()
    swept = IdentitySweep(watch, _Nothing(), queue, InMemoryLedger(NOW), lambda: True).run(NOW)

    found = list(watch.asked())
    assert [isinstance(one, Unreadable) for one in found].count(True) == 1
    assert (swept.asked, swept.unreadable, swept.complete) == (2, 1, True)
    request = IdentityLookRequest(tuple(stretches_of([found[0], found[2]])))
    looks = IdentityLooks(watch, store, None, None, _Silent(), identifiers.new_id)
    assert looks.look(request, NOW).unreadable == 1


def test_a_fixed_slot_is_read_past_what_is_odd(deployment):
    domain = deployment.world.verified("d0.com", MINE)
    spoil("DomainsTable", {"account_id": MINE, "name": "d0.com"}, "version", "one")
    assert list(deployment.watch.well(slot_of(domain.domain_id))) == [Unreadable()]


class _Nothing:
    def of_addresses(self, addresses):
        return {}


class _Silent:
    def state(self, address, holder):
        return AddressState.PENDING


def test_a_store_that_breaks_on_every_page_is_not_asked_for_ever():
    class Broken:
        def __iter__(self):
            return self

        def __next__(self):
            raise AttributeError

    with pytest.raises(AttributeError):
        list(readable(Broken(), read=lambda item: item))
