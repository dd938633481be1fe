"""Verification: what DNS and the provider say of each required record, and which status follows.

Answers are three-valued, and what is unknown never changes a status. A record that was never right so far is pending while
nothing definite and wrong is published, else failed; one that was right and is now definitely wrong or absent has failed.
The provider is one more witness: a record is verified only when DNS shows it right and the provider has seen it too.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.evidence import Evidence
from letterhead.domains.diagnosis.examination import examine, first_inquiry
from letterhead.domains.diagnosis.finding import Finding, Fix
from letterhead.domains.diagnosis.judgement import Judgement, Seen
from letterhead.domains.dns_answers import Answer, DnsLookup, Inquiry
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import (
    DKIM_PURPOSES,
    MAIL_FROM_PURPOSES,
    RecordPurpose,
    RecordStatus,
    RequiredRecord,
)
from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from letterhead.domains.diagnosis.subject import Subject

# The whole verification answers within five seconds whatever DNS does; the rest is left to the provider and the store.
CONVERSATION_SECONDS = 4.5
# SPF's includes are at most ten deep (RFC 7208 section 4.6.4) and are followed level by level.
_MOST_ROUNDS = 14


@value_type
class DomainCheck:
    """A domain to be verified: its required records, their statuses so far, and the provider's word.

    `provider` None leaves the provider out of it. `once_verified` names the records that have been right before; without it
    a failed record counts as one that was. `thorough` has everything looked at even while all is right.
    """

    subject: Subject
    previous: Mapping[RecordPurpose, RecordStatus] = field(default_factory=dict)
    provider: ProviderStatus | None = None
    once_verified: AbstractSet[RecordPurpose] | None = None
    thorough: bool = False


@value_type
class RecordVerdict:
    """One required record after a check. `seen` is what DNS alone shows; `detail` says in one sentence why the record isn't
    verified."""

    record: RequiredRecord
    status: RecordStatus
    seen: Seen
    detail: str | None = None
    findings: tuple[Finding, ...] = ()


@value_type
class Verification:
    """A check's result: a row for each required record in its order, and every answer of the zone's servers.

    `restart_dkim` and `restart_mail_from` say that the provider has given up on records that are right now: its check should
    be started again.
    """

    rows: tuple[RecordVerdict, ...]
    answers: tuple[Answer, ...] = ()
    restart_dkim: bool = False
    restart_mail_from: bool = False

    def row(self, purpose: RecordPurpose) -> RecordVerdict | None:
        """The row of one record."""
        return next((row for row in self.rows if row.record.purpose is purpose), None)

    def statuses(self) -> dict[RecordPurpose, RecordStatus]:
        """Every record's status."""
        return {row.record.purpose: row.status for row in self.rows}

    def all_verified(self, *purposes: RecordPurpose) -> bool:
        """Whether each of these records is required and verified."""
        statuses = self.statuses()
        return all(statuses.get(purpose) is RecordStatus.VERIFIED for purpose in purposes)

    @property
    def dkim_verified(self) -> bool:
        """All three DKIM records."""
        return self.all_verified(*DKIM_PURPOSES)

    @property
    def spf_verified(self) -> bool:
        """The SPF record at the MAIL FROM domain."""
        return self.all_verified(RecordPurpose.MAIL_FROM_SPF)

    @property
    def return_path_verified(self) -> bool:
        """The MX at the MAIL FROM domain."""
        return self.all_verified(RecordPurpose.MAIL_FROM_MX)

    @property
    def dmarc_verified(self) -> bool:
        """The DMARC record."""
        return self.all_verified(RecordPurpose.DMARC)

    @property
    def dkim_definitely_absent(self) -> bool:
        """Whether a DKIM record is definitely not published as required: what ends the right to send if it lasts."""
        return any(
            row.seen in (Seen.ABSENT, Seen.WRONG) for row in self.rows if row.record.purpose in DKIM_PURPOSES
        )


def verify(check: DomainCheck, lookup: DnsLookup, *, now: datetime) -> Verification:
    """Check one domain. Changes nothing, never raises, and takes at most `CONVERSATION_SECONDS` for DNS."""
    return verify_all([check], lookup, now=now)[0]


def verify_all(
    checks: Sequence[DomainCheck],
    lookup: DnsLookup,
    *,
    now: datetime,
    seconds: float = CONVERSATION_SECONDS,
) -> tuple[Verification, ...]:
    """Check several domains, all their questions in flight at the same time; takes at most that many seconds for DNS."""
    with lookup.conversation(seconds=seconds) as conversation:
        inquiries = [first_inquiry(check.subject) for check in checks]
        first = conversation.ask(_joined(inquiries)).zone
        evidences = [
            Evidence({question: first[question] for question in inquiry.zone}) for inquiry in inquiries
        ]
        results = [judge(check, evidence, now=now) for check, evidence in zip(checks, evidences, strict=True)]
        for _ in range(_MOST_ROUNDS):
            unfinished = [index for index, evidence in enumerate(evidences) if evidence.wanted()]
            if not unfinished:
                break
            replies = conversation.ask(_joined([evidences[index].wanted() for index in unfinished]))
            for index in unfinished:
                evidences[index].add(replies)
                results[index] = judge(checks[index], evidences[index], now=now)
    return tuple(results)


def judge(check: DomainCheck, evidence: Evidence, *, now: datetime) -> Verification:
    """The verdicts that follow from the evidence so far; what else it takes is noted in the evidence as wanted."""
    judgements = examine(
        check.subject,
        evidence,
        now,
        thorough=check.thorough or _waits(check.provider),
        once_right={record.purpose for record in check.subject.required if _was_right(check, record.purpose)},
    )
    rows = tuple(_verdict(check, record, judgements) for record in check.subject.required)
    provider = check.provider
    return Verification(
        rows,
        evidence.answers(),
        restart_dkim=provider is not None
        and provider.dkim is ProviderCheck.FAILED
        and _all_right(judgements, DKIM_PURPOSES),
        restart_mail_from=provider is not None
        and provider.mail_from is ProviderCheck.FAILED
        and _all_right(judgements, MAIL_FROM_PURPOSES),
    )


def _verdict(
    check: DomainCheck, record: RequiredRecord, judgements: Mapping[RecordPurpose, Judgement]
) -> RecordVerdict:
    judgement = judgements[record.purpose]
    previous = check.previous.get(record.purpose, RecordStatus.PENDING)
    findings = judgement.findings
    if judgement.seen is Seen.UNKNOWN:
        status = previous
    elif judgement.seen is Seen.WRONG:
        status = RecordStatus.FAILED
    elif judgement.seen is Seen.ABSENT:
        status = RecordStatus.FAILED if _was_right(check, record.purpose) else RecordStatus.PENDING
    else:
        status, waiting = _with_provider(check, record, previous, judgements)
        findings += waiting
    if status is RecordStatus.VERIFIED:
        findings = tuple(replace(finding, blocking=False) for finding in findings) if findings else ()
        detail = None
    else:
        detail = next(
            (finding.message for finding in sorted(findings, key=lambda one: not one.blocking)), None
        )
    return RecordVerdict(record, status, judgement.seen, detail, findings)


def _waits(provider: ProviderStatus | None) -> bool:
    """Whether the provider hasn't seen the records (any more)."""
    return provider is not None and not {provider.dkim, provider.mail_from} <= {
        ProviderCheck.SUCCESS,
        ProviderCheck.UNKNOWN,
    }


def _was_right(check: DomainCheck, purpose: RecordPurpose) -> bool:
    previous = check.previous.get(purpose, RecordStatus.PENDING)
    if check.once_verified is not None:
        return purpose in check.once_verified or previous is RecordStatus.VERIFIED
    return previous is not RecordStatus.PENDING


def _with_provider(
    check: DomainCheck,
    record: RequiredRecord,
    previous: RecordStatus,
    judgements: Mapping[RecordPurpose, Judgement],
) -> tuple[RecordStatus, tuple[Finding, ...]]:
    """The status of a record that DNS shows right, once the provider has had its say."""
    said = _said(check.provider, record.purpose)
    if said is None or said is ProviderCheck.SUCCESS:
        return RecordStatus.VERIFIED, ()
    transient = said in (ProviderCheck.UNKNOWN, ProviderCheck.TEMPORARY_FAILURE)
    keeps = transient and previous is RecordStatus.VERIFIED
    if keeps and said is ProviderCheck.UNKNOWN:
        return RecordStatus.VERIFIED, ()
    group = DKIM_PURPOSES if record.purpose in DKIM_PURPOSES else MAIL_FROM_PURPOSES
    finding = _provider_pending(said, all_right=_all_right(judgements, group), blocking=not keeps)
    return (RecordStatus.VERIFIED if keeps else RecordStatus.PENDING), (finding,)


def _said(provider: ProviderStatus | None, purpose: RecordPurpose) -> ProviderCheck | None:
    if provider is None or purpose is RecordPurpose.DMARC:
        return None
    return provider.dkim if purpose in DKIM_PURPOSES else provider.mail_from


def _all_right(judgements: Mapping[RecordPurpose, Judgement], purposes: Sequence[RecordPurpose]) -> bool:
    return all(purpose in judgements and judgements[purpose].seen is Seen.RIGHT for purpose in purposes)


def _provider_pending(said: ProviderCheck, *, all_right: bool, blocking: bool) -> Finding:
    if said is ProviderCheck.UNKNOWN:
        message = "This record is right; the mail provider could not be asked whether it has seen it."
        advice = "Nothing to do in DNS: check again in a few minutes."
    elif not all_right:
        message = "This record is right; the mail provider is waiting for the records that belong with it."
        advice = "Leave this record as it is and put the others right."
    elif said is ProviderCheck.FAILED:
        message = "This record is right; the mail provider had given up looking for it and has to look again."
        advice = "Nothing to do in DNS: the provider's check is started again."
    else:
        message = "This record is right; the mail provider has not seen it yet."
        advice = "Nothing to do in DNS: the provider looks again by itself, usually within minutes, at most 72 hours."
    return Finding(
        Code.PROVIDER_PENDING, message, blocking, fix=Fix(advice), more={"provider_status": said.value}
    )


def _joined(inquiries: Sequence[Inquiry]) -> Inquiry:
    return Inquiry(
        frozenset().union(*(inquiry.zone for inquiry in inquiries)),
        frozenset().union(*(inquiry.resolver for inquiry in inquiries)),
        frozenset().union(*(inquiry.opinions for inquiry in inquiries)),
    )
