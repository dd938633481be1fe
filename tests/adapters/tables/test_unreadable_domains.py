"""A domain whose item isn't as it was written keeps nobody from the account's others, and can be deleted."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest

from letterhead.adapters.tables.domain_items import DomainItem
from letterhead.adapters.tables.domains import COUNT
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.domains.domain import DomainChangedError
from letterhead.domains.pages import DomainQuery
from letterhead.domains.resumption import Outcome, resume
from letterhead.domains.unreadable import UnreadableDomainError
from tests.adapters.tables.test_readable import ODD_DOMAINS, spoil
from tests.fakes.domain_world import MINE, THEIRS, World
from tests.fakes.sending_domains import NOW

HOUR = timedelta(hours=1)
SECRET = [
    ("registrable", None),
    ("challenge", 7),
    ("shown_name", None),
    ("metadata", "{"),
    ("settings", None),
    ("verification_key", None),
]


@pytest.fixture
def world(domain_table) -> World:
    domain_table._outbox = OutboxTable("OutboxTable")
    return World(store=domain_table)


def odd(world: World, number: int, attribute: str, value: object, name: str = "") -> object:
    """A domain of the account's, spoilt."""
    domain = world.register(name or f"d{number}.odd-{number}.com", MINE, NOW)
    spoil("DomainsTable", {"account_id": MINE, "name": domain.name}, attribute, value)
    return domain


def counts() -> tuple[int, int]:
    item = boto3.resource("dynamodb").Table("DomainsTable").get_item(Key={"account_id": MINE, "name": COUNT})
    return int(item["Item"]["total"]), int(item["Item"].get("verified", 0))


def test_whatever_is_odd_about_one_it_says_so_and_the_others_are_listed(world):
    whole = [world.register(f"whole{number}.com", MINE, NOW) for number in range(3)]
    for number, (attribute, value) in enumerate(ODD_DOMAINS):
        domain = odd(world, number, attribute, value)
        with pytest.raises(UnreadableDomainError) as raised:
            world.store.by_name(MINE, domain.name)
        known = None if attribute == "domain_id" else domain.domain_id
        assert (raised.value.domain_name, raised.value.domain_id) == (domain.name, known)
        if known is not None:
            with pytest.raises(UnreadableDomainError) as raised:
                world.store.by_id(MINE, domain.domain_id)
            assert (raised.value.domain_name, raised.value.domain_id) == (domain.name, known)

    assert {one.name for one in world.store.of_account(MINE)} == {one.name for one in whole}
    for query in (DomainQuery(), DomainQuery(newest_first=False), DomainQuery(verified=False)):
        page = world.store.page(MINE, query)
        assert {one.name for one in page.domains} == {one.name for one in whole}
    assert len(list(world.store.unreadable(MINE))) == len(ODD_DOMAINS) - 1  # one has no id to be found by


def test_every_one_of_them_can_be_deleted_with_its_claim_its_identity_and_its_count(world):
    kept = world.verified("kept.com")
    parts = {"store": world.store, "provider": world.provider, "belongings": world.belongings}
    for number, (attribute, value) in enumerate([*ODD_DOMAINS, *SECRET]):
        domain = odd(world, number, attribute, value)
        leaving = world.store.condemn(MINE, domain.name, NOW + HOUR)
        assert (leaving.domain_id, leaving.registrable) == (domain.domain_id, domain.registrable)
        assert leaving.leaving
        assert world.store.now_by_name(MINE, domain.name) == leaving
        assert counts() == (1, 1)
        # Somebody dies here: the queue, or a sweep, goes on.
        became = resume(MINE, leaving.domain_id, leaving.name, now=NOW + HOUR, **parts)
        assert became is Outcome.DELETED
        assert domain.name not in world.provider.identities
        assert world.store.now_by_name(MINE, domain.name) is None
        assert world.store.view(THEIRS, domain.name, domain.registrable).here.claims == {}

    assert counts() == (1, 1)
    assert world.store.of_account(MINE).__next__().domain_id == kept.domain_id
    assert world.store.condemn(MINE, "never.com", NOW) is None


def test_a_verified_one_was_counted_as_verified(world):
    domain = world.verified("mail.acme.com")
    spoil("DomainsTable", {"account_id": MINE, "name": domain.name}, "ownership", "theirs")
    assert counts() == (1, 1)
    assert world.store.condemn(MINE, domain.name, NOW) is not None
    assert counts() == (0, 0)


def test_one_whose_deletion_had_begun_is_counted_once(world):
    domain = world.register("mail.acme.com", MINE, NOW)
    world.store.save(domain.left(NOW), before=domain)
    spoil("DomainsTable", {"account_id": MINE, "name": domain.name}, "ownership", "theirs")
    assert counts() == (0, 0)
    assert world.store.condemn(MINE, domain.name, NOW) is not None
    assert counts() == (0, 0)


def test_of_two_who_condemn_it_at_the_same_moment_one_is_told_that_it_has_changed(world, monkeypatch):
    domain = odd(world, 0, "ownership", "theirs")
    both = [DomainItem.stored(MINE, domain.name)] * 2
    monkeypatch.setattr(DomainItem, "stored", lambda *_: both.pop())
    assert world.store.condemn(MINE, domain.name, NOW) is not None
    with pytest.raises(DomainChangedError):
        world.store.condemn(MINE, domain.name, NOW)
    assert counts() == (0, 0)


def test_an_item_with_more_than_is_known_here_is_read(world):
    """As after an update that was taken back."""
    domain = odd(world, 0, "colour", "blue")
    assert world.store.by_name(MINE, domain.name) == domain
