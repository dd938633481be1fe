"""Several checks of one domain at the same time: each of them answers, and they come to the same."""

from __future__ import annotations

import pytest

from letterhead.domains.domain import Ownership, Registration
from letterhead.domains.ports import ProviderBusyError
from tests.fakes.domain_world import MINE, THEIRS, World
from tests.fakes.failing import Breakage

STEPS = ["find", "view", "save", "settle", "ensure_identity", "ensure_mail_from"]


class CheckedMeanwhile:
    """Lets another check of the domain run from beginning to end right before one of our steps."""

    def __init__(self, target, step, world, domain):
        self._target, self._step, self._world, self._domain = target, step, world, domain
        self.happened = False

    def __getattr__(self, name):
        if name == self._step and not self.happened:
            self.happened = True
            self._world.check(self._domain)
        return getattr(self._target, name)


def checked(world, domain, step):
    store = CheckedMeanwhile(world.store, step, world, domain)
    provider = CheckedMeanwhile(world.provider, step, world, domain)
    seen = World(store, provider, world.dns, world.challenges, world.history)
    return seen.check(domain).domain


@pytest.mark.parametrize("step", STEPS)
def test_a_name_that_becomes_held(step):
    world = World()
    domain = world.ready("mail.acme.com", MINE)

    assert checked(world, domain, step).held
    assert world.kept(domain).can_send


@pytest.mark.parametrize("step", STEPS)
def test_a_name_that_has_become_contested(step):
    world = World()
    domain = world.ready("mail.acme.com", MINE)
    world.register("mail.acme.com", THEIRS)

    assert checked(world, domain, step).contested
    assert world.kept(domain).ownership is Ownership.CONTESTED


@pytest.mark.parametrize("step", STEPS)
def test_a_registration_that_is_completed(step):
    world = World()
    with pytest.raises(ProviderBusyError):
        world.broken(Breakage(at=2, error=ProviderBusyError())).register()
    domain = world.store.by_name(MINE, "mail.acme.com")

    assert checked(world, domain, step).registration is Registration.COMPLETE
    assert len(world.kept(domain).records()) == 6
