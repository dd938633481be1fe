"""Names near a required one, where a record lands by mistake."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.dmarc_record import is_dmarc
from letterhead.domains.diagnosis.host_values import plain
from letterhead.domains.diagnosis.spf import names_provider
from letterhead.domains.dns_answers import Absent, Present
from letterhead.domains.records import RecordPurpose, RecordType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from letterhead.domains.diagnosis.case import Case
    from letterhead.domains.diagnosis.finding import Finding

_LONGEST_NAME = 253


@value_type
class _Place:
    """A name to look at, and what it means to find the record there."""

    name: str
    code: Code
    mistake: str
    exactly: bool = (
        False  # only the very value counts; another such record may have its own reason to be there
    )


def misplaced(case: Case) -> Finding | None:
    """The record found at a neighbouring name."""
    found = [(place, value) for place in _places(case) if (value := _ours_at(case, place)) is not None]
    if not found:
        return None
    place, value = found[0]
    return case.finding(
        place.code,
        f"The record is at {place.name} instead of {case.record.name}: {place.mistake}.",
        found=f"{place.name} {case.record.type} {value}",
        fix=case.fix(
            f"Add the record at its own name{'' if place.code in _HARMLESS else f', and delete the one at {place.name}'}."
        ),
        more={"found_at": place.name},
    )


def wildcard(case: Case) -> Finding | None:
    """Whether what is answered for the record's name is answered for any name beside it: nobody has published the record."""
    own = case.answer
    above = case.record.name.partition(".")[2]
    if not isinstance(own, Present | Absent) or not _answers_alike(case, own, above):
        return None
    # The names in between don't exist, so it is the wildcard furthest up that answers (RFC 4592 section 3.3.1).
    while above != case.apex and _answers_alike(case, own, above.partition(".")[2]):
        above = above.partition(".")[2]
    found = own.values if isinstance(own, Present) else " → ".join((case.record.name, *own.chain))
    return case.finding(
        Code.WILDCARD_ANSWERS,
        f"No record is published at {case.record.name}: a wildcard (*.{above}) answers for every name there.",
        found=found,
        fix=case.fix("Add the record; a record at the very name goes before the wildcard."),
    )


def _answers_alike(case: Case, own: Present | Absent, above: str) -> bool:
    """Whether a name that nobody has published directly below another one is answered as the record's name is."""
    others = case.evidence.answer(f"{_unlikely_label(case.record.name)}.{above}", case.record.type)
    if isinstance(own, Present):
        return isinstance(others, Present) and set(own.values) == set(others.values)
    return bool(own.chain) and isinstance(others, Absent) and own.chain == others.chain


def has_wildcard(case: Case, kind: RecordType) -> bool:
    """Whether any name beside the record's has records of this type."""
    _, _, above = case.record.name.partition(".")
    answer = case.evidence.answer(f"{_unlikely_label(case.record.name)}.{above}", kind)
    return isinstance(answer, Present)


# Finding a record of this kind there is no mistake in itself; what is missing is the other one.
_HARMLESS = frozenset({Code.SPF_AT_APEX_INSTEAD})


def _places(case: Case) -> Iterator[_Place]:
    seen = {case.record.name}
    for place in _all_places(case):
        if place.name not in seen and len(place.name) <= _LONGEST_NAME:
            seen.add(place.name)
            yield place


def _all_places(case: Case) -> Iterator[_Place]:
    name, domain = case.record.name, case.subject.domain
    for zone in (case.apex, domain, case.subject.registrable):
        yield _Place(
            f"{name}.{zone}", Code.NAME_DOUBLED, f"the panel appended {zone} to a name that had it already"
        )
    prefix = name.removesuffix("." + domain)
    purpose = case.record.purpose
    if domain != case.apex and not (
        purpose is RecordPurpose.MAIL_FROM_SPF and f"{prefix}.{case.apex}" == domain
    ):
        yield _Place(
            f"{prefix}.{case.apex}",
            Code.NAME_WITHOUT_SUBDOMAIN,
            f"the part “{domain.removesuffix('.' + case.apex)}” was left out",
            exactly=purpose is RecordPurpose.DMARC,
        )
    yield _Place(f"{prefix}.www.{domain}", Code.WRONG_HOST, "it belongs at the domain itself, not at www")
    if purpose is RecordPurpose.DMARC:
        yield _Place(domain, Code.DMARC_AT_APEX_INSTEAD, "the name must begin with _dmarc")
        yield _Place(f"dmarc.{domain}", Code.WRONG_HOST, "the underscore in front of “dmarc” is missing")
        yield _Place(
            f"_dmarc.{case.subject.mail_from_domain}", Code.WRONG_HOST, "it belongs at the sending domain"
        )
    elif purpose is RecordPurpose.MAIL_FROM_SPF:
        yield _Place(domain, Code.SPF_AT_APEX_INSTEAD, "the MAIL FROM domain needs a record of its own")
        yield _Place(f"www.{domain}", Code.WRONG_HOST, "it belongs at the MAIL FROM domain, not at www")
    elif purpose is RecordPurpose.MAIL_FROM_MX:
        yield _Place(domain, Code.WRONG_HOST, "it belongs at the MAIL FROM domain, not at the sending domain")
        yield _Place(f"www.{domain}", Code.WRONG_HOST, "it belongs at the MAIL FROM domain, not at www")
    else:
        selector = name.partition(".")[0]
        yield _Place(
            f"{prefix}.{case.subject.mail_from_domain}",
            Code.WRONG_HOST,
            "it belongs at the sending domain, not below the MAIL FROM domain",
        )
        yield _Place(f"{selector}.{domain}", Code.WRONG_HOST, "“_domainkey” was left out of the name")
        yield _Place(
            f"{selector}.domainkey.{domain}",
            Code.WRONG_HOST,
            "the underscore in front of “domainkey” is missing",
        )
        yield _Place(
            f"_domainkey.{domain}", Code.WRONG_HOST, "the part in front of “_domainkey” was left out"
        )


def _ours_at(case: Case, place: _Place) -> str | None:
    """The value at that place that is ours beyond doubt."""
    answer = case.evidence.answer(place.name, case.record.type)
    values = answer.values if isinstance(answer, Present) else ()
    if place.exactly:
        return next((value for value in values if value == case.record.value), None)
    return next((value for value in values if _is_ours(case, value)), None)


def _is_ours(case: Case, value: str) -> bool:
    match case.record.purpose:
        case RecordPurpose.MAIL_FROM_MX:
            return "feedback-smtp." in value.lower() and "amazonses.com" in value.lower()
        case RecordPurpose.MAIL_FROM_SPF:
            return names_provider(value)
        case RecordPurpose.DMARC:
            return is_dmarc(value)
        case _:
            return plain(value).startswith(case.record.value)


def _unlikely_label(name: str) -> str:
    """A label that nobody has published, always the same for a name."""
    return "probe-" + hashlib.sha256(name.encode()).hexdigest()[:20]
