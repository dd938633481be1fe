"""What a sending domain's records add up to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.domains.domain import SendingDomain
from letterhead.domains.records import DKIM_PURPOSES, MAIL_FROM_PURPOSES, RecordPurpose, RecordStatus
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain

PENDING, VERIFIED, FAILED = RecordStatus.PENDING, RecordStatus.VERIFIED, RecordStatus.FAILED
LATER = NOW + timedelta(hours=1)
ALL_RIGHT = dict.fromkeys(RecordPurpose, VERIFIED)


def with_statuses(*, but: dict[RecordPurpose, RecordStatus] | None = None) -> SendingDomain:
    return registered_domain(statuses=ALL_RIGHT | (but or {}))


def test_a_new_domain_is_pending_in_everything():
    domain = registered_domain()

    assert {domain.status(purpose) for purpose in RecordPurpose} == {PENDING}
    assert domain.dkim_status is PENDING
    assert not domain.authenticated
    assert not domain.fully_verified
    assert not domain.can_send


@pytest.mark.parametrize(
    ("statuses", "together"),
    [
        ([VERIFIED, VERIFIED, VERIFIED], VERIFIED),
        ([VERIFIED, VERIFIED, PENDING], PENDING),
        ([VERIFIED, FAILED, PENDING], FAILED),
        ([VERIFIED, VERIFIED, FAILED], FAILED),
        ([PENDING, PENDING, PENDING], PENDING),
    ],
)
def test_the_three_dkim_records_count_together(statuses, together):
    assert with_statuses(but=dict(zip(DKIM_PURPOSES, statuses, strict=True))).dkim_status is together


# DESIGN section 4: Sendara's `fully_verified` takes DMARC too; the right to send takes DKIM and MAIL FROM.
@pytest.mark.parametrize("purpose", RecordPurpose)
@pytest.mark.parametrize("status", [PENDING, FAILED])
def test_one_record_that_is_not_right_keeps_a_domain_from_being_fully_verified(purpose, status):
    domain = with_statuses(but={purpose: status})

    assert not domain.fully_verified
    assert domain.authenticated is (purpose is RecordPurpose.DMARC)


def test_six_right_records_make_a_domain_fully_verified():
    assert with_statuses().fully_verified


def test_as_long_as_the_provider_has_given_no_tokens_the_dkim_records_are_left_out():
    purposes = [record.purpose for record in claimed_domain().records()]

    assert purposes == [*MAIL_FROM_PURPOSES, RecordPurpose.DMARC]


def test_the_dkim_records_lead_into_the_providers_own_signing_zone():
    domain = registered_domain(signing_hosted_zone="dkim.eu-south-1.amazonses.com")

    assert [record.value for record in domain.records()[:3]] == [
        f"{token}.dkim.eu-south-1.amazonses.com" for token in domain.dkim_tokens
    ]


def test_a_check_notes_its_time_and_only_a_change_counts_as_an_update():
    checked = registered_domain().with_statuses(ALL_RIGHT, LATER)
    again = checked.with_statuses(ALL_RIGHT, LATER + timedelta(hours=1))

    assert (checked.checked_at, checked.updated_at) == (LATER, LATER)
    assert (again.checked_at, again.updated_at) == (LATER + timedelta(hours=1), LATER)


def test_what_was_right_once_stays_known_when_it_breaks():
    domain = registered_domain().with_statuses(ALL_RIGHT, NOW)
    broken = domain.with_statuses(ALL_RIGHT | {RecordPurpose.DMARC: FAILED}, LATER)

    assert RecordPurpose.DMARC in broken.once_verified


def test_the_moment_of_dkims_verification_is_kept_until_dkim_breaks():
    verified = registered_domain().with_statuses(ALL_RIGHT, NOW)
    still = verified.with_statuses(ALL_RIGHT | {RecordPurpose.DMARC: FAILED}, LATER)
    broken = still.with_statuses(ALL_RIGHT | {RecordPurpose.DKIM_2: FAILED}, LATER)
    restored = broken.with_statuses(ALL_RIGHT, LATER)

    assert verified.dkim_verified_at == NOW
    assert still.dkim_verified_at == NOW
    assert broken.dkim_verified_at is None
    assert restored.dkim_verified_at == LATER
