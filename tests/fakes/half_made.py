"""Registrations that stop at a step, and what it is to be whole."""

from __future__ import annotations

import pytest

from letterhead.domains.domain import Registration, SendingDomain
from letterhead.domains.ports import ProviderBusyError
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import World
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import Identity

STEPS = ["view", "settle", "ensure_identity", "ensure_mail_from", "save"]


class CrashError(BaseException):
    """The process dies: nothing that comes after this runs."""


FAILURES = {
    "the provider throttles": (ProviderBusyError(), ProviderBusyError),
    "the store does not answer": (UnavailableError(), UnavailableError),
    "the process dies": (CrashError(), CrashError),
}


def stop_at(world: World, step: str, failure: str, *, performed: bool) -> None:
    error, seen = FAILURES[failure]
    broken = Breakage(at=STEPS.index(step), error=error, performed=performed)
    with pytest.raises(seen):
        world.broken(broken).register()
    assert broken.calls[-1] == step


def whole(world: World) -> SendingDomain:
    """The one domain there is, with nothing half-made about it."""
    (domain,) = world.store.all()
    assert domain.registration is Registration.COMPLETE
    assert len(domain.records()) == 6
    assert world.provider.identities == {"mail.acme.com": Identity(domain.domain_id, "mail.mail.acme.com")}
    return domain
