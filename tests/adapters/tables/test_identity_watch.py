"""Identities looked at again: sweep and looks over the store in memory and over DynamoDB, and what it costs there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_watch import IdentityWatchTable
from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
from letterhead.adapters.tables.watch_slots import well_slot
from letterhead.dmarc.results import Result
from letterhead.domains.ports import ProviderBusyError
from letterhead.domains.records import DKIM_PURPOSES, MAIL_FROM_PURPOSES, RecordStatus
from letterhead.domains.rhythm import slot_of
from letterhead.identities.decisions import expired_event
from letterhead.identities.exact_sending import AddressState, Holder
from letterhead.identities.forecast import Forecaster
from letterhead.identities.identity import (
    ExactState,
    FromMode,
    IdentityChangedError,
    IdentityDomain,
    IdentityStatus,
)
from letterhead.identities.looks import IdentityLooks, LookedIdentities, UnfinishedLookError
from letterhead.identities.sweep import IdentitySweep
from letterhead.identities.watch import daily_slot
from tests.capacity_meter import metered
from tests.fakes.address_provider import InMemoryAddresses
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.looks import InMemoryLedger, InMemoryLooks
from tests.fakes.published_records import PublishedRecords, dmarc
from tests.fakes.sender_identities import ACCOUNT, NOW, full_identity, identity
from tests.fakes.sending_domains import registered_domain
from tests.fakes.stored_domains import put

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RIGHT = dict.fromkeys((*DKIM_PURPOSES, *MAIL_FROM_PURPOSES), RecordStatus.VERIFIED)
DOMAIN = registered_domain("web-agency.com", ACCOUNT, can_send=True, statuses=RIGHT)
AMY = "Amy@bookshelf.com"
EVENT_ID = "0event00event000"


class Statuses:
    """`AddressStatuses` by the provider in memory; `asked` are the sizes of the calls."""

    def __init__(self, provider: InMemoryAddresses) -> None:
        self._provider = provider
        self.asked: list[int] = []

    def of_addresses(self, addresses):
        if self._provider.busy:
            raise ProviderBusyError
        self.asked.append(len(addresses))
        return {one: self._provider.entries[one][1] for one in addresses if one in self._provider.entries}


class World:
    """One account's identities, and everything that looks at them."""

    def __init__(self, store, watch, domains) -> None:
        self.store, self.watch, self.domains = store, watch, domains
        put(domains, DOMAIN)
        self.dns, self.provider = PublishedRecords(), InMemoryAddresses()
        self.statuses, self.queue = Statuses(self.provider), InMemoryLooks()
        self.ledger = InMemoryLedger()
        self.now = NOW
        self.looks = IdentityLooks(
            watch, store, domains, Forecaster(self.dns), self.provider, identifiers.new_id
        )

    def add(self, email=AMY, mailed=True, domain=DOMAIN, **changes):
        one = identity(
            email,
            domain=IdentityDomain.of(domain),
            forecast=Forecaster(self.dns).forecast(email.rpartition("@")[2], domain, NOW),
            **changes,
        )
        self.store.add(one)
        if mailed:
            self.store.note_mailed(one, mailed_at=NOW, expires_at=NOW + 72 * HOUR)
        return one.identity_id

    def exact(self, email=AMY, state=AddressState.PENDING):
        """An identity whose owner has confirmed to us and got the provider's mail."""
        made = self.add(
            email,
            mailed=False,
            from_mode=FromMode.EXACT,
            status=IdentityStatus.VERIFIED,
            decided_at=NOW,
            exact=ExactState.PENDING,
            exact_round=1,
        )
        one = self.kept(made)
        self.provider.entries[one.email.deliverable] = (Holder.of(one), state)
        return made

    def kept(self, identity_id):
        return self.store.by_id_now(ACCOUNT, identity_id)

    def sweep(self, after=timedelta(0)):
        self.now += after
        self.queue.now = self.now
        sweep = IdentitySweep(self.watch, self.statuses, self.queue, self.ledger, lambda: True)
        return sweep.run(self.now)

    def work(self):
        """Have everything on the queue looked at; answers the sums."""
        sums = LookedIdentities()
        for request in self.queue.take(self.now):
            looked = self.looks.look(request, self.now)
            for name, number in vars(looked).items():
                setattr(sums, name, getattr(sums, name) + number)
        return sums

    def after(self, delta):
        self.sweep(delta)
        return self.work()

    @property
    def told(self):
        if isinstance(self.store, InMemoryIdentities):
            return [(event.type, event.identity_id) for event in self.store.events]
        return [(item.event_type, item.identity_id) for item in OutboxItem.query(ACCOUNT)]


@pytest.fixture
def deployed(tables):
    outbox = OutboxTable("OutboxTable")
    domains = DomainTable("DomainsTable", ClaimTable("ClaimsTable"), outbox)
    return World(IdentityTable("IdentitiesTable", outbox), IdentityWatchTable("IdentitiesTable"), domains)


@pytest.fixture(params=["in memory", "in DynamoDB"])
def either(request):
    """For what a store promises; each sweep of a day reads 360 slots."""
    return request.getfixturevalue("deployed" if request.param == "in DynamoDB" else "world")


@pytest.fixture
def world():
    store = InMemoryIdentities()
    return World(store, store, InMemoryDomains())


# --- expiry -----------------------------------------------------------------------------------------------------------


def test_a_link_that_has_run_out_is_told_of_once(either):
    one = either.add()
    assert either.after(71 * HOUR + 50 * MINUTE).expired == 0
    assert either.after(15 * MINUTE).expired == 1
    assert either.kept(one).status_at(either.now) is IdentityStatus.EXPIRED
    for _ in range(2):
        assert either.after(DAY).expired == 0
    assert either.told == [("sender_identity.expired", one)]


def test_a_request_that_comes_twice_tells_once_and_one_that_got_lost_is_made_up_for(world):
    one = world.add()
    world.sweep(72 * HOUR + 15 * MINUTE)
    lost = world.queue.take(world.now)
    assert [request for request in lost if request.stretches]
    assert world.told == []

    world.sweep(DAY)
    requests = world.queue.take(world.now)
    looks = [world.looks.look(request, world.now).expired for request in (*requests, *requests)]
    assert sum(looks) == 1
    assert world.told == [("sender_identity.expired", one)]


def test_of_two_workers_at_once_one_tells(either):
    either.add()
    either.now += 73 * HOUR
    (stale,) = [one for slot in range(360) for one in either.watch.daily(slot)]
    either.after(timedelta(0))
    with pytest.raises(IdentityChangedError):
        either.store.note_expired(stale.identity, expired_event(stale.identity, EVENT_ID, either.now))
    assert len(either.told) == 1


def test_who_answers_or_is_asked_again_in_time_does_not_expire(world):
    confirmed, resent = world.add("a@bookshelf.com"), world.add("b@bookshelf.com")
    before = world.kept(confirmed)
    world.store.replace(
        before, replace(before, status=IdentityStatus.VERIFIED, decided_at=NOW, updated_at=NOW + MINUTE)
    )
    before = world.kept(resent)
    world.store.replace(before, replace(before, generation=2, updated_at=NOW + MINUTE))
    assert world.after(80 * HOUR).expired == 0

    world.store.note_mailed(world.kept(resent), mailed_at=world.now, expires_at=world.now + 72 * HOUR)
    assert world.after(71 * HOUR).expired == 0
    assert world.after(2 * HOUR).expired == 1
    assert world.told == [("sender_identity.expired", resent)]


def test_a_mail_noted_late_does_not_take_a_decision_back(either):
    one = either.kept(either.exact())
    either.store.note_mailed(
        replace(one, status=IdentityStatus.PENDING, exact=None), mailed_at=NOW, expires_at=NOW
    )
    assert [found.identity.identity_id for found in either.watch.asked()] == [one.identity_id]


@pytest.mark.parametrize(
    ("changes", "slot"),
    [
        ({}, None),
        ({"mailed_generation": 1, "expires_at": NOW}, 136),
        ({"mailed_generation": 1, "expires_at": NOW + 3 * DAY}, 136),
        ({"mailed_generation": 1, "expires_at": NOW - timedelta(microseconds=1)}, 135),
        ({"mailed_generation": 1, "expires_at": NOW, "generation": 2}, None),
        ({"mailed_generation": 1, "expires_at": NOW, "expired_generation": 1}, "domain"),
        ({"status": IdentityStatus.VERIFIED}, "domain"),
        ({"status": IdentityStatus.REFUSED}, None),
    ],
)
def test_each_has_the_slot_at_which_something_may_be_new(changes, slot):
    one = identity(**changes)
    expected = slot_of(one.domain.domain_id) if slot == "domain" else slot
    assert daily_slot(one) == expected


# --- forecasts and marks ----------------------------------------------------------------------------------------------


def test_forecasts_follow_dns_every_day_and_silence_changes_nothing(world):
    one = world.add(status=IdentityStatus.VERIFIED, decided_at=NOW, mailed=False)
    record = dmarc("bookshelf.com", "v=DMARC1; p=reject")
    assert world.after(DAY).unchanged == 1

    world.dns.publish([record])
    assert world.after(DAY).forecasts == 1
    assert world.kept(one).forecast.exact_result is Result.REJECT
    assert not world.kept(one).forecast.is_due(world.now + 23 * HOUR)

    world.dns.silence([record])
    assert world.after(DAY).unchanged == 1
    assert world.kept(one).forecast.exact_result is Result.REJECT
    assert world.kept(one).status is IdentityStatus.VERIFIED

    world.dns.speak()
    world.dns.withdraw([record])
    assert world.after(DAY).forecasts == 1
    assert world.kept(one).forecast.policy is None


def test_those_who_have_not_answered_yet_are_looked_at_as_well(world):
    one = world.add()
    world.dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=reject")])
    assert world.after(DAY).forecasts == 1
    assert world.kept(one).forecast.exact_result is Result.REJECT
    assert world.kept(one).status_at(world.now) is IdentityStatus.PENDING


def test_a_mark_that_got_lost_is_made_up_for(either):
    one = either.add(status=IdentityStatus.VERIFIED, decided_at=NOW, mailed=False)
    domain = either.domains.by_id(ACCOUNT, DOMAIN.domain_id)
    either.domains.save(replace(domain, can_send=False), before=domain)
    assert either.after(DAY).marks == 1
    assert not either.kept(one).usable

    domain = either.domains.by_id(ACCOUNT, DOMAIN.domain_id)
    either.domains.save(replace(domain, can_send=True), before=domain)
    assert either.after(DAY).marks == 1
    assert either.kept(one).usable


def test_everyone_is_looked_at_once_a_day_however_often_the_sweep_runs(world):
    other = registered_domain(
        "other-agency.com", ACCOUNT, can_send=True, statuses=RIGHT, domain_id="0domain000other0"
    )
    put(world.domains, other)
    for number in range(8):
        world.add(
            f"n{number}@bookshelf{number}.com",
            mailed=False,
            seconds=number,
            domain=(DOMAIN, other)[number % 2],
            status=IdentityStatus.VERIFIED,
        )
    world.sweep()
    world.work()
    seen = [world.after(15 * MINUTE).unchanged for _ in range(96)]
    assert sum(seen) == 8
    assert world.sweep(DAY).batches == 1


# --- the provider's own verification ----------------------------------------------------------------------------------


def test_the_provider_is_asked_for_a_hundred_at_once_and_a_new_answer_is_noted_with_its_event(either):
    waiting = [either.exact(f"n{number}@bookshelf.com") for number in range(3)]
    swept = either.sweep(15 * MINUTE)
    assert (swept.asked, swept.answered, either.statuses.asked) == (3, 0, [3])
    assert either.work() == LookedIdentities()

    either.provider.say("n1@bookshelf.com", AddressState.VERIFIED)
    either.provider.say("n2@bookshelf.com", AddressState.EXPIRED)
    assert either.sweep(15 * MINUTE).answered == 2
    assert either.work().answered == 2
    assert [either.kept(one).usable for one in waiting] == [False, True, False]
    assert either.kept(waiting[2]).status_at(either.now) is IdentityStatus.EXPIRED
    told = [("sender_identity.verified", waiting[1]), ("sender_identity.expired", waiting[2])]
    assert sorted(either.told) == sorted(told)
    assert either.sweep(15 * MINUTE).asked == 1


def test_a_provider_that_cannot_be_asked_changes_nothing_and_keeps_nobody_from_expiring(world):
    one, other = world.exact(), world.add("bob@bookshelf.com", seconds=1)
    world.provider.say(AMY, AddressState.VERIFIED)
    world.provider.busy = True
    swept = world.sweep(72 * HOUR + 5 * MINUTE)
    assert (swept.unasked, swept.complete) == (1, True)
    assert world.work().expired == 1
    assert world.kept(one).exact is ExactState.PENDING

    world.provider.busy = False
    world.after(15 * MINUTE)
    assert world.kept(one).usable
    assert world.told == [("sender_identity.expired", other), ("sender_identity.verified", one)]


# --- sweeps that meet, die or run out of time ---------------------------------------------------------------------------


def test_a_sweep_whose_time_is_up_is_gone_on_with(world):
    for number in range(230):
        world.add(f"n{number}@bookshelf.com", mailed=False, status=IdentityStatus.VERIFIED)
    left = iter([True, False])
    sweep = IdentitySweep(world.watch, world.statuses, world.queue, world.ledger, lambda: next(left))
    swept = sweep.run(NOW)
    assert (swept.daily, swept.batches, swept.complete) == (100, 4, False)
    assert world.sweep().daily == 230


def test_two_sweeps_do_not_meet(world):
    world.ledger.begin()
    assert world.sweep().busy


@pytest.mark.parametrize("error", [ProviderBusyError, ZeroDivisionError])
def test_what_cannot_be_looked_at_comes_again_and_keeps_no_other_from_it(world, monkeypatch, error):
    world.add("a@bookshelf.com")
    world.add("b@bookshelf.com", seconds=1)
    write = world.store.note_expired
    failing = {"a@bookshelf.com"}

    def note_expired(one, event):
        if one.email.shown in failing:
            raise error
        write(one, event)

    monkeypatch.setattr(world.store, "note_expired", note_expired)
    world.sweep(73 * HOUR)
    (request,) = world.queue.take(world.now)
    with pytest.raises(UnfinishedLookError):
        world.looks.look(request, world.now)
    assert len(world.told) == 1
    failing.clear()
    world.looks.look(request, world.now)
    assert len(world.told) == 2


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_an_unchanged_identity_costs_no_write_and_less_than_half_a_read(deployed):
    domains = [
        registered_domain(
            f"agency{number}.com",
            ACCOUNT,
            can_send=True,
            statuses=RIGHT,
            domain_id=f"0domain000dom{number:03d}",
        )
        for number in range(10)
    ]
    for domain in domains:
        put(deployed.domains, domain)
    for number in range(30):
        one = full_identity(number)
        made = replace(one, domain=IdentityDomain.of(domains[number % 10]))
        forecast = Forecaster(deployed.dns).forecast(one.email.domain, domains[number % 10], NOW)
        deployed.store.add(replace(made, forecast=forecast))
    deployed.ledger.moment = deployed.now
    with metered(connection().client) as meter:
        assert deployed.sweep(DAY).daily == 30
        swept = meter.read_units()
        assert meter.write_units() == 0
        meter.reset()
        assert deployed.work().unchanged == 30

    assert meter.write_units() == 0
    # A domain is read once for all of its identities; here each has three.
    assert meter.read_units() + swept <= 361 * 0.5 + 30 * 0.5
    assert meter.read_units() <= 30 * 0.5
    assert meter.operations("Scan") == 0


def test_one_more_that_is_asked_costs_a_part_of_a_read(deployed):
    for number in range(10):
        deployed.exact(f"n{number}@bookshelf.com")
    deployed.ledger.moment = deployed.now
    with metered(connection().client) as meter:
        assert deployed.sweep(MINUTE).asked == 10
    assert meter.read_units() <= 2
    assert meter.write_units() == 0


def test_the_slots_in_the_index_are_the_rules(deployed):
    one = deployed.kept(deployed.add(status=IdentityStatus.VERIFIED, mailed=False))
    (found,) = deployed.watch.daily(slot_of(DOMAIN.domain_id))
    assert found.identity == one
    assert found.place.slot == well_slot(slot_of(DOMAIN.domain_id))
    assert found.place.key == f"{DOMAIN.domain_id}#{one.identity_id}"
