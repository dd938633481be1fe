"""A domain that is deleted while somebody completes its registration: nothing of it is left at the provider, whoever may remove
what there."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from letterhead.accounts.held_domains import HeldDomains
from letterhead.domains.domain import DomainChangedError, DomainNotFoundError
from letterhead.domains.parting import let_go
from letterhead.domains.ports import ProviderBusyError, ProviderRefusedError
from letterhead.domains.registration import complete
from letterhead.domains.resumption import Outcome, resume
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import MINE, World
from tests.fakes.half_made import stop_at
from tests.fakes.mail_provider import Identity
from tests.fakes.sending_domains import NOW

NAME = "mail.acme.com"
LATER = NOW + timedelta(hours=1)
MAY_NOT = {
    "may": None,
    "may not": ProviderRefusedError("AccessDeniedException"),
    "is throttled": ProviderBusyError(),
}


@pytest.fixture
def world() -> World:
    """With a registration that stopped before the provider's part."""
    world = World()
    stop_at(world, "ensure_identity", "the provider throttles", performed=False)
    world.requests.asked.clear()
    return world


class DiedError(BaseException):
    """The process ends: nothing in it runs any more, whatever it catches."""


class Sweeper:
    """A part of the world as a sweep sees it, that has no right to remove identities, or is throttled when it does; right before
    or after one of its steps, `interrupt` happens."""

    def __init__(self, target, step, after, interrupt, error) -> None:
        self._target, self._step, self._after = target, step, after
        self._interrupt, self._error = interrupt, error

    def __getattr__(self, name):
        if name == "remove_identity" and self._error is not None:
            return self._refuse
        whole = getattr(self._target, name)
        if name != self._step:
            return whole

        def interrupted(*given, **named):
            if not self._after:
                self._interrupt()
            try:
                return whole(*given, **named)
            finally:
                if self._after:
                    self._interrupt()

        return interrupted

    def _refuse(self, *_):
        raise self._error


def go_on(world: World) -> None:
    """Everything that was asked for is done by who may do everything, again and again as a queue has it."""
    for account_id, domain_id in [*world.requests.asked, *world.requests.looks_back]:
        name = world.requests.names[domain_id]
        parts = {"store": world.store, "provider": world.provider, "belongings": world.belongings}
        assert resume(account_id, domain_id, name, now=LATER, **parts) in {Outcome.GONE, Outcome.DELETED}


@pytest.mark.parametrize("may", MAY_NOT)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["ensure_identity", "ensure_mail_from", "save"])
def test_nothing_is_left_at_the_provider(world, step, after, may):
    domain = world.store.now_by_name(MINE, NAME)
    deleted = []

    def deletion() -> None:
        if not deleted:
            deleted.append(world.store.now_by_name(MINE, NAME))
            world.delete(domain)

    sweep = World(
        Sweeper(world.store, step, after, deletion, None),
        Sweeper(world.provider, step, after, deletion, MAY_NOT[may]),
        requests=world.requests,
    )
    with suppress(DomainChangedError, DomainNotFoundError, ProviderRefusedError, UnavailableError):
        complete(domain, sweep.outside, now=NOW, answers=False)

    go_on(world)
    assert deleted
    assert world.store.all() == []
    assert world.provider.identities == {}


def by_the_account(world: World, domain) -> None:
    world.delete(domain)


def by_the_operator(world: World, domain) -> None:
    HeldDomains(world.store, world.outside, lambda: NOW).remove(domain)


def by_a_refusal(world: World, domain) -> None:
    let_go(domain, world.outside, NOW)


def by_whoever_goes_on(world: World, domain) -> None:
    """As `functions/complete_registration` has it: its message comes again after a deletion."""
    parts = {"provider": world.provider, "belongings": world.belongings, "store": world.store}
    world.store.save(domain.left(NOW), before=domain)
    assert resume(MINE, domain.domain_id, NAME, now=NOW, **parts) is Outcome.DELETED
    world.requests.look_back(MINE, domain.domain_id, NAME)


@pytest.mark.parametrize("deletes", [by_the_account, by_the_operator, by_a_refusal, by_whoever_goes_on])
@pytest.mark.parametrize("step", ["ensure_identity", "ensure_mail_from", "save"])
def test_nothing_is_left_at_the_provider_by_one_who_dies(world, step, deletes):
    domain = world.store.now_by_name(MINE, NAME)

    def deletion_and_death() -> None:
        deletes(world, domain)
        if step == "ensure_identity":
            world.provider.ensure_identity(NAME, domain.domain_id, take_over=False)
        raise DiedError

    sweep = World(
        Sweeper(world.store, step, False, deletion_and_death, None),
        Sweeper(world.provider, step, False, deletion_and_death, None),
        requests=world.requests,
    )
    with pytest.raises(DiedError):
        complete(domain, sweep.outside, now=NOW, answers=False)
    if step == "ensure_identity":
        assert set(world.provider.identities) == {NAME}

    go_on(world)
    assert world.store.all() == []
    assert world.provider.identities == {}


def test_nothing_is_left_of_what_is_made_anew_for_a_domain_that_the_provider_has_forgotten(world):
    domain = world.verified("mail.other.com")
    world.provider.identities.clear()
    ensure = world.provider.ensure_identity

    def made_by_one_who_dies(*given, **named) -> None:
        world.delete(domain)
        ensure(*given, **named)
        raise DiedError

    world.provider.ensure_identity = made_by_one_who_dies
    with pytest.raises(DiedError):
        world.check(domain, LATER)
    assert set(world.provider.identities) == {"mail.other.com"}

    go_on(world)
    assert world.provider.identities == {}


def test_what_another_domain_of_that_name_has_by_then_stays(world):
    domain = world.store.now_by_name(MINE, NAME)
    world.delete(domain)
    other = world.register()
    world.requests.ask(MINE, domain.domain_id, NAME)

    go_on(world)
    assert world.provider.identities == {NAME: Identity(other.domain_id, f"mail.{NAME}")}


def test_a_request_from_before_names_were_told_is_answered_as_it_was(world):
    domain = world.store.now_by_name(MINE, NAME)
    world.delete(domain)
    world.provider.identities[NAME] = Identity(domain.domain_id)
    parts = {"store": world.store, "provider": world.provider, "belongings": world.belongings}

    assert resume(MINE, domain.domain_id, None, now=LATER, **parts) is Outcome.GONE
    assert NAME in world.provider.identities


def test_what_somebody_changes_while_it_is_gone_on_with_comes_again(world):
    domain = world.store.now_by_name(MINE, NAME)
    store = Sweeper(world.store, "save", False, lambda: world.delete(domain), None)
    parts = {"provider": world.provider, "belongings": world.belongings}

    with pytest.raises(UnavailableError):
        resume(MINE, domain.domain_id, NAME, store=store, now=LATER, **parts)
    assert resume(MINE, domain.domain_id, NAME, store=world.store, now=LATER, **parts) is Outcome.GONE
    assert world.provider.identities == {}
