"""Looking at what is due: batches, what comes again, and what happens when a worker dies."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from letterhead.adapters.tables.connection import StoreUnavailableError
from letterhead.domains.domain import Registration
from letterhead.domains.ports import ProviderBusyError
from letterhead.domains.records import RecordPurpose, RecordStatus
from tests.fakes.deployment import Deployment, DiedError, PoisonError
from tests.fakes.domain_world import MINE, THEIRS
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import HAS_GIVEN_UP, SAYS_YES
from tests.fakes.sending_domains import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAME = "mail.acme.com"


@pytest.fixture
def deployment() -> Deployment:
    made = Deployment()
    made.world.provider.says = SAYS_YES
    return made


def with_domains(deployment: Deployment, count: int) -> list[str]:
    names = [f"d{number}.com" for number in range(count)]
    for name in names:
        deployment.world.verified(name, MINE)
    deployment.world.store.events.clear()
    return names


def types(deployment: Deployment, name: str | None = None) -> list[str]:
    return [kind for kind, _ in deployment.events(name)]


def test_a_registered_domain_becomes_verified_by_itself_within_minutes(deployment):
    domain = deployment.register(NAME)
    deployment.run(NOW + 3 * MINUTE)
    deployment.world.dns.publish(domain.records())
    deployment.run(NOW + 6 * MINUTE)

    assert deployment.kept(NAME).is_verified
    assert types(deployment) == ["domain.verified"]


def test_a_pending_domain_is_looked_at_at_1_2_5_10_20_and_30_minutes(deployment):
    domain = deployment.register(NAME)
    deployment.run(NOW + 31 * MINUTE)

    (entry,) = deployment.world.history.kept.values()
    # The queue's delay brings each look to the second; the sweeps between them find nothing else to do.
    assert entry.checks == 6
    assert entry.last_at == NOW + 30 * MINUTE
    assert deployment.kept(NAME).domain_id == domain.domain_id


def test_the_flip_the_second_look_and_the_event(deployment):
    (name,) = with_domains(deployment, 1)
    deployment.run(NOW + HOUR)
    domain = deployment.kept(name)
    deployment.world.dns.withdraw(domain.records())
    deployment.run(NOW + 8 * HOUR)

    assert types(deployment) == ["domain.record_missing", "domain.failed"]
    flipped = deployment.kept(name)
    assert flipped.dkim_status is RecordStatus.FAILED
    assert flipped.can_send  # the grace
    told_at = deployment.events()[0][1]
    assert told_at - flipped.troubled_since == 10 * MINUTE

    deployment.run(NOW + 3 * DAY)
    assert types(deployment) == ["domain.record_missing", "domain.failed", "domain.sending_stopped"]
    deployment.world.dns.publish(domain.records())
    deployment.run(NOW + 5 * DAY)
    assert types(deployment)[3:] == ["domain.record_restored", "domain.verified"]
    assert deployment.kept(name).can_send
    assert deployment.kept(name).due_at is None


def test_a_pending_domain_is_never_deleted_by_a_timer(deployment):
    deployment.register(NAME)
    deployment.run(NOW + 40 * DAY)
    assert deployment.kept(NAME).due_at - deployment.now <= 27 * HOUR


def test_an_interrupted_registration_is_completed(deployment):
    provider = deployment.world.provider
    deployment.world.provider = Breakage(0, ProviderBusyError()).breaking(provider)
    with pytest.raises(ProviderBusyError):
        deployment.register(NAME)
    deployment.world.provider = provider
    deployment.run(NOW + 20 * MINUTE)

    assert deployment.kept(NAME).registration is Registration.COMPLETE


def test_a_registration_that_the_provider_keeps_waiting_goes_on_when_it_is_due_again(deployment):
    provider = deployment.world.provider
    breaking = Breakage(0, ProviderBusyError()).breaking(provider)
    deployment.world.provider = breaking
    with pytest.raises(ProviderBusyError):
        deployment.register(NAME)

    class Busy:
        def __getattr__(self, name):
            def refuse(*_, **__):
                raise ProviderBusyError

            return refuse

    deployment.world.provider = Busy()
    deployment.run(NOW + HOUR)
    assert sum(looked.postponed for looked in deployment.looked) > 2
    assert deployment.dead == []
    assert deployment.kept(NAME).due_at > deployment.now


def test_a_deletion_that_stopped_half_way_is_asked_to_go_on(deployment):
    (name,) = with_domains(deployment, 1)
    deployment.world.provider.busy = True
    with pytest.raises(ProviderBusyError):
        deployment.world.delete(deployment.kept(name))
    deployment.world.requests.asked.clear()
    deployment.run(NOW + 3 * HOUR)

    assert 2 <= len(deployment.world.requests.asked) <= 5


def test_a_name_that_is_proven_between_two_looks_is_nothing_to_stumble_over(deployment):
    theirs = deployment.world.verified(NAME, THEIRS)
    mine = deployment.register(NAME, MINE)
    deployment.world.challenges.publish(deployment.world.kept(mine))
    deployment.run(NOW + 10 * MINUTE)

    assert deployment.world.kept(mine).held
    assert not deployment.world.kept(theirs).can_send
    assert types(deployment)[1:] == ["domain.ownership_lost", "domain.verified"]


def test_a_message_that_comes_twice_changes_nothing_and_tells_nothing_twice(deployment):
    names = with_domains(deployment, 30)
    deployment.times_delivered = lambda: 2
    deployment.run(NOW + HOUR)
    for name in names[:10]:
        deployment.world.dns.withdraw(deployment.kept(name).records())
    deployment.run(NOW + 2 * DAY)

    assert all(types(deployment, name).count("domain.record_missing") == 1 for name in names[:10])
    assert all(types(deployment, name) == [] for name in names[10:])


def test_the_provider_that_has_been_asked_about_all_is_not_asked_one_by_one(deployment):
    with_domains(deployment, 30)
    counted = Breakage(10**9, DiedError())
    deployment.world.provider = counted.breaking(deployment.world.provider)
    deployment.run(NOW + 12 * HOUR)

    assert sum(looked.checked for looked in deployment.looked) >= 60
    assert counted.calls.count("find") == 0


def test_a_provider_that_could_not_be_asked_changes_nothing(deployment):
    names = with_domains(deployment, 20)
    before = [deployment.kept(name) for name in names]
    deployment.statuses.busy = True
    deployment.run(NOW + 2 * DAY)

    assert [deployment.kept(name) for name in names] == before
    assert len(deployment.world.history.kept) == 20


class Poisoned:
    """A DNS about which one name is a thing that nobody foresaw."""

    def __init__(self, dns, name: str) -> None:
        self._dns = dns
        self._name = name

    def conversation(self, *, seconds):
        poisoned = self

        class Conversation:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                return None

            def ask(self, inquiry):
                if any(poisoned._name in question.name for question in inquiry.zone):
                    raise PoisonError
                return poisoned._dns.ask(inquiry)

        return Conversation()


def test_a_poisoned_domain_ends_among_the_dead_letters_and_stops_nobody_else(deployment):
    with_domains(deployment, 30)
    deployment.world.dns = Poisoned(deployment.world.dns, "d7.com")
    deployment.run(NOW + 6 * HOUR + 30 * MINUTE)

    assert len(deployment.dead) >= 1
    for request in deployment.dead:
        (stretch,) = request.stretches
        assert [one.domain.name for one in deployment.world.store.within(stretch)] == ["d7.com"]
    looked_at = {entry.domain_id: entry.last_at for entry in deployment.world.history.kept.values()}
    late = [at for domain_id, at in looked_at.items() if at < NOW + 30 * MINUTE]
    assert len(late) == 1


def test_dns_down_for_two_hours_flips_nothing_and_is_caught_up_with_smoothly(deployment):
    names = with_domains(deployment, 100)
    deployment.run(NOW + HOUR)
    everything = [record for name in names for record in deployment.kept(name).records()]
    deployment.plan(NOW + 8 * HOUR, lambda: deployment.world.dns.silence(everything))
    deployment.plan(NOW + 10 * HOUR, deployment.world.dns.speak)
    before = len(deployment.looked)
    deployment.run(NOW + 20 * HOUR)

    assert types(deployment) == []
    assert all(deployment.kept(name).is_verified and deployment.kept(name).can_send for name in names)
    # Twelve hours of four looks a day each, and a few more for those that were silent.
    assert sum(looked.checked for looked in deployment.looked[before:]) < 100 * 20 / 6 * 2
    deployment.run(NOW + 22 * HOUR)
    assert all(deployment.kept(name).due_at is None for name in names)
    busiest = max(swept.due + swept.well for swept in deployment.swept[40:])
    assert busiest <= 25


class BreakingDns:
    """A DNS whose conversations count their questions, and break at one of them."""

    def __init__(self, dns, breakage: Breakage) -> None:
        self._dns = dns
        self._breakage = breakage

    @contextmanager
    def conversation(self, *, seconds):
        with self._dns.conversation(seconds=seconds) as conversation:
            yield self._breakage.breaking(conversation)


class BreakingWatch:
    """A watch whose workers' readings count, and break at one of them; the sweeps' do not."""

    def __init__(self, watch, breakage: Breakage) -> None:
        self.due, self.well = watch.due, watch.well
        self.within = breakage.breaking(watch).within


def broken(deployment: Deployment, breakage: Breakage) -> None:
    """Have a call that a worker makes break: to the tables, to the queue, to SES, to the DNS, for whatever."""
    world = deployment.world
    for name in ("store", "history", "provider", "challenges", "requests"):
        setattr(world, name, breakage.breaking(getattr(world, name)))
    world.dns = BreakingDns(world.dns, breakage)
    deployment.watch = BreakingWatch(deployment.watch, breakage)


def whole_or_broken(deployment: Deployment, until: datetime, breakage: Breakage | None) -> None:
    """Let time pass, with one call of the workers broken."""
    world, watch = replace(deployment.world), deployment.watch
    if breakage is not None:
        broken(deployment, breakage)
    deployment.run(until)
    deployment.world, deployment.watch = world, watch


def removed_and_restored(deployment: Deployment, breakage: Breakage | None = None) -> list[str]:
    """What is told of records that go and come back."""
    (name,) = with_domains(deployment, 1)
    domain = deployment.kept(name)
    dns = deployment.world.dns
    dmarc = [record for record in domain.records() if record.purpose is RecordPurpose.DMARC]
    deployment.plan(NOW + HOUR, lambda: dns.withdraw([*dmarc, domain.records()[0]]))
    deployment.plan(NOW + 8 * HOUR, lambda: dns.publish(domain.records()))
    whole_or_broken(deployment, NOW + 12 * HOUR, breakage)
    assert deployment.kept(name).fully_verified
    assert deployment.kept(name).due_at is None
    return types(deployment)


def registered_and_given_up_on(deployment: Deployment, breakage: Breakage | None = None) -> list[str]:
    """What is told of a domain whose registration stopped at once, and that SES gives up on before its records are there."""
    provider = deployment.world.provider
    deployment.world.provider = Breakage(0, ProviderBusyError()).breaking(provider)
    with pytest.raises(ProviderBusyError):
        deployment.register(NAME)
    deployment.world.provider = provider

    def publish() -> None:
        provider.says = HAS_GIVEN_UP
        dns.publish(store.by_name(MINE, NAME).records())

    def see() -> None:
        provider.says = SAYS_YES

    dns, store = deployment.world.dns, deployment.world.store
    deployment.plan(NOW + 40 * MINUTE, publish)
    deployment.plan(NOW + 90 * MINUTE, see)
    whole_or_broken(deployment, NOW + 5 * HOUR, breakage)
    assert deployment.kept(NAME).fully_verified
    assert deployment.kept(NAME).can_send
    assert NAME in provider.restarted
    return types(deployment)


def proven_by_another(deployment: Deployment, breakage: Breakage | None = None) -> list[str]:
    """What is told when a name is proven by the account that didn't have it."""
    deployment.world.verified(NAME, THEIRS)
    mine = deployment.register(NAME, MINE)
    deployment.world.challenges.publish(mine)
    deployment.world.store.events.clear()
    whole_or_broken(deployment, NOW + 3 * HOUR, breakage)
    assert deployment.kept(NAME).can_send
    assert not deployment.kept(NAME, THEIRS).can_send
    return types(deployment)


LIVES = [
    (
        removed_and_restored,
        ["domain.record_missing", "domain.failed", "domain.record_restored", "domain.verified"],
        {"extend", "add", "save", "within", "ask"},
    ),
    (registered_and_given_up_on, ["domain.verified"], {"find", "ensure_identity", "restart_dkim", "ask"}),
    (proven_by_another, ["domain.ownership_lost", "domain.verified"], {"settle", "view", "find", "ask"}),
]


@pytest.mark.parametrize(("life", "expected", "called"), LIVES)
def test_a_worker_that_dies_at_any_call_loses_nothing_and_repeats_nothing(life, expected, called):
    counting = Breakage(10**9, DiedError())
    made = Deployment()
    made.world.provider.says = SAYS_YES
    assert life(made, counting) == expected
    assert set(counting.calls) >= called
    deaths = 0
    for at in range(len(counting.calls)):
        for performed in (False, True):
            deployment = Deployment()
            deployment.world.provider.says = SAYS_YES
            breakage = Breakage(at, DiedError(), performed)
            assert life(deployment, breakage) == expected, (counting.calls[at], performed)
            assert deployment.dead == []
            deaths += breakage.happened
    # Another id draws other moments, which may save a look.
    assert deaths >= 2 * len(counting.calls) * 0.8


def test_a_table_that_throttles_delays_and_loses_nothing():
    deployment = Deployment()
    deployment.world.provider.says = SAYS_YES
    breakages = [Breakage(at, StoreUnavailableError()) for at in (5, 9, 14, 20, 27, 33)]
    store = deployment.world.store
    for breakage in breakages:
        store = breakage.breaking(store)
    names = with_domains(deployment, 5)
    for name in names:
        deployment.world.dns.withdraw(deployment.kept(name).records())
    whole, deployment.world.store = deployment.world.store, store
    deployment.run(NOW + 12 * HOUR)
    deployment.world.store = whole

    assert all(types(deployment, name) == ["domain.record_missing", "domain.failed"] for name in names)
    assert all(breakage.happened for breakage in breakages)
