"""Checking a domain: what becomes of its statuses and of its right to send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.domains.check import check
from letterhead.domains.domain import DomainNotFoundError, Registration, SendingDomain
from letterhead.domains.records import DKIM_PURPOSES, MAIL_FROM_PURPOSES, RecordPurpose, RecordStatus
from letterhead.domains.registration import ProviderBusyError, ProviderRefusedError
from letterhead.domains.verification import ProviderCheck, ProviderStatus
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import HAS_GIVEN_UP, SAYS_NOT_YET, SAYS_YES, Identity, InMemoryProvider
from tests.fakes.published_records import PublishedRecords
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain

PENDING, VERIFIED, FAILED = RecordStatus.PENDING, RecordStatus.VERIFIED, RecordStatus.FAILED
HOUR = timedelta(hours=1)


class World:
    """One registered domain, its DNS, its provider and its store."""

    def __init__(self, domain: SendingDomain | None = None) -> None:
        self.store = InMemoryDomains()
        self.dns = PublishedRecords()
        domain = domain or registered_domain()
        self.provider = InMemoryProvider({domain.name: Identity(domain.domain_id, domain.mail_from_domain)})
        self.store.claim(domain)
        self._key = (domain.account_id, domain.name)

    @property
    def domain(self) -> SendingDomain:
        return self.store.by_name(*self._key)

    def records(self, *purposes: RecordPurpose):
        return [record for record in self.domain.records() if record.purpose in (purposes or RecordPurpose)]

    def check(self, now=NOW):
        return check(self.domain, store=self.store, provider=self.provider, lookup=self.dns, now=now)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def verified() -> World:
    """A domain that is right in everything and may send."""
    world = World()
    world.dns.publish(world.records())
    world.provider.says = SAYS_YES
    world.check()
    assert world.domain.can_send
    return world


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_nothing_published_is_pending_each_with_its_reason(world):
    domain, verification = world.check()

    assert {row.status for row in verification.rows} == {PENDING}
    assert all(row.detail for row in verification.rows)
    assert not domain.fully_verified
    assert not domain.can_send


def test_everything_published_and_seen_by_the_provider_is_verified_without_a_word(verified):
    domain, verification = verified.check()

    assert {row.status for row in verification.rows} == {VERIFIED}
    assert [row.detail for row in verification.rows] == [None] * 6
    assert domain.fully_verified


def test_a_check_is_kept_and_answers_what_it_kept(verified):
    domain, verification = verified.check(NOW + HOUR)

    assert domain == verified.domain
    assert domain.checked_at == NOW + HOUR
    assert domain.statuses == verification.statuses()


def test_checking_again_changes_nothing_but_the_time_of_the_check(verified):
    before = verified.domain
    after, _ = verified.check(NOW + HOUR)

    assert after == replace(before, checked_at=NOW + HOUR)


@pytest.mark.parametrize("purpose", RecordPurpose)
def test_a_verified_record_that_is_withdrawn_fails_at_the_next_look(verified, purpose):
    verified.dns.withdraw(verified.records(purpose))
    verified.check(NOW + HOUR)

    assert verified.domain.statuses[purpose] is FAILED
    assert not verified.domain.fully_verified


@pytest.mark.parametrize("silent", [DKIM_PURPOSES, MAIL_FROM_PURPOSES, tuple(RecordPurpose)])
def test_silence_never_changes_a_status_nor_the_right_to_send(verified, silent):
    before = verified.domain
    verified.dns.silence(verified.records(*silent))
    for hours in range(1, 100, 24):
        verified.check(NOW + hours * HOUR)

    assert verified.domain.statuses == before.statuses
    assert verified.domain.can_send
    assert verified.domain.updated_at == before.updated_at


def test_silence_verifies_nothing(world):
    world.provider.says = SAYS_YES
    world.dns.publish(world.records())
    world.dns.silence(world.records())
    world.check()

    assert set(world.domain.statuses.values()) == {PENDING}
    assert not world.domain.can_send


def test_records_that_the_provider_has_not_seen_yet_are_pending(world):
    world.dns.publish(world.records())
    world.check()

    assert world.domain.dkim_status is PENDING
    assert world.domain.status(RecordPurpose.DMARC) is VERIFIED  # no business of the provider's
    assert not world.domain.can_send


def test_a_provider_that_cannot_be_asked_leaves_a_verified_domain_verified(verified):
    verified.provider.says = ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)
    verified.check(NOW + HOUR)

    assert verified.domain.fully_verified
    assert verified.domain.can_send


# --- the right to send: when it begins --------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [*DKIM_PURPOSES, *MAIL_FROM_PURPOSES])
def test_the_right_to_send_takes_dkim_and_mail_from(world, missing):
    world.provider.says = SAYS_YES
    world.dns.publish(world.records(*(purpose for purpose in RecordPurpose if purpose is not missing)))
    world.check()
    assert not world.domain.can_send

    world.dns.publish(world.records(missing))
    world.check(NOW + HOUR)
    assert world.domain.can_send


def test_the_right_to_send_does_not_take_dmarc(world):
    world.provider.says = SAYS_YES
    world.dns.publish(world.records(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES))
    world.check()

    assert world.domain.can_send
    assert not world.domain.fully_verified


def test_the_right_to_send_takes_the_providers_yes(world):
    world.dns.publish(world.records())
    world.provider.says = replace(SAYS_YES, sending=False)
    world.check()

    assert world.domain.fully_verified
    assert not world.domain.can_send


# --- the right to send: when it ends (DESIGN section 5) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("dkim", "keeps"),
    [
        (ProviderCheck.SUCCESS, True),
        (ProviderCheck.TEMPORARY_FAILURE, True),
        (ProviderCheck.UNKNOWN, True),
        (ProviderCheck.PENDING, True),
        (ProviderCheck.FAILED, False),
    ],
)
def test_only_the_providers_final_no_ends_it_at_once(verified, dkim, keeps):
    verified.provider.says = ProviderStatus(dkim, ProviderCheck.SUCCESS)
    verified.check(NOW + HOUR)

    assert verified.domain.can_send is keeps


@pytest.mark.parametrize(
    ("hours", "keeps"),
    [
        ([1], True),
        ([1, 2, 3], True),  # three looks, but within hours
        ([1, 2, 3, 4, 5, 24.9], True),  # one minute short of a day
        ([1, 25], True),  # a day, but two looks
        ([1, 13, 25], False),
        ([1, 25, 25], False),
        ([1, 2, 3, 25], False),
    ],
)
def test_it_ends_after_three_looks_over_a_day_that_found_dkim_gone(verified, hours, keeps):
    verified.dns.withdraw(verified.records(RecordPurpose.DKIM_2))
    for hour in hours:
        verified.check(NOW + hour * HOUR)

    assert verified.domain.can_send is keeps
    assert verified.domain.dkim_status is FAILED


def test_a_look_at_which_dkim_is_there_again_ends_the_count(verified):
    for hour, there in [(1, False), (13, False), (20, True), (25, False), (37, False)]:
        if there:
            verified.dns.publish(verified.records())
        else:
            verified.dns.withdraw(verified.records(RecordPurpose.DKIM_1))
        verified.check(NOW + hour * HOUR)

    assert verified.domain.can_send
    assert verified.domain.dkim_absences == 2


def test_an_unanswered_look_neither_counts_nor_ends_the_count(verified):
    verified.dns.withdraw(verified.records(*DKIM_PURPOSES))
    verified.check(NOW + HOUR)
    verified.check(NOW + 13 * HOUR)
    verified.dns.silence(verified.records())
    verified.check(NOW + 25 * HOUR)
    assert verified.domain.can_send

    verified.dns.speak()
    verified.check(NOW + 26 * HOUR)
    assert not verified.domain.can_send


@pytest.mark.parametrize("purpose", [*MAIL_FROM_PURPOSES, RecordPurpose.DMARC])
def test_other_records_than_dkims_do_not_end_it(verified, purpose):
    verified.dns.withdraw(verified.records(purpose))
    for hour in (1, 30, 60, 90):
        verified.check(NOW + hour * HOUR)

    assert verified.domain.statuses[purpose] is FAILED
    assert verified.domain.can_send


def test_it_comes_back_when_all_is_right_again(verified):
    verified.dns.withdraw(verified.records(*DKIM_PURPOSES))
    for hour in (1, 13, 26):
        verified.check(NOW + hour * HOUR)
    assert not verified.domain.can_send

    verified.dns.publish(verified.records())
    verified.check(NOW + 27 * HOUR)
    assert verified.domain.can_send


# --- the provider -----------------------------------------------------------------------------------------------------


def test_a_provider_that_has_given_up_on_right_records_is_asked_to_look_again(world):
    world.dns.publish(world.records())
    world.provider.says = HAS_GIVEN_UP
    world.provider.identities[world.domain.name].mail_from = None
    world.check()

    assert world.provider.restarted == [world.domain.name]
    assert world.provider.identities[world.domain.name].mail_from == world.domain.mail_from_domain


@pytest.mark.parametrize("says", [SAYS_YES, SAYS_NOT_YET])
def test_a_provider_that_is_still_looking_is_left_alone(world, says):
    world.dns.publish(world.records())
    world.provider.says = says
    world.check()

    assert world.provider.restarted == []


def test_a_provider_that_has_given_up_on_missing_records_is_left_alone(world):
    world.provider.says = HAS_GIVEN_UP
    world.check()

    assert world.provider.restarted == []


@pytest.mark.parametrize("error", [ProviderBusyError(), ProviderRefusedError("AccessDeniedException")])
def test_a_check_does_not_fail_because_the_provider_could_not_be_started_again(world, error):
    world.dns.publish(world.records())
    world.provider.says = HAS_GIVEN_UP
    broken = Breakage(at=1, error=error)
    domain, _ = check(
        world.domain, store=world.store, provider=broken.breaking(world.provider), lookup=world.dns, now=NOW
    )

    assert broken.calls == ["status", "restart_dkim"]
    assert domain.checked_at == NOW


# --- registrations that stopped half-way ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ProviderBusyError(), ProviderRefusedError("LimitExceededException")])
def test_a_registration_that_still_cannot_be_completed_changes_nothing(error):
    world = World(claimed_domain())
    before = world.domain
    broken = Breakage(at=0, error=error)

    with pytest.raises(type(error)):
        check(before, store=world.store, provider=broken.breaking(world.provider), lookup=world.dns, now=NOW)
    assert world.domain == before


def test_a_claimed_domain_is_completed_and_then_checked():
    world = World(claimed_domain())
    domain, verification = world.check()

    assert domain.registration is Registration.COMPLETE
    assert len(verification.rows) == 6
    assert domain.checked_at == NOW


def test_a_domain_deleted_while_it_is_checked_is_not_found(world):
    class DeletedMeanwhile(PublishedRecords):
        def ask(self, inquiry):
            world.store.release(world.domain)
            self.ask = super().ask
            return super().ask(inquiry)

    with pytest.raises(DomainNotFoundError):
        check(world.domain, store=world.store, provider=world.provider, lookup=DeletedMeanwhile(), now=NOW)
    assert world.store.all() == []


def test_a_store_that_does_not_answer_keeps_the_last_check(verified):
    before = verified.domain
    broken = Breakage(at=0, error=UnavailableError())
    verified.dns.withdraw(verified.records())

    with pytest.raises(UnavailableError):
        check(
            before,
            store=broken.breaking(verified.store),
            provider=verified.provider,
            lookup=verified.dns,
            now=NOW + HOUR,
        )
    assert verified.domain == before
