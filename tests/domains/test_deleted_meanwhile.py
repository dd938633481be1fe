"""A domain that is deleted while somebody completes its registration: nothing of it is left at the provider, whoever may remove
what there."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from letterhead.domains.domain import DomainChangedError, DomainNotFoundError
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
    for account_id, domain_id in world.requests.asked:
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
