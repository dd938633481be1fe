"""Who else acts while a name is verified, proven, lost or left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.domains.domain import DomainNotFoundError
from letterhead.domains.holding import take_over
from letterhead.domains.ports import ProviderBusyError
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import MINE, NOBODYS, THEIRS, World, unproven
from tests.fakes.mail_provider import Identity
from tests.fakes.sending_domains import NOW

NAME = "mail.acme.com"
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return World()


class Meanwhile:
    """Lets somebody act right before one call, once."""

    def __init__(self, target, call, act) -> None:
        self._target, self._call, self._act = target, call, act

    def __getattr__(self, name):
        if name == self._call and self._act is not None:
            act, self._act = self._act, None
            act()
        return getattr(self._target, name)


def watching(world: World, call: str, act) -> World:
    return World(
        Meanwhile(world.store, call, act), world.provider, world.dns, world.challenges, world.history
    )


@pytest.mark.parametrize("rival", [NAME, "acme.com", "x.mail.acme.com"])
def test_a_name_that_becomes_contested_while_it_is_verified_is_not_held(world, rival):
    theirs = world.ready(NAME, THEIRS)
    checked = watching(world, "settle", lambda: world.register(rival)).check(theirs)

    assert unproven(checked.domain)
    assert world.kept(theirs) == checked.domain


def test_a_name_that_is_held_while_another_registers_it_stays_held(world):
    theirs = world.ready(NAME, THEIRS)
    mine = watching(world, "settle", lambda: world.check(theirs)).register()

    assert unproven(mine)
    assert world.kept(theirs).held


def test_a_claim_beside_the_name_is_no_reason_to_lose_it(world):
    theirs = world.ready(NAME, THEIRS)
    checked = watching(world, "settle", lambda: world.register("news.acme.com")).check(theirs)

    assert checked.domain.held


def test_of_two_proofs_at_once_one_account_holds_the_name(world):
    world.verified(NAME, NOBODYS)
    mine, theirs = world.register(), world.register(NAME, THEIRS)
    world.challenges.publish(mine)
    world.challenges.publish(theirs)
    watching(world, "settle", lambda: world.check(theirs)).check(mine)

    held = [domain for domain in world.store.all() if domain.held]
    assert len(held) == 1
    assert world.provider.identities[NAME].domain_id == held[0].domain_id
    assert sum(domain.can_send for domain in world.store.all()) == 1


def test_who_loses_the_name_while_being_checked_does_not_keep_the_right_to_send(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.dns.withdraw(theirs.records()[-1:])
    with pytest.raises(UnavailableError):
        watching(world, "save", lambda: world.prove(mine)).check(theirs, NOW + DAY)

    assert unproven(world.kept(theirs))
    assert world.kept(mine).held


def test_a_domain_deleted_while_it_is_proven_takes_nothing(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.challenges.publish(mine)

    with pytest.raises(DomainNotFoundError):
        watching(world, "settle", lambda: world.delete(mine)).check(mine)
    assert world.kept(theirs).held


def test_a_holder_that_leaves_while_the_name_is_proven_leaves_it(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.challenges.publish(mine)
    watching(world, "settle", lambda: world.delete(theirs)).check(mine)

    assert world.store.all() == [world.kept(mine)]
    assert world.kept(mine).held
    assert world.provider.identities[NAME].domain_id == mine.domain_id


def test_proving_what_is_proven_already_is_once(world):
    world.verified(NAME, THEIRS)
    mine = world.register()
    first = watching(world, "settle", lambda: world.prove(mine)).store
    proven = take_over(mine, first, NOW + DAY)

    assert proven.held
    assert world.kept(mine) == proven


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", ["ensure_identity", "ensure_mail_from"])
def test_a_takeover_that_stops_at_the_provider_is_completed_by_the_next_check(world, step, performed):
    theirs = world.verified(NAME, THEIRS)
    world.provider.identities[NAME].mail_from = "mta.mail.acme.com"
    mine = world.register()
    world.challenges.publish(mine)

    class Stops:
        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            method = getattr(self._target, name)

            def call(*arguments, **named):
                if name == step and performed:
                    method(*arguments, **named)
                if name == step:
                    raise ProviderBusyError
                return method(*arguments, **named)

            return call

    whole, world.provider = world.provider, Stops(world.provider)
    with pytest.raises(ProviderBusyError):
        world.check(mine)
    assert not world.kept(theirs).can_send  # the name has moved, whatever the provider says
    assert (MINE, mine.domain_id) in world.requests.asked

    world.provider = whole
    world.check(mine)
    assert whole.identities == {NAME: Identity(mine.domain_id, mine.mail_from_domain)}
    assert world.kept(mine).can_send
