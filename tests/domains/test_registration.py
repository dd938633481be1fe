"""Registering a domain, with every step failing in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.accounts.limits import LimitReachedError
from letterhead.domains.challenge import new_challenge
from letterhead.domains.domain import DomainChangedError, DomainExistsError, Registration
from letterhead.domains.names import DomainName
from letterhead.domains.ports import ProviderBusyError
from letterhead.domains.registration import (
    Applicant,
    Deployment,
    NameReservedError,
    NewDomain,
    complete,
    register,
)
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import MINE, THEIRS, World
from tests.fakes.failing import Breakage
from tests.fakes.half_made import FAILURES, STEPS, CrashError, stop_at, whole
from tests.fakes.mail_provider import Identity
from tests.fakes.sending_domains import NOW


@pytest.fixture
def world() -> World:
    return World()


# --- when all goes well -------------------------------------------------------------------------------------------------


def test_the_name_is_claimed_before_the_provider_hears_of_it(world):
    watch = Breakage(at=99, error=CrashError())
    world.broken(watch).register()

    assert watch.calls == STEPS


def test_a_registered_domain_has_all_that_its_records_need(world):
    domain = world.register()

    assert domain.registration is Registration.COMPLETE
    assert domain.mail_from_domain == "mail.mail.acme.com"
    assert len(domain.dkim_tokens) == 3
    assert len(domain.records()) == 6
    assert domain == world.store.by_name(MINE, "mail.acme.com")
    assert world.provider.identities["mail.acme.com"] == Identity(domain.domain_id, "mail.mail.acme.com")
    assert world.requests.asked == []


def test_what_a_caller_gave_along_is_kept(world):
    name = DomainName("acme.com", "acme.com", "acme.com")
    domain = register(
        NewDomain(name, "mta", "client_domain_123", {"plan": "enterprise"}, {"track_opens": False}),
        Applicant(MINE),
        domain_id="0domain00domain0",
        challenge="letterhead-challenge=1",
        deployment=Deployment("us-east-1"),
        outside=world.outside,
        now=NOW,
    )

    assert (domain.external_id, domain.metadata) == ("client_domain_123", {"plan": "enterprise"})
    assert domain.settings == {"track_opens": False}
    assert (domain.mail_from_domain, domain.challenge) == ("mta.acme.com", "letterhead-challenge=1")


def test_a_challenge_is_160_bits_of_chance():
    made = {new_challenge() for _ in range(100)}

    assert len(made) == 100
    assert {len(bytes.fromhex(one.removeprefix("letterhead-challenge="))) * 8 for one in made} == {160}


def test_an_account_may_have_a_name_and_the_names_below_it(world):
    for name in ("acme.com", "mail.acme.com", "news.acme.com", "a.b.acme.com"):
        assert not world.register(name).contested

    assert len(list(world.store.of_account(MINE))) == 4


# --- when the name is not to be had ------------------------------------------------------------------------------------


def test_the_same_name_twice_is_refused_and_changes_nothing(world):
    first = world.register()
    watch = Breakage(at=99, error=CrashError())

    with pytest.raises(DomainExistsError):
        world.broken(watch).register(now=NOW + timedelta(days=1))
    assert world.store.all() == [first]
    assert not set(watch.calls) & {"ensure_identity", "ensure_mail_from", "save"}


def test_a_contested_name_twice_is_refused_too(world):
    world.register(account_id=THEIRS)
    world.register()

    with pytest.raises(DomainExistsError):
        world.register(now=NOW + timedelta(days=1))


@pytest.mark.parametrize("name", ["mail.operator.example", "a.mail.operator.example", "operator.net"])
def test_the_operators_own_hosts_and_what_is_below_them_cannot_be_registered(name):
    world = World(reserved=frozenset({"mail.operator.example", "operator.net"}))

    with pytest.raises(NameReservedError):
        world.register(name)
    assert world.store.all() == []


@pytest.mark.parametrize("name", ["operator.example", "xmail.operator.example", "mail.operator.example.com"])
def test_other_names_than_the_operators_hosts_can(name):
    world = World(reserved=frozenset({"mail.operator.example"}))

    assert world.register(name).registration is Registration.COMPLETE


def test_an_account_has_no_more_domains_than_it_may(world):
    world.register("a.com", most=2)
    deleted = world.register("b.com", most=2)
    with pytest.raises(LimitReachedError):
        world.register("c.com", most=2)
    world.delete(deleted)

    assert world.register("c.com", most=2)
    assert world.register("d.com", THEIRS, most=1)


def test_a_name_that_is_being_deleted_can_be_had_when_that_is_done(world):
    domain = world.register()
    stopped = Breakage(at=2, error=UnavailableError())
    with pytest.raises(UnavailableError):
        world.broken(stopped).delete(domain)

    with pytest.raises(DomainChangedError):
        world.register(now=NOW + timedelta(seconds=1))
    assert world.requests.asked[-1] == (MINE, domain.domain_id)
    world.delete(domain)
    assert world.register(now=NOW + timedelta(seconds=2)).domain_id != domain.domain_id


# --- when a step fails -------------------------------------------------------------------------------------------------


def test_what_the_completing_try_gives_along_is_what_counts(world):
    stop_at(world, "ensure_identity", "the provider throttles", performed=False)

    completed = register(
        NewDomain(DomainName("mail.acme.com", "mail.acme.com", "acme.com"), "mail", "two", {"b": 2}),
        Applicant(MINE),
        domain_id="0domain00domain0",
        challenge=new_challenge(),
        deployment=Deployment("us-east-1"),
        outside=world.outside,
        now=NOW,
    )
    assert (completed.external_id, completed.metadata) == ("two", {"b": 2})
    assert whole(world) == completed


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_the_next_registration_completes_what_stopped_at_any_step(world, step, performed, failure):
    stop_at(world, step, failure, performed=performed)

    if (step, performed) == ("save", True):
        with pytest.raises(DomainExistsError):  # only the answer was lost
            world.register()
        whole(world)
    else:
        assert world.register(now=NOW + timedelta(hours=1)) == whole(world)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_verification_completes_what_stopped_after_the_claim(world, step, performed, failure):
    stop_at(world, step, failure, performed=performed)
    claimed = world.store.by_name(MINE, "mail.acme.com")
    if claimed is None:
        assert (step, performed) in {("view", False), ("view", True), ("settle", False)}
        return

    checked = world.check(claimed, NOW + timedelta(hours=1))
    assert checked.domain == whole(world)
    assert len(checked.verification.rows) == 6


@pytest.mark.parametrize("step", ["ensure_identity", "ensure_mail_from"])
def test_what_stops_at_the_provider_is_asked_to_be_completed_later(world, step):
    stop_at(world, step, "the provider throttles", performed=False)
    claimed = world.store.by_name(MINE, "mail.acme.com")

    assert world.requests.asked == [(MINE, claimed.domain_id)]


def test_a_request_that_cannot_be_made_does_not_hide_why_it_should_be(world):
    class Deaf:
        def ask(self, account_id, domain_id, name):
            raise UnavailableError

    world.requests = Deaf()
    busy = Breakage(at=2, error=ProviderBusyError(7))
    with pytest.raises(ProviderBusyError) as stopped:
        world.broken(busy).register()
    assert stopped.value.retry_after == 7


@pytest.mark.parametrize("second", [0, 1, 2, 3])
@pytest.mark.parametrize("first", [2, 3, 4])
def test_a_registration_that_stops_twice_is_completed_by_the_third_try(world, first, second):
    for at in (first, second):
        broken = Breakage(at=at, error=CrashError())
        with pytest.raises(CrashError):
            world.broken(broken).register()

    world.register()
    whole(world)


@pytest.mark.parametrize("step", STEPS[2:])
def test_an_unfinished_registration_is_a_claim_on_its_name(world, step):
    stop_at(world, step, "the provider throttles", performed=False)

    assert world.register(account_id=THEIRS).contested


def test_the_id_of_the_first_try_is_the_domains(world):
    stop_at(world, "ensure_mail_from", "the process dies", performed=True)
    claimed = world.store.by_name(MINE, "mail.acme.com")

    assert world.register(now=NOW + timedelta(days=1)).domain_id == claimed.domain_id
    assert whole(world).created_at == NOW


def test_a_complete_domain_is_left_as_it_is(world):
    domain = world.register()
    watch = world.broken(Breakage(at=0, error=CrashError()))

    assert complete(domain, watch.outside, now=NOW) is domain
