"""The examination of a domain: every required record judged by the rules for its kind, and what is not right explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.case import Case
from letterhead.domains.diagnosis.cname import beside_cname, instead_of_cname, judge_cname
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.dmarc import blocked_by_policy, judge_dmarc, missing_dmarc, published_dmarc
from letterhead.domains.diagnosis.judgement import Judgement, Seen
from letterhead.domains.diagnosis.mx import instead_of_mx, judge_mx
from letterhead.domains.diagnosis.neighbours import has_wildcard, misplaced, wildcard
from letterhead.domains.diagnosis.spf import judge_spf
from letterhead.domains.diagnosis.zone import Judge, compared, is_hearsay, not_delegated, silence
from letterhead.domains.dns_answers import AbsenceReason, Absent, Inquiry, Present, Question
from letterhead.domains.records import DKIM_PURPOSES, MAIL_FROM_PURPOSES, RecordPurpose, RecordType
from letterhead.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from letterhead.domains.diagnosis.evidence import Evidence
    from letterhead.domains.diagnosis.finding import Finding
    from letterhead.domains.diagnosis.subject import Subject

_JUDGES: Mapping[RecordPurpose, Judge] = {
    **dict.fromkeys(DKIM_PURPOSES, judge_cname),
    RecordPurpose.MAIL_FROM_MX: judge_mx,
    RecordPurpose.MAIL_FROM_SPF: judge_spf,
    RecordPurpose.DMARC: judge_dmarc,
}
_DEFINITE = (Seen.WRONG, Seen.ABSENT)


def first_inquiry(subject: Subject) -> Inquiry:
    """The questions that every check begins with: one for each required record."""
    return Inquiry(zone=frozenset(Question(record.name, record.type) for record in subject.required))


def examine(
    subject: Subject,
    evidence: Evidence,
    now: datetime,
    *,
    thorough: bool,
    once_right: AbstractSet[RecordPurpose] = frozenset(),
) -> Mapping[RecordPurpose, Judgement]:
    """What DNS shows of each required record. Notes in the evidence what else it needs to know.

    While all is right nothing else is asked. Once something is wrong, or `thorough`, every server is heard and the names are
    looked at where a record lands by mistake. `once_right` names the records that have been right before.
    """
    cases = {
        record.purpose: Case(record, subject, evidence, record.purpose in once_right)
        for record in subject.required
    }
    first = {purpose: _first_look(case) for purpose, case in cases.items()}
    if (
        not thorough
        and all(judgement.seen is Seen.RIGHT for judgement in first.values())
        and not _troubled(cases)
    ):
        return first
    explained = {purpose: _explained(case, first[purpose], now) for purpose, case in cases.items()}
    return _with_policy(cases, explained)


def _troubled(cases: Mapping[RecordPurpose, Case]) -> bool:
    """Whether the resolvers failed on a zone whose own servers answer."""
    answers = [case.answer for case in cases.values()]
    return any(
        answer is not None and answer.zone is not None and answer.zone.resolvers_fail for answer in answers
    )


def _first_look(case: Case) -> Judgement:
    judgement = _JUDGES[case.record.purpose](case, case.answer)
    if judgement.seen is not Seen.RIGHT and is_hearsay(case.answer):
        return Judgement(Seen.UNKNOWN)
    return judgement


def _explained(case: Case, judgement: Judgement, now: datetime) -> Judgement:
    """The judgement with the findings that explain it, after everyone was heard."""
    if judgement.seen is Seen.ABSENT:
        undelegated = not_delegated(case)
        if undelegated is not None:
            return Judgement(Seen.ABSENT, (undelegated,))
    after = compared(case, judgement, _JUDGES[case.record.purpose], now)
    if after.seen is Seen.UNKNOWN:
        return after if after.findings else replace(after, findings=silence(case))
    if after.seen is Seen.WRONG:
        covered = wildcard(case)
        return Judgement(Seen.ABSENT, (covered,)) if covered is not None else after
    if after.seen is Seen.ABSENT:
        return _absent(case, after)
    return _right(case, after)


def _absent(case: Case, judgement: Judgement) -> Judgement:
    """Where the record went, or what is there instead."""
    purpose = case.record.purpose
    instead: Finding | None = None
    name_exists = isinstance(case.answer, Absent) and case.answer.reason is AbsenceReason.NO_DATA
    if purpose in DKIM_PURPOSES and name_exists:
        instead = instead_of_cname(case)
        if instead is not None and instead.code is Code.CNAME_FLATTENED and _addresses_are_wild(case):
            instead = None
    elif purpose is RecordPurpose.MAIL_FROM_MX:
        instead = instead_of_mx(case)
    covered = wildcard(case)
    found = instead or misplaced(case)
    if found is not None:
        seen = Seen.ABSENT if found.code is Code.SPF_AT_APEX_INSTEAD else Seen.WRONG
        return Judgement(seen, (found, *judgement.findings))
    return Judgement(Seen.ABSENT, (covered or _missing(case), *judgement.findings))


def _addresses_are_wild(case: Case) -> bool:
    wild = [has_wildcard(case, kind) for kind in (RecordType.A, RecordType.AAAA)]
    texts = case.evidence.answer(case.record.name, RecordType.TXT)
    return any(wild) and not isinstance(texts, Present)


def _missing(case: Case) -> Finding:
    if case.record.purpose is RecordPurpose.DMARC:
        return missing_dmarc(case)
    kind = "SPF (TXT)" if case.record.purpose is RecordPurpose.MAIL_FROM_SPF else case.record.type
    return case.finding(
        Code.MISSING,
        f"no {kind} record found at {case.record.name} {case.not_there}",
        fix=case.fix("Add the record."),
    )


def _right(case: Case, judgement: Judgement) -> Judgement:
    if case.record.purpose in DKIM_PURPOSES:
        beside = beside_cname(case)
        if beside is not None:
            return Judgement(Seen.WRONG, (beside, *judgement.findings))
    elif case.record.purpose in MAIL_FROM_PURPOSES:
        beside = _beside_alias(case)
        if beside is not None:
            return Judgement(Seen.WRONG, (beside, *judgement.findings))
        covered = _until_the_other_is_there(case)
        if covered is not None:
            return Judgement(Seen.ABSENT, (covered, *judgement.findings))
    return judgement


def _until_the_other_is_there(case: Case) -> Finding | None:
    """Whether a wildcard answers for one of the MAIL FROM domain's records while the other is missing: as soon as that one is
    published the name exists, and the wildcard doesn't answer for it any more (RFC 4592 section 2.2.1)."""
    others = [
        case.evidence.answer(record.name, record.type)
        for record in case.subject.required
        if record.purpose in MAIL_FROM_PURPOSES and record.purpose is not case.record.purpose
    ]
    return wildcard(case) if any(isinstance(answer, Absent) for answer in others) else None


def _beside_alias(case: Case) -> Finding | None:
    """The MAIL FROM domain answers for one type by itself and for the other as an alias: a CNAME stands beside a record."""
    answers = [
        case.evidence.answer(case.subject.mail_from_domain, kind) for kind in (RecordType.MX, RecordType.TXT)
    ]
    present = [answer for answer in answers if isinstance(answer, Present)]
    if len(present) < 2 or len({bool(answer.chain) for answer in present}) == 1:
        return None
    target = next(answer.chain[0] for answer in present if answer.chain)
    return case.finding(
        Code.CNAME_BESIDE_OTHER_TYPES,
        f"{case.record.name} has a CNAME (to {target}) beside other records; it is chance which of them a resolver sees.",
        found=f"CNAME {target}",
        fix=case.remove(
            f"Delete the CNAME at {case.record.name}; keep the other records.",
            RecordType.CNAME,
            case.record.name,
        ),
    )


def _with_policy(
    cases: Mapping[RecordPurpose, Case], judgements: Mapping[RecordPurpose, Judgement]
) -> Mapping[RecordPurpose, Judgement]:
    """The DMARC row once more, seen together with the rows that its policy depends on."""
    case, own = cases.get(RecordPurpose.DMARC), judgements.get(RecordPurpose.DMARC)
    if case is None or own is None or own.seen is not Seen.RIGHT:
        return judgements
    blocked = blocked_by_policy(
        case,
        published_dmarc(case.answer),
        dkim_broken=any(
            judgements[purpose].seen in _DEFINITE for purpose in DKIM_PURPOSES if purpose in judgements
        ),
        spf_aligns=all(
            judgements[purpose].seen is Seen.RIGHT for purpose in MAIL_FROM_PURPOSES if purpose in judgements
        ),
    )
    if blocked is None:
        return judgements
    return {**judgements, RecordPurpose.DMARC: Judgement(own.seen, (*own.findings, blocked))}
