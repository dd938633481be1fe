"""Faults of the zone rather than of a record: not delegated, its servers silent, contradicting each other, or not believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from letterhead.domains.diagnosis.case import Case
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.finding import Finding, Fix
from letterhead.domains.diagnosis.judgement import Judgement, Seen
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Opinions,
    Present,
    ServerAnswer,
    SilenceReason,
    Unanswered,
    Witness,
)
from letterhead.domains.records import RecordType

Judge = Callable[[Case, Answer | None], Judgement]

_SAYS = {
    SilenceReason.TIMEOUT: "did not answer in time",
    SilenceReason.SERVFAIL: "answered that it failed (SERVFAIL)",
    SilenceReason.REFUSED: "refused to answer (REFUSED)",
    SilenceReason.LAME: "does not serve the zone that is delegated to it",
    SilenceReason.MALFORMED: "sent something that is no answer",
    SilenceReason.NO_SERVER: "has no address that may be asked",
}
_NOT_SERVED = (SilenceReason.REFUSED, SilenceReason.LAME, SilenceReason.SERVFAIL)


def not_delegated(case: Case) -> Finding | None:
    """Whether it is the zone above the registrable domain that says there is nothing: the domain doesn't exist in DNS."""
    answer, registrable = case.answer, case.subject.registrable
    if not isinstance(answer, Absent) or answer.zone is None:
        return None
    apex = answer.zone.apex
    if apex != "." and not registrable.endswith("." + apex):
        return None
    domain = case.evidence.answer(registrable, RecordType.SOA)
    if domain is not None and not (
        isinstance(domain, Absent) and domain.reason is AbsenceReason.NO_SUCH_NAME
    ):
        return None  # it is there, as a name within the zone above it
    parent = registrable.partition(".")[2]
    return case.finding(
        Code.ZONE_NOT_DELEGATED,
        f"{registrable} is not in the DNS: the zone above it ({parent}) delegates it to no nameserver.",
        fix=Fix(
            f"At the registrar, see that {registrable} is registered, not expired or on hold, and has the nameservers of the "
            "DNS host where the records are. Records published there count only then."
        ),
        more={"answered_by": answer.server},
    )


def silence(case: Case) -> tuple[Finding, ...]:
    """Why the question has no answer: whose fault it is, as far as the other servers and the resolver tell."""
    answer = case.answer
    opinions = None if _timed_out(answer) else case.evidence.opinions(case.record.name, case.record.type)
    if opinions is not None and _is_bogus(opinions):
        return (_bogus(case),)
    reason = answer.reason if isinstance(answer, Unanswered) else SilenceReason.SERVFAIL
    server = (answer.server if isinstance(answer, Unanswered) else None) or "the zone's server"
    if isinstance(answer, Unanswered) and answer.zone is not None and reason is not SilenceReason.TIMEOUT:
        served = case.evidence.opinions(answer.zone.apex, RecordType.SOA)
        lame = _lame_servers(served) if served is not None else ()
        if served is not None and len(lame) == len(served.servers):
            return (_lame(case, answer.zone.apex, sorted(answer.zone.servers), ()),)
    why = f"{server} {_SAYS[reason]}"
    if reason is SilenceReason.TIMEOUT and isinstance(answer, Unanswered) and answer.zone is None:
        why = (
            f"the servers of {case.subject.registrable} could not be found in time; most likely they are down"
        )
    return (
        case.finding(
            Code.UNANSWERED,
            f"The question for this record got no answer: {why}. Nothing follows from that about the record.",
            fix=Fix(
                "Leave the record as it is for now; check again in a few minutes, and ask the DNS host if it lasts.",
                case.record.type.value,
                name=case.record.name,
            ),
            more={"reason": reason.value, "server": server},
        ),
    )


def compared(case: Case, judgement: Judgement, judge: Judge, now: datetime) -> Judgement:
    """A judgement after hearing every server and the resolver.

    Servers that contradict each other prove nothing, unless the newest copy of the zone (by its serial, RFC 1982) is the one
    that has the record right.
    """
    if _timed_out(case.answer):
        return judgement
    opinions = case.evidence.opinions(case.record.name, case.record.type)
    if opinions is None:
        return judgement
    seen = [(one, judge(case, one.answer).seen) for one in opinions.servers]
    notes = list(judgement.findings)
    verdict = judgement.seen
    definite = {one for _, one in seen if one is not Seen.UNKNOWN}
    if verdict is Seen.UNKNOWN and definite == {Seen.RIGHT}:
        verdict = Seen.RIGHT
    elif Seen.RIGHT in definite and len(definite) > 1:
        right = [one for one, how in seen if how is Seen.RIGHT]
        others = [one for one, how in seen if how in (Seen.WRONG, Seen.ABSENT)]
        verdict = Seen.RIGHT if _is_newer(right, others) else Seen.UNKNOWN
        notes = [_disagreement(case, right, others)]
    lame = _lame_servers(opinions)
    if lame and verdict is not Seen.RIGHT and len(lame) < len(opinions.servers) and case.zone is not None:
        answering = [_server(one.answer) for one in opinions.servers if _server(one.answer) not in lame]
        notes.append(_lame(case, case.zone.apex, lame, answering))
    if verdict is Seen.RIGHT:
        if _is_bogus(opinions):
            return Judgement(Seen.UNKNOWN, (_bogus(case), *notes))
        notes += _visibility(case, opinions.resolver, judge, now)
    return Judgement(verdict, tuple(notes))


def is_hearsay(answer: Answer | None) -> bool:
    """Whether an answer is only what a resolver remembers while the zone's own servers failed: proof of nothing but itself."""
    return isinstance(answer, Present) and answer.witness is Witness.CACHE


def _timed_out(answer: Answer | None) -> bool:
    """Whether everyone has kept us waiting already; asking them again would take as long once more."""
    return isinstance(answer, Unanswered) and answer.reason is SilenceReason.TIMEOUT


def _is_bogus(opinions: Opinions) -> bool:
    """A validating resolver fails, and answers as soon as it needn't validate (RFC 4035 section 3.2.2)."""
    failed = isinstance(opinions.resolver, Unanswered) and opinions.resolver.reason is SilenceReason.SERVFAIL
    return failed and isinstance(opinions.unchecked, Present | Absent)


def _bogus(case: Case) -> Finding:
    apex = case.apex
    return case.finding(
        Code.DNSSEC_BOGUS,
        f"The DNSSEC signatures of {apex} don't match its DS record: resolvers that validate refuse its records.",
        fix=Fix(
            f"At the registrar, remove the DS record of {apex} or replace it by the one that the DNS host shows; "
            "a DS left from an earlier DNS host is the usual cause."
        ),
    )


def _lame_servers(opinions: Opinions) -> tuple[str, ...]:
    return tuple(
        _server(one.answer)
        for one in opinions.servers
        if isinstance(one.answer, Unanswered) and one.answer.reason in _NOT_SERVED
    )


def _lame(case: Case, apex: str, servers: Sequence[str], answering: Sequence[str]) -> Finding:
    names = ", ".join(servers) or "the servers"
    message = f"{apex} is delegated to {names}, which {'does' if len(servers) == 1 else 'do'} not serve it."
    advice = (
        f"At the registrar, set the nameservers of {apex} to those that its DNS host names; "
        "or create the zone at the DNS host that it is delegated to."
    )
    if apex.endswith("." + case.subject.registrable):
        advice = (
            f"In the zone above, correct the NS records of {apex}, or delete them and publish its records there; "
            "or create the zone at the DNS host that it is delegated to."
        )
    return case.finding(
        Code.LAME_DELEGATION,
        message,
        fix=Fix(advice),
        blocking=not answering,
        more={"servers": list(servers), "answering": list(answering)},
    )


def _disagreement(case: Case, right: Sequence[ServerAnswer], others: Sequence[ServerAnswer]) -> Finding:
    behind = ", ".join(_server(one.answer) for one in others)
    return case.finding(
        Code.SERVERS_DISAGREE,
        f"The zone's servers don't say the same: {behind} doesn't have the record as it is at "
        f"{', '.join(_server(one.answer) for one in right)}.",
        fix=Fix(
            "Usually the other server has not taken over the change yet: wait an hour. If it lasts, have the DNS host look at "
            "the zone transfer, or publish the record at every DNS host that serves the zone."
        ),
        blocking=False,
        more={"servers": {_server(one.answer): _shown(one) for one in (*right, *others)}},
    )


def _visibility(case: Case, resolver: Answer, judge: Judge, now: datetime) -> list[Finding]:
    """Whether resolvers still remember what was there before."""
    if judge(case, resolver).seen not in (Seen.ABSENT, Seen.WRONG):
        return []
    seconds = resolver.ttl if isinstance(resolver, Present) else None
    if isinstance(resolver, Absent):
        seconds = resolver.negative_ttl
    more: dict[str, object] = {}
    until = "for a while"
    if seconds is not None:
        moment = (now + timedelta(seconds=seconds)).astimezone(UTC)
        more = {"visible_from": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "seconds": seconds}
        until = f"until about {moment:%H:%M} UTC"
    return [
        case.finding(
            Code.NOT_YET_VISIBLE,
            f"The record is right at the zone's servers; resolvers still remember the old answer {until}.",
            found=resolver.values if isinstance(resolver, Present) else "no record",
            fix=Fix("Nothing to do: wait until then."),
            blocking=False,
            more=more,
        )
    ]


def _is_newer(right: Sequence[ServerAnswer], others: Sequence[ServerAnswer]) -> bool:
    """Whether the newest of some copies is newer than every other one, by serial number arithmetic (RFC 1982)."""
    pairs = [(one.serial, other.serial) for one in right for other in others]
    if any(mine is None or theirs is None for mine, theirs in pairs):
        return False
    return any(
        all(0 < ((one.serial or 0) - (other.serial or 0)) % 2**32 < 2**31 for other in others)
        for one in right
    )


def _server(answer: Answer) -> str:
    return answer.server or "a server"


def _shown(one: ServerAnswer) -> dict[str, object]:
    values = list(one.answer.values) if isinstance(one.answer, Present) else []
    return {"values": values, "serial": one.serial}
