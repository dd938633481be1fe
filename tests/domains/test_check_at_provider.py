"""Checking a domain at the mail provider: it is asked, set right, and started again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.domains.ports import ProviderBusyError, ProviderRefusedError
from letterhead.domains.records import RecordStatus
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import HAS_GIVEN_UP, SAYS_NOT_YET, SAYS_YES, Identity
from tests.fakes.one_domain import OneDomain, all_verified
from tests.fakes.sending_domains import NOW

PENDING, VERIFIED, FAILED = RecordStatus.PENDING, RecordStatus.VERIFIED, RecordStatus.FAILED
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> OneDomain:
    return OneDomain()


@pytest.fixture
def verified() -> OneDomain:
    return all_verified()


def test_a_provider_that_has_given_up_on_right_records_is_asked_to_look_again(world):
    world.dns.publish(world.records())
    world.provider.says = HAS_GIVEN_UP
    world.look()

    assert world.provider.restarted == [world.domain.name]
    assert world.provider.changed == [world.domain.name] * 2  # MAIL FROM too


@pytest.mark.parametrize("says", [SAYS_YES, SAYS_NOT_YET])
def test_a_provider_that_is_still_looking_is_left_alone(world, says):
    world.dns.publish(world.records())
    world.provider.says = says
    world.look()

    assert world.provider.restarted == []


def test_a_provider_that_has_given_up_on_missing_records_is_left_alone(world):
    world.provider.says = HAS_GIVEN_UP
    world.look()

    assert world.provider.restarted == []


@pytest.mark.parametrize("error", [ProviderBusyError(), ProviderRefusedError("AccessDeniedException")])
def test_a_check_does_not_fail_because_the_provider_could_not_be_started_again(world, error):
    world.dns.publish(world.records())
    world.provider.says = HAS_GIVEN_UP
    broken = Breakage(at=1, error=error)
    watched = world.broken(Breakage(at=99, error=error))
    watched.provider = broken.breaking(world.provider)

    assert watched.check(world.domain).domain.checked_at == NOW
    assert broken.calls == ["find", "restart_dkim"]


@pytest.mark.parametrize("error", [ProviderBusyError(), ProviderRefusedError("AccessDeniedException")])
def test_a_check_does_not_fail_because_the_provider_cannot_be_asked(verified, error):
    verified.provider = Breakage(at=0, error=error).breaking(verified.provider)
    checked = verified.look(NOW + HOUR)

    assert checked.domain.fully_verified
    assert checked.domain.can_send


@pytest.mark.parametrize("dry_run", [False, True])
def test_nothing_is_sent_from_what_the_provider_has_lost(verified, dry_run):
    verified.provider.identities.clear()
    verified.provider.says = SAYS_NOT_YET
    checked = verified.check(verified.domain, NOW + HOUR, dry_run=dry_run)

    assert not checked.domain.can_send
    assert checked.domain.dkim_status is RecordStatus.PENDING
    verified.provider.says = SAYS_YES
    verified.look(NOW + 2 * HOUR)
    assert verified.domain.can_send


def test_nothing_is_sent_from_what_the_provider_has_lost_and_cannot_make_now(verified):
    verified.provider.identities.clear()
    verified.provider = Breakage(at=1, error=ProviderBusyError()).breaking(verified.provider)

    assert not verified.check(verified.domain, NOW + HOUR).domain.can_send


def test_what_the_provider_has_lost_is_made_again(verified):
    verified.provider.identities.clear()
    verified.look(NOW + HOUR)

    made = Identity(verified.domain.domain_id, verified.domain.mail_from_domain)
    assert verified.provider.identities == {verified.domain.name: made}


@pytest.mark.parametrize("other", [None, "mail.elsewhere.acme.com"])
def test_a_mail_from_that_is_not_the_domains_is_put_right(verified, other):
    verified.provider.identities[verified.domain.name].mail_from = other
    verified.look(NOW + HOUR)

    assert verified.provider.identities[verified.domain.name].mail_from == verified.domain.mail_from_domain


def test_what_could_not_be_put_right_is_left_to_the_next_check(verified):
    verified.provider.identities[verified.domain.name].mail_from = None
    whole, verified.provider = verified.provider, Breakage(1, ProviderBusyError()).breaking(verified.provider)
    assert verified.look(NOW + HOUR).domain.checked_at == NOW + HOUR

    verified.provider = whole
    verified.look(NOW + 2 * HOUR)
    assert whole.identities[verified.domain.name].mail_from == verified.domain.mail_from_domain
