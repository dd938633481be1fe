"""What an SPF record costs and reaches: its look-ups over all includes (RFC 7208 sections 4.6.4 and 5.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.spf_record import Mechanism, SpfRecord, SpfSyntaxError, is_spf, read_spf
from letterhead.domains.dns_answers import Absent, Answer, Present
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from letterhead.domains.diagnosis.evidence import Evidence

MOST_LOOKUPS = 10
MOST_VOID_LOOKUPS = 2


@dataclass
class Walk:
    """The sum over a record and everything that it includes.

    `authorises`: the needed domain is included, or redirected to. `macros` and `unanswered` say why that, or the sum, can't be
    known. `broken` names includes without one usable SPF record, which make the whole record a permerror.
    """

    needed: str
    lookups: int = 0
    void: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    authorises: bool = False
    macros: bool = False
    unanswered: bool = False


def walk(record: SpfRecord, domain: str, needed: str, evidence: Evidence) -> Walk:
    """Follow a record published at `domain`; `needed` is the domain that it has to include for our mail to pass."""
    result = Walk(needed)
    _visit(record, domain, result, evidence, path=(domain,), passes=True)
    return result


def _visit(
    record: SpfRecord, domain: str, result: Walk, evidence: Evidence, *, path: tuple[str, ...], passes: bool
) -> None:
    """`passes`: whether a match down here makes the whole record pass."""
    for mechanism in record.mechanisms:
        if result.lookups > MOST_LOOKUPS:
            return
        if not mechanism.looks_up:
            continue
        result.lookups += 1
        if mechanism.name == "include":
            _include(mechanism, result, evidence, path=path, passes=passes and mechanism.qualifier == "+")
        elif mechanism.has_macro:
            result.macros = True
        elif mechanism.name != "ptr":
            _address(mechanism, domain, result, evidence)
    if record.redirect is not None:
        result.lookups += 1
        if record.redirect == result.needed:
            result.authorises = result.authorises or passes
        else:
            _enter(record.redirect, result, evidence, path=path, passes=passes)


def _include(
    mechanism: Mechanism, result: Walk, evidence: Evidence, *, path: tuple[str, ...], passes: bool
) -> None:
    if mechanism.has_macro:
        result.macros = True
    elif mechanism.domain == result.needed:
        # The provider's record is a plain list of addresses, with no look-ups of its own.
        result.authorises = result.authorises or passes
    else:
        _enter(mechanism.domain, result, evidence, path=path, passes=passes)


def _enter(domain: str, result: Walk, evidence: Evidence, *, path: tuple[str, ...], passes: bool) -> None:
    if "%" in domain:
        result.macros = True
        return
    if domain in path:
        result.broken.append(domain)
        return
    answer = evidence.from_resolver(domain, RecordType.TXT)
    texts = [value for value in answer.values if is_spf(value)] if isinstance(answer, Present) else []
    if isinstance(answer, Present | Absent):
        if isinstance(answer, Absent):
            result.void.append(domain)
        if len(texts) != 1:
            result.broken.append(domain)
            return
    else:
        result.unanswered = True
        return
    try:
        included = read_spf(texts[0])
    except SpfSyntaxError:
        result.broken.append(domain)
        return
    _visit(included, domain, result, evidence, path=(*path, domain), passes=passes)


def _address(mechanism: Mechanism, domain: str, result: Walk, evidence: Evidence) -> None:
    """`a`, `mx` and `exists` that find nothing are void look-ups (RFC 7208 section 4.6.4)."""
    asked = mechanism.domain or domain
    answers: list[Answer | None]
    if mechanism.name == "mx":
        answers = [evidence.from_resolver(asked, RecordType.MX)]
    else:
        answers = [evidence.from_resolver(asked, RecordType.A)]
        if mechanism.name == "a":
            answers.append(evidence.from_resolver(asked, RecordType.AAAA))
    if all(isinstance(answer, Absent) for answer in answers):
        result.void.append(asked)
