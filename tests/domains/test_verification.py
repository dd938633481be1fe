"""Which status follows from what DNS and the provider say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Inquiry,
    Present,
    Question,
    Replies,
    Witness,
)
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import (
    DKIM_PURPOSES,
    MAIL_FROM_PURPOSES,
    RecordPurpose,
    RecordStatus,
    RequiredRecord,
)
from letterhead.domains.verification import DomainCheck, Verification, verify, verify_all
from tests.domains.diagnosis.cases import required
from tests.fakes.published_records import PublishedRecords

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PENDING, VERIFIED, FAILED = RecordStatus.PENDING, RecordStatus.VERIFIED, RecordStatus.FAILED
RECORDS = required("acme.test")
SUBJECT = Subject("acme.test", "acme.test", "us-east-1", "mail.acme.test", RECORDS)
DMARC = RecordPurpose.DMARC
SUCCESS = ProviderStatus(ProviderCheck.SUCCESS, ProviderCheck.SUCCESS, sending=True)


def one(*purposes: RecordPurpose) -> list[RequiredRecord]:
    return [record for record in RECORDS if record.purpose in purposes]


def published(records: Iterable[RequiredRecord] = RECORDS) -> PublishedRecords:
    dns = PublishedRecords()
    dns.publish(records)
    return dns


def after(status: RecordStatus, dns: PublishedRecords, **given: object) -> Verification:
    previous = dict.fromkeys(RecordPurpose, status)
    return verify(DomainCheck(SUBJECT, previous, **given), dns, now=NOW)  # type: ignore[arg-type]


# --- what DNS says ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [PENDING, VERIFIED, FAILED])
def test_records_that_are_right_are_verified_whatever_they_were(before):
    assert set(after(before, published()).statuses().values()) == {VERIFIED}


@pytest.mark.parametrize("before", [PENDING, VERIFIED, FAILED])
def test_what_is_unanswered_stays_as_it_was(before):
    dns = published()
    dns.silence(RECORDS)
    verification = after(before, dns)
    assert set(verification.statuses().values()) == {before}
    assert {row.seen for row in verification.rows} == {Seen.UNKNOWN}
    assert {finding.code for row in verification.rows for finding in row.findings} == {"unanswered"}


def test_a_record_that_was_never_right_is_pending_while_it_is_absent():
    """DESIGN's choice where the documents are silent; detail as in the Sendara guide's example."""
    row = after(PENDING, published(one(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES))).row(DMARC)
    assert row is not None
    assert (row.status, row.detail) == (PENDING, "no _dmarc TXT record found yet")


def test_a_record_that_was_right_has_failed_once_it_is_absent():
    """Sendara domains guide: "if a record is later removed the status flips back to failed"."""
    verification = after(VERIFIED, published(one(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES)))
    assert verification.statuses()[DMARC] is FAILED


def test_something_wrong_fails_a_record_that_was_never_right():
    dns = published(one(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES))
    dns.publish([RequiredRecord(DMARC, RECORDS[-1].type, "_dmarc.acme.test", "v=DMARC1; p=always")])
    assert after(PENDING, dns).statuses()[DMARC] is FAILED


@pytest.mark.parametrize(
    ("once_verified", "status"), [(frozenset(), PENDING), (frozenset({DMARC}), FAILED), (None, FAILED)]
)
def test_a_failed_record_that_is_gone_is_pending_again_only_if_it_never_was_right(once_verified, status):
    dns = published(one(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES))
    assert after(FAILED, dns, once_verified=once_verified).statuses()[DMARC] is status


def test_what_a_resolver_remembers_proves_a_right_record_and_no_wrong_one():
    class Remembered(PublishedRecords):
        def _answer(self, question: Question) -> Answer:
            answer = super()._answer(question)
            if isinstance(answer, Present) and question.name == "_dmarc.acme.test":
                return Present(question, answer.values, 60, "resolver", witness=Witness.CACHE)
            return answer

    right, wrong = Remembered(), Remembered()
    right.publish(RECORDS)
    wrong.publish(RECORDS)
    wrong.publish([RequiredRecord(DMARC, RECORDS[-1].type, "_dmarc.acme.test", "v=DMARC1; p=always")])
    assert after(PENDING, right).statuses()[DMARC] is VERIFIED
    assert after(VERIFIED, wrong).statuses()[DMARC] is VERIFIED
    assert after(PENDING, wrong).statuses()[DMARC] is PENDING


def test_a_verified_row_has_no_detail_and_only_notes():
    dns = published(one(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES))
    dns.publish([RequiredRecord(DMARC, RECORDS[-1].type, "_dmarc.acme.test", "v=DMARC1; p=none; rua=acme")])
    row = after(PENDING, dns).row(DMARC)
    assert row is not None
    assert (row.status, row.detail) == (VERIFIED, None)
    assert [finding.blocking for finding in row.findings] == [False]


# --- what the provider says ---------------------------------------------------------------------------------------------

WITH_DNS_RIGHT = [
    # provider's check, before, after, finding
    (ProviderCheck.SUCCESS, PENDING, VERIFIED, None),
    (ProviderCheck.PENDING, PENDING, PENDING, "provider_pending"),
    (ProviderCheck.PENDING, VERIFIED, PENDING, "provider_pending"),
    (ProviderCheck.NOT_STARTED, PENDING, PENDING, "provider_pending"),
    (ProviderCheck.FAILED, FAILED, PENDING, "provider_pending"),
    (ProviderCheck.TEMPORARY_FAILURE, VERIFIED, VERIFIED, "provider_pending"),
    (ProviderCheck.TEMPORARY_FAILURE, PENDING, PENDING, "provider_pending"),
    (ProviderCheck.UNKNOWN, VERIFIED, VERIFIED, None),
    (ProviderCheck.UNKNOWN, PENDING, PENDING, "provider_pending"),
]


@pytest.mark.parametrize(("said", "before", "status", "code"), WITH_DNS_RIGHT)
def test_a_right_record_waits_for_the_provider(said, before, status, code):
    verification = after(before, published(), provider=ProviderStatus(said, ProviderCheck.SUCCESS))
    for row in verification.rows:
        if row.record.purpose in DKIM_PURPOSES:
            assert (row.status, [finding.code for finding in row.findings]) == (
                status,
                [code] if code else [],
            )
        else:
            assert row.status is VERIFIED


def test_the_provider_has_no_say_in_dmarc():
    nothing_yet = ProviderStatus(ProviderCheck.PENDING, ProviderCheck.PENDING)
    assert after(PENDING, published(), provider=nothing_yet).statuses()[DMARC] is VERIFIED


def test_the_provider_s_yes_doesn_t_make_a_broken_record_right():
    dns = published(one(*DKIM_PURPOSES, DMARC, RecordPurpose.MAIL_FROM_MX))
    assert after(VERIFIED, dns, provider=SUCCESS).statuses()[RecordPurpose.MAIL_FROM_SPF] is FAILED


def test_a_right_record_says_that_it_waits_for_the_others_of_its_kind():
    dns = published(one(RecordPurpose.DKIM_1, RecordPurpose.DKIM_2, *MAIL_FROM_PURPOSES, DMARC))
    row = after(PENDING, dns, provider=ProviderStatus(ProviderCheck.PENDING, ProviderCheck.SUCCESS)).row(
        DKIM_PURPOSES[0]
    )
    assert row is not None
    assert "waiting for the records that belong with it" in (row.detail or "")


@pytest.mark.parametrize(
    ("withdrawn", "restart"),
    [
        ((), (True, True)),
        ((RecordPurpose.DKIM_3,), (False, True)),
        ((RecordPurpose.MAIL_FROM_MX,), (True, False)),
    ],
)
def test_the_provider_s_check_is_started_again_when_it_gave_up_on_records_that_are_right(withdrawn, restart):
    dns = published()
    dns.withdraw(one(*withdrawn))
    gave_up = ProviderStatus(ProviderCheck.FAILED, ProviderCheck.FAILED)
    verification = after(PENDING, dns, provider=gave_up)
    assert (verification.restart_dkim, verification.restart_mail_from) == restart


@pytest.mark.parametrize("said", [check for check in ProviderCheck if check is not ProviderCheck.FAILED])
def test_nothing_is_started_again_while_the_provider_is_still_looking(said):
    verification = after(PENDING, published(), provider=ProviderStatus(said, said))
    assert (verification.restart_dkim, verification.restart_mail_from) == (False, False)


# --- the whole ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "dkim", "spf", "return_path", "dmarc"),
    [
        ((), True, True, True, True),
        ((RecordPurpose.DKIM_2,), False, True, True, True),
        ((RecordPurpose.MAIL_FROM_SPF,), True, False, True, True),
        ((RecordPurpose.MAIL_FROM_MX,), True, True, False, True),
        ((DMARC,), True, True, True, False),
    ],
)
def test_rows_add_up(missing, dkim, spf, return_path, dmarc):
    dns = published()
    dns.withdraw(one(*missing))
    verification = after(PENDING, dns)
    assert verification.dkim_verified is dkim
    assert verification.spf_verified is spf
    assert verification.return_path_verified is return_path
    assert verification.dmarc_verified is dmarc
    assert verification.dkim_definitely_absent is not dkim


def test_an_unanswered_dkim_record_is_not_definitely_absent():
    dns = published()
    dns.silence(one(*DKIM_PURPOSES))
    assert not after(VERIFIED, dns).dkim_definitely_absent


def test_dkim_isn_t_verified_while_there_are_no_dkim_records_to_publish():
    records = one(*MAIL_FROM_PURPOSES, DMARC)
    subject = Subject("acme.test", "acme.test", "us-east-1", "mail.acme.test", tuple(records))
    verification = verify(DomainCheck(subject), published(), now=NOW)
    assert len(verification.rows) == 3
    assert not verification.dkim_verified


def test_a_healthy_domain_is_asked_its_six_questions_and_no_more():
    class Counting(PublishedRecords):
        asked: list[Inquiry] = []  # noqa: RUF012

        def ask(self, inquiry: Inquiry) -> Replies:
            self.asked.append(inquiry)
            return super().ask(inquiry)

    dns = Counting()
    dns.publish(RECORDS)
    after(VERIFIED, dns, provider=SUCCESS)
    assert dns.asked == [Inquiry(zone=frozenset(Question(record.name, record.type) for record in RECORDS))]


def test_several_domains_are_asked_about_together_and_judged_apart():
    other = required("other.test")
    subjects = [SUBJECT, Subject("other.test", "other.test", "us-east-1", "mail.other.test", other)]
    dns = published([*RECORDS, *other[:-1]])
    first, second = verify_all([DomainCheck(subject) for subject in subjects], dns, now=NOW)
    assert first.dmarc_verified
    assert not second.dmarc_verified
    assert verify_all([], dns, now=NOW) == ()


def test_every_answer_of_the_zone_is_kept_as_evidence():
    verification = after(PENDING, published())
    assert {answer.question for answer in verification.answers} == {
        Question(one.name, one.type) for one in RECORDS
    }


def test_a_dns_that_answers_nothing_at_all_to_a_question_is_survived():
    class Forgetful(PublishedRecords):
        @contextmanager
        def conversation(self, *, seconds: float) -> Iterator[PublishedRecords]:
            yield self

        def ask(self, inquiry: Inquiry) -> Replies:
            asked = {question: Absent(question, AbsenceReason.NO_DATA, "ns1") for question in inquiry.zone}
            return Replies(asked, {}, {})

    assert set(after(PENDING, Forgetful()).statuses().values()) == {PENDING}
