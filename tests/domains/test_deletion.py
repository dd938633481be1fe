"""Deleting a domain, with every step failing in turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.domains.deletion import delete
from letterhead.domains.domain import DomainChangedError, DomainExistsError, DomainNotFoundError
from letterhead.domains.ports import ProviderBusyError, ProviderRefusedError
from letterhead.domains.reference import DomainReference, find, find_to_delete
from letterhead.domains.resumption import Outcome, pause_after, resume
from letterhead.identities.identity import IdentityDomain
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import MINE, THEIRS, World
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import Identity
from tests.fakes.sender_identities import identity
from tests.fakes.sending_domains import NOW

NAME = "mail.acme.com"
STEPS = [
    *("by_id", "save", "end_those_of", "of_domain", "forget_those_of", "forget_those_of"),
    *("remove_identity", "look_back", "view", "settle"),
]
HOUR = timedelta(hours=1)


class CrashError(BaseException):
    """The process dies."""


@pytest.fixture
def world() -> World:
    return World()


def broken_in(world: World, breakage: Breakage) -> World:
    """The world, with what is asked for later counted and breaking too."""
    return replace(world.broken(breakage), requests=breakage.breaking(world.requests))


def go_on(world: World, domain) -> Outcome:
    return resume(
        domain.account_id,
        domain.domain_id,
        domain.name,
        store=world.store,
        provider=world.provider,
        belongings=world.belongings,
        now=NOW + HOUR,
    )


def test_nothing_is_sent_any_more_before_anything_goes(world):
    domain = world.verified()
    watch = Breakage(at=99, error=CrashError())
    broken_in(world, watch).delete(domain)

    assert watch.calls == STEPS


def test_a_deleted_domain_leaves_nothing(world):
    domain = world.verified()
    world.delete(domain)

    assert world.store.all() == []
    assert world.provider.identities == {}
    assert world.ends.tokens == [(domain.domain_id, None)]


def test_its_sender_identities_go_with_it_and_with_each_the_tokens_that_are_restricted_to_it(world):
    domain = world.verified()
    there = IdentityDomain.of(domain)
    amy, bob = (
        identity("amy@client.com", account_id=MINE, domain=there),
        identity("bob@client.com", domain=there),
    )
    other = identity("eve@client.com")
    world.ends.identities += [amy, bob, other]
    world.delete(domain)

    assert world.ends.identities == [other]
    for one in (amy, bob):  # before, and once more after: one may have been made in between
        assert world.ends.tokens.count((None, one.identity_id)) == 2
    assert world.ends.endpoints == [(domain.domain_id, {amy.identity_id, bob.identity_id})] * 2


def test_an_identity_that_is_gone_meanwhile_stops_nothing(world):
    domain = world.verified()
    one = identity("amy@client.com", account_id=MINE, domain=IdentityDomain.of(domain))
    world.ends.of_domain = lambda *_: [one]
    world.delete(domain)

    assert world.store.all() == []


def test_only_the_identity_that_was_made_for_this_domain_goes(world):
    domain = world.verified()
    world.provider.identities[NAME] = Identity("0other0domain0id")
    world.delete(domain)

    assert world.provider.identities == {NAME: Identity("0other0domain0id")}


def test_a_pending_domain_is_deleted_as_well(world):
    world.delete(world.register())

    assert world.store.all() == []
    assert world.provider.identities == {}


FAILURES = [
    ProviderBusyError(),
    ProviderRefusedError("AccessDeniedException"),
    UnavailableError(),
    CrashError(),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", STEPS[1:])
def test_a_deletion_that_stops_at_any_step_is_completed_by_repeating_it(world, step, performed, error):
    domain = world.verified()
    broken = Breakage(at=STEPS.index(step), error=error, performed=performed)
    with pytest.raises(type(error)):
        broken_in(world, broken).delete(domain)

    if (step, performed) == ("settle", True):
        assert world.store.all() == []
        return
    world.delete(domain, NOW + HOUR)
    assert world.store.all() == []
    assert world.provider.identities == {}
    assert world.register(NAME, THEIRS, NOW + HOUR).contested  # that it was held is remembered


@pytest.mark.parametrize("step", STEPS[2:])
def test_a_deletion_that_stops_is_asked_to_be_completed_and_completes_by_itself(world, step):
    domain = world.verified()
    broken = Breakage(at=STEPS.index(step), error=ProviderBusyError())
    with pytest.raises(ProviderBusyError):
        broken_in(world, broken).delete(domain)

    assert world.requests.asked == [(MINE, domain.domain_id)]
    assert go_on(world, domain) is Outcome.DELETED
    assert world.store.all() == []
    assert world.provider.identities == {}
    assert go_on(world, domain) is Outcome.GONE


def test_a_domain_that_is_being_deleted_is_there_for_nothing_but_its_deletion(world):
    domain = world.verified()
    with pytest.raises(CrashError):
        world.broken(Breakage(at=2, error=CrashError())).delete(domain)
    reference = DomainReference(name=NAME)

    assert not world.kept(domain).can_send
    with pytest.raises(DomainNotFoundError):
        find(reference, MINE, world.store)
    assert find_to_delete(reference, MINE, world.store) == world.kept(domain)


def test_a_check_that_was_under_way_brings_nothing_back(world):
    domain = world.verified()
    before = world.kept(domain)
    with pytest.raises(CrashError):
        world.broken(Breakage(at=2, error=CrashError())).delete(domain)

    with pytest.raises(DomainChangedError):
        world.store.save(before.with_statuses({}, NOW + HOUR), before=before)


def test_deleting_what_changed_since_it_was_read_deletes_it(world):
    stale = world.register()
    world.register(NAME, THEIRS)
    world.check(stale, NOW + HOUR)  # contested now: another version

    delete(stale, world.outside, world.belongings, now=NOW + HOUR)
    assert world.store.by_name(MINE, NAME) is None


def test_deleting_twice_is_once(world):
    domain = world.verified()
    world.delete(domain)

    delete(domain, world.outside, world.belongings, now=NOW + HOUR)
    assert world.store.all() == []


# --- registrations that somebody goes on with ---------------------------------------------------------------------------


@pytest.mark.parametrize("at", [2, 3, 4])
def test_a_registration_that_stopped_completes_by_itself(world, at):
    with pytest.raises(ProviderBusyError):
        world.broken(Breakage(at=at, error=ProviderBusyError())).register()
    (domain,) = world.store.all()

    assert go_on(world, domain) is Outcome.COMPLETE
    assert len(world.kept(domain).records()) == 6
    assert go_on(world, domain) is Outcome.COMPLETE


def test_what_the_provider_has_forgotten_of_a_domain_that_is_held_comes_back(world):
    domain = world.verified()
    world.provider.identities.clear()

    assert go_on(world, domain) is Outcome.COMPLETE
    assert list(world.provider.identities) == [domain.name]
    assert go_on(world, domain) is Outcome.COMPLETE


def test_whoever_was_told_to_try_again_later_gets_the_answer_once(world):
    with pytest.raises(ProviderBusyError):
        world.broken(Breakage(at=2, error=ProviderBusyError())).register()
    (domain,) = world.store.all()
    go_on(world, domain)

    answer = world.register(now=NOW + HOUR)
    assert (answer.domain_id, len(answer.records())) == (domain.domain_id, 6)
    with pytest.raises(DomainExistsError):
        world.register(now=NOW + HOUR)


def test_an_account_that_has_checked_its_domain_has_had_its_answer(world):
    with pytest.raises(ProviderBusyError):
        world.broken(Breakage(at=2, error=ProviderBusyError())).register()
    (domain,) = world.store.all()
    world.check(domain)

    with pytest.raises(DomainExistsError):
        world.register(now=NOW + HOUR)


def test_a_contested_one_is_left_to_its_proof(world):
    world.register(NAME, THEIRS)
    mine = world.register()

    assert go_on(world, mine) is Outcome.CONTESTED
    assert world.provider.identities[NAME].domain_id != mine.domain_id


def test_one_that_stops_again_is_not_asked_for_twice(world):
    with pytest.raises(ProviderBusyError):
        world.broken(Breakage(at=2, error=ProviderBusyError())).register()
    (domain,) = world.store.all()
    asked = list(world.requests.asked)
    world.provider = Breakage(at=0, error=ProviderBusyError()).breaking(world.provider)

    with pytest.raises(ProviderBusyError):
        go_on(world, domain)
    assert world.requests.asked == asked


def test_each_try_waits_longer_up_to_a_quarter_of_an_hour():
    assert [pause_after(tries) for tries in range(1, 12)] == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
