"""Identities whose domain may not send, and how they recover."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.identities import lapses
from letterhead.identities.forecast import Forecaster
from letterhead.identities.identity import IdentityDomain, IdentityStatus
from letterhead.identities.lapses import LapseRequest, Lapses, Marking
from letterhead.identities.renewal import renewed
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.published_records import PublishedRecords
from tests.fakes.sender_identities import ACCOUNT, FORECAST, NOW, identity
from tests.fakes.sending_domains import registered_domain

DOMAIN = registered_domain("web-agency.com", ACCOUNT, can_send=True)
OTHER = registered_domain("other-agency.com", ACCOUNT, can_send=True, domain_id="0domain000other0")
REQUEST = LapseRequest(ACCOUNT, DOMAIN.domain_id)


class World:
    def __init__(self) -> None:
        self.identities, self.domains = InMemoryIdentities(), InMemoryDomains()
        self.domains.claim(DOMAIN)
        self.lapses = Lapses(self.identities, self.domains)

    def add(self, number: int, domain=DOMAIN):
        one = identity(
            f"n{number}@bookshelf.com",
            seconds=number,
            domain=IdentityDomain.of(domain),
            status=IdentityStatus.VERIFIED,
        )
        self.identities.add(one)
        return one.identity_id

    def usable(self, identity_id: str) -> bool:
        return self.identities.by_id(ACCOUNT, identity_id).usable

    def set(self, **changes) -> None:
        domain = self.domains.by_id(ACCOUNT, DOMAIN.domain_id)
        self.domains.save(replace(domain, **changes), before=domain)

    def mark(self) -> Marking:
        return self.lapses.mark(REQUEST, NOW)


@pytest.fixture
def world():
    return World()


def test_identities_of_a_lapsed_domain_stay_unusable_until_it_recovers(world):
    one, other = world.add(1), world.add(2, OTHER)
    world.set(can_send=False)

    assert world.mark() is Marking.MARKED
    assert (world.usable(one), world.usable(other)) == (False, True)
    assert world.identities.by_id(ACCOUNT, one).is_verified

    world.set(can_send=True)
    assert world.mark() is Marking.MARKED
    assert world.usable(one)


def test_a_request_that_comes_again_finds_nothing_to_do(world):
    world.add(1)
    assert world.mark() is Marking.UNCHANGED
    world.set(can_send=False)
    assert [world.mark(), world.mark()] == [Marking.MARKED, Marking.UNCHANGED]


def test_a_domain_that_is_gone_marks_nothing(world):
    assert world.lapses.mark(LapseRequest(ACCOUNT, "0n0such0d0main00"), NOW) is Marking.OUTDATED


def test_more_than_fit_into_one_go_come_again(world, monkeypatch):
    monkeypatch.setattr(lapses, "MOST_MARKED", 2)
    ids = [world.add(number) for number in range(5)]
    world.set(can_send=False)

    for _ in range(2):
        with pytest.raises(UnavailableError):
            world.mark()
    assert world.mark() is Marking.MARKED
    assert not any(map(world.usable, ids))


def test_a_reader_sees_a_recovered_domains_identity_before_everybody_is_told(world):
    one = world.add(1)
    store, forecast = world.identities, replace(FORECAST, due_at=NOW + timedelta(hours=1))
    store.note_forecast(store.by_id(ACCOUNT, one), forecast)
    world.set(can_send=False)
    world.mark()

    def read():
        return renewed(
            store.by_id(ACCOUNT, one),
            domains=world.domains,
            store=store,
            forecaster=Forecaster(PublishedRecords()),
            now=NOW,
        )

    assert not read().usable
    world.set(can_send=True)
    assert read().usable
    assert world.usable(one)
    assert store.by_id(ACCOUNT, one).forecast == forecast
