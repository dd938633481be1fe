"""Checking a domain: what becomes of its statuses and of its right to send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.domains.domain import (
    DomainChangedError,
    DomainNotFoundError,
    Registration,
)
from letterhead.domains.ports import ProviderBusyError, ProviderRefusedError
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import DKIM_PURPOSES, MAIL_FROM_PURPOSES, RecordPurpose, RecordStatus
from letterhead.unavailable import UnavailableError
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import HAS_GIVEN_UP, SAYS_YES
from tests.fakes.one_domain import OneDomain, all_verified
from tests.fakes.published_records import PublishedRecords
from tests.fakes.sending_domains import NOW, claimed_domain
from tests.fakes.stored_domains import drop

PENDING, VERIFIED, FAILED = RecordStatus.PENDING, RecordStatus.VERIFIED, RecordStatus.FAILED
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> OneDomain:
    return OneDomain()


@pytest.fixture
def verified() -> OneDomain:
    return all_verified()


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_nothing_published_is_pending_each_with_its_reason(world):
    checked = world.look()
    domain, verification = checked.domain, checked.verification

    assert {row.status for row in verification.rows} == {PENDING}
    assert all(row.detail for row in verification.rows)
    assert not domain.fully_verified
    assert not domain.can_send


def test_everything_published_and_seen_by_the_provider_is_verified_without_a_word(verified):
    checked = verified.look()
    domain, verification = checked.domain, checked.verification

    assert {row.status for row in verification.rows} == {VERIFIED}
    assert [row.detail for row in verification.rows] == [None] * 6
    assert domain.fully_verified


def test_a_check_is_kept_and_answers_what_it_kept(verified):
    checked = verified.look(NOW + HOUR)
    domain, verification = checked.domain, checked.verification

    assert domain == verified.domain
    assert domain.checked_at == NOW + HOUR
    assert domain.statuses == verification.statuses()


def test_checking_again_changes_nothing_but_the_time_of_the_check(verified):
    before = verified.domain
    after = verified.look(NOW + HOUR).domain

    assert after == replace(before, checked_at=NOW + HOUR)


@pytest.mark.parametrize("purpose", RecordPurpose)
def test_a_verified_record_that_is_withdrawn_fails_at_the_next_look(verified, purpose):
    verified.dns.withdraw(verified.records(purpose))
    verified.look(NOW + HOUR)

    assert verified.domain.statuses[purpose] is FAILED
    assert not verified.domain.fully_verified


@pytest.mark.parametrize("silent", [DKIM_PURPOSES, MAIL_FROM_PURPOSES, tuple(RecordPurpose)])
def test_silence_never_changes_a_status_nor_the_right_to_send(verified, silent):
    before = verified.domain
    verified.dns.silence(verified.records(*silent))
    for hours in range(1, 100, 24):
        verified.look(NOW + hours * HOUR)

    assert verified.domain.statuses == before.statuses
    assert verified.domain.can_send
    assert verified.domain.updated_at == before.updated_at


def test_silence_verifies_nothing(world):
    world.provider.says = SAYS_YES
    world.dns.publish(world.records())
    world.dns.silence(world.records())
    world.look()

    assert set(world.domain.statuses.values()) == {PENDING}
    assert not world.domain.can_send


def test_records_that_the_provider_has_not_seen_yet_are_pending(world):
    world.dns.publish(world.records())
    world.look()

    assert world.domain.dkim_status is PENDING
    assert world.domain.status(RecordPurpose.DMARC) is VERIFIED  # no business of the provider's
    assert not world.domain.can_send


def test_a_provider_that_cannot_be_asked_leaves_a_verified_domain_verified(verified):
    verified.provider.says = ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)
    verified.look(NOW + HOUR)

    assert verified.domain.fully_verified
    assert verified.domain.can_send


# --- the right to send: when it begins --------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [*DKIM_PURPOSES, *MAIL_FROM_PURPOSES])
def test_the_right_to_send_takes_dkim_and_mail_from(world, missing):
    world.provider.says = SAYS_YES
    world.dns.publish(world.records(*(purpose for purpose in RecordPurpose if purpose is not missing)))
    world.look()
    assert not world.domain.can_send

    world.dns.publish(world.records(missing))
    world.look(NOW + HOUR)
    assert world.domain.can_send


def test_the_right_to_send_does_not_take_dmarc(world):
    world.provider.says = SAYS_YES
    world.dns.publish(world.records(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES))
    world.look()

    assert world.domain.can_send
    assert not world.domain.fully_verified


def test_the_right_to_send_takes_the_providers_yes(world):
    world.dns.publish(world.records())
    world.provider.says = replace(SAYS_YES, sending=False)
    world.look()

    assert world.domain.fully_verified
    assert not world.domain.can_send


# --- the right to send: when it ends (DESIGN section 5) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("dkim", "sending", "keeps"),
    [
        (ProviderCheck.SUCCESS, True, True),
        (ProviderCheck.TEMPORARY_FAILURE, True, True),
        (ProviderCheck.TEMPORARY_FAILURE, False, True),
        (ProviderCheck.UNKNOWN, False, True),
        (ProviderCheck.PENDING, True, True),  # a new key is on its way
        (ProviderCheck.PENDING, False, False),  # it begins anew
        (ProviderCheck.NOT_STARTED, False, False),
        (ProviderCheck.FAILED, False, False),
    ],
)
def test_only_the_providers_no_ends_it_at_once(verified, dkim, sending, keeps):
    verified.provider.says = ProviderStatus(dkim, ProviderCheck.SUCCESS, sending)
    verified.look(NOW + HOUR)

    assert verified.domain.can_send is keeps


@pytest.mark.parametrize(
    ("hours", "keeps"),
    [
        ([1], True),
        ([1, 2, 3], True),  # three looks, but within hours
        ([1, 2, 3, 4, 5, 24.9], True),  # one minute short of a day
        ([1, 25], True),  # a day, but two looks
        ([1, 13, 25], False),
        ([1, 25, 25], True),  # the last two in one moment are one look
        ([1, 25, 25.2], False),
        ([1, 2, 3, 25], False),
    ],
)
def test_it_ends_after_three_looks_over_a_day_that_found_dkim_gone(verified, hours, keeps):
    verified.dns.withdraw(verified.records(RecordPurpose.DKIM_2))
    for hour in hours:
        verified.look(NOW + hour * HOUR)

    assert verified.domain.can_send is keeps
    assert verified.domain.dkim_status is FAILED


def test_a_look_at_which_dkim_is_there_again_ends_the_count(verified):
    for hour, there in [(1, False), (13, False), (20, True), (25, False), (37, False)]:
        if there:
            verified.dns.publish(verified.records())
        else:
            verified.dns.withdraw(verified.records(RecordPurpose.DKIM_1))
        verified.look(NOW + hour * HOUR)

    assert verified.domain.can_send
    assert verified.domain.dkim_absences == 2


def test_an_unanswered_look_neither_counts_nor_ends_the_count(verified):
    verified.dns.withdraw(verified.records(*DKIM_PURPOSES))
    verified.look(NOW + HOUR)
    verified.look(NOW + 13 * HOUR)
    verified.dns.silence(verified.records())
    verified.look(NOW + 25 * HOUR)
    assert verified.domain.can_send

    verified.dns.speak()
    verified.look(NOW + 26 * HOUR)
    assert not verified.domain.can_send


@pytest.mark.parametrize("purpose", [*MAIL_FROM_PURPOSES, RecordPurpose.DMARC])
def test_other_records_than_dkims_do_not_end_it(verified, purpose):
    verified.dns.withdraw(verified.records(purpose))
    for hour in (1, 30, 60, 90):
        verified.look(NOW + hour * HOUR)

    assert verified.domain.statuses[purpose] is FAILED
    assert verified.domain.can_send


def test_it_comes_back_when_all_is_right_again(verified):
    verified.dns.withdraw(verified.records(*DKIM_PURPOSES))
    for hour in (1, 13, 26):
        verified.look(NOW + hour * HOUR)
    assert not verified.domain.can_send

    verified.dns.publish(verified.records())
    verified.look(NOW + 27 * HOUR)
    assert verified.domain.can_send


# --- trying it out --------------------------------------------------------------------------------------------------------


def test_a_dry_run_tells_and_changes_nothing(world):
    world.dns.publish(world.records())
    world.provider.says = SAYS_YES
    before = world.domain
    checked = world.look(dry_run=True)

    assert checked.domain.fully_verified
    assert {row.status for row in checked.verification.rows} == {VERIFIED}
    assert world.domain == before
    assert world.history.kept == {}
    assert world.provider.changed == []


def test_a_dry_run_starts_nothing_again(world):
    world.dns.publish(world.records())
    world.provider.says = HAS_GIVEN_UP
    world.provider.identities[world.domain.name].mail_from = None
    world.look(dry_run=True)

    assert world.provider.changed == []


def test_a_dry_run_completes_no_registration():
    world = OneDomain(claimed_domain())
    checked = world.look(dry_run=True)

    assert world.domain.registration is Registration.CLAIMED
    assert world.provider.changed == []
    assert len(checked.verification.rows) == 3


# --- registrations that stopped half-way ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ProviderBusyError(), ProviderRefusedError("LimitExceededException")])
def test_a_registration_that_still_cannot_be_completed_changes_nothing_and_is_asked_for(error):
    world = OneDomain(claimed_domain())
    before = world.domain
    world.provider = Breakage(at=1, error=error).breaking(world.provider)

    with pytest.raises(type(error)):
        world.look()
    assert world.domain == before
    assert world.requests.asked == [(before.account_id, before.domain_id)]


def test_a_claimed_domain_is_completed_and_then_checked():
    world = OneDomain(claimed_domain())
    checked = world.look()

    assert checked.domain.registration is Registration.COMPLETE
    assert len(checked.verification.rows) == 6
    assert checked.domain.checked_at == NOW


def test_a_domain_deleted_while_it_is_checked_is_not_found(world):
    class DeletedMeanwhile(PublishedRecords):
        def ask(self, inquiry):
            drop(world.store, world.domain)
            self.ask = super().ask
            return super().ask(inquiry)

    world.dns = DeletedMeanwhile()
    with pytest.raises(DomainNotFoundError):
        world.look()
    assert world.store.all() == []


def test_a_domain_whose_deletion_begins_while_it_is_checked_is_left_alone(verified):
    class LeftMeanwhile(PublishedRecords):
        def ask(self, inquiry):
            before = verified.domain
            verified.store.save(before.left(NOW), before=before)
            self.ask = super().ask
            return super().ask(inquiry)

    verified.dns = LeftMeanwhile()
    with pytest.raises(DomainChangedError):
        verified.look()
    assert verified.domain.leaving
    assert not verified.domain.can_send


def test_a_store_that_does_not_answer_keeps_the_last_check(verified):
    before = verified.domain
    verified.dns.withdraw(verified.records())
    whole, verified.store = verified.store, Breakage(1, UnavailableError()).breaking(verified.store)

    with pytest.raises(UnavailableError):
        verified.check(before, NOW + HOUR)
    verified.store = whole
    assert verified.domain == before
