"""The SPF record at the MAIL FROM domain: one record, that lets the provider send (RFC 7208)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.aliases import alias_judgement
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.judgement import ABSENT, RIGHT, UNKNOWN, Judgement, Seen, wrong
from letterhead.domains.diagnosis.spf_lookups import MOST_LOOKUPS, MOST_VOID_LOOKUPS, Walk, walk
from letterhead.domains.diagnosis.spf_record import (
    VERSION,
    SpfRecord,
    SpfSyntaxError,
    is_spf,
    merged,
    read_spf,
)
from letterhead.domains.diagnosis.txt_values import has_trailing_text, is_cut_off, near_miss, without_quotes
from letterhead.domains.dns_answers import Absent, Answer, Present

if TYPE_CHECKING:
    from letterhead.domains.diagnosis.case import Case
    from letterhead.domains.diagnosis.finding import Finding

PROVIDER = "amazonses.com"
NEEDED = f"include:{PROVIDER}"


def judge_spf(case: Case, answer: Answer | None) -> Judgement:
    """What an answer says of the SPF record: one, valid, within the limits, and the provider passes by it."""
    match answer:
        case Present():
            published = tuple(value for value in answer.values if is_spf(value))
            if len(published) > 1:
                return wrong(_duplicate(case, published))
            return _judge_one(case, published[0]) if published else _without_version(case, answer.values)
        case Absent():
            return alias_judgement(case, answer) or ABSENT
        case _:
            return UNKNOWN


def names_provider(text: str) -> bool:
    """Whether a TXT is an SPF record that includes the provider, to recognise it at another name."""
    return is_spf(text) and PROVIDER in text.lower()


def _judge_one(case: Case, text: str) -> Judgement:
    try:
        record = read_spf(text)
    except SpfSyntaxError as error:
        return wrong(_unreadable(case, text, error))
    sums = walk(record, case.record.name, PROVIDER, case.evidence)
    if _is_faulty(record, sums) and (faults := tuple(_faults(case, text, record, sums))):
        return Judgement(Seen.WRONG, faults)
    if not sums.authorises and sums.unanswered:
        return UNKNOWN
    return (
        Judgement(Seen.RIGHT, tuple(_notes(case, text, record, sums)))
        if sums.macros or _open(record)
        else RIGHT
    )


def _is_faulty(record: SpfRecord, sums: Walk) -> bool:
    """Whether there may be something wrong with a record, before its correction is worked out."""
    open_to_all = record.all is not None and record.all.qualifier == "+"
    limits = sums.lookups > MOST_LOOKUPS or len(sums.void) > MOST_VOID_LOOKUPS
    return not sums.authorises or bool(sums.broken) or limits or open_to_all


def _faults(case: Case, text: str, record: SpfRecord, sums: Walk) -> list[Finding]:
    faults: list[Finding] = []
    whole = _without(merged([text], NEEDED), sums.broken)
    # Beyond the limit nobody looks, so what stands there is not known to be missing.
    if not sums.authorises and not sums.macros and not sums.unanswered and sums.lookups <= MOST_LOOKUPS:
        faults.append(_include_missing(case, text, record, whole))
        if faults[0].code is Code.VALUE_TRUNCATED:
            return faults
    if sums.broken:
        names = ", ".join(dict.fromkeys(sums.broken))
        faults.append(
            case.finding(
                Code.SPF_INCLUDE_BROKEN,
                f"The SPF record includes {names}, which has no usable SPF record; the whole record is a permerror.",
                found=text,
                fix=case.fix("Take that include out, or correct its name.", value=whole),
                more={"includes": list(dict.fromkeys(sums.broken))},
            )
        )
    if sums.lookups > MOST_LOOKUPS:
        faults.append(
            case.finding(
                Code.SPF_LOOKUP_LIMIT,
                f"The SPF record needs more than {MOST_LOOKUPS} DNS look-ups, all includes counted: a permerror for receivers.",
                found=text,
                fix=case.fix("Only mail sent through this service needs this record: keep the one include."),
            )
        )
    if len(sums.void) > MOST_VOID_LOOKUPS:
        faults.append(
            case.finding(
                Code.SPF_VOID_LOOKUPS,
                f"More than {MOST_VOID_LOOKUPS} names in the SPF record lead to nothing; receivers stop with a permerror.",
                found=text,
                fix=case.fix("Take out the terms that lead to nothing.", value=_without(whole, sums.void)),
                more={"names": sums.void},
            )
        )
    if record.all is not None and record.all.qualifier == "+":
        faults.append(
            case.finding(
                Code.SPF_ALL_MISSING_OR_PLUS,
                "The SPF record ends in +all, which lets everyone in the world send as this domain.",
                found=text,
                fix=case.fix("Replace the record.", value=whole),
            )
        )
    return faults


def _notes(case: Case, text: str, record: SpfRecord, sums: Walk) -> list[Finding]:
    notes: list[Finding] = []
    if sums.macros and not sums.authorises:
        notes.append(
            case.finding(
                Code.SPF_NOT_CHECKABLE,
                "The SPF record decides by macros, mail by mail; whether the provider passes can't be read from it.",
                found=text,
                fix=case.fix(f"If mail fails SPF, add {NEEDED}.", value=merged([text], NEEDED)),
                blocking=False,
            )
        )
    if _open(record):
        notes.append(
            case.finding(
                Code.SPF_ALL_MISSING_OR_PLUS,
                "The SPF record has no “all” at its end, so it says nothing about mail from elsewhere.",
                found=text,
                fix=case.fix("Better, though not required:", value=merged([text], NEEDED)),
                blocking=False,
            )
        )
    return notes


def _open(record: SpfRecord) -> bool:
    return record.all is None and record.redirect is None


def _include_missing(case: Case, text: str, record: SpfRecord, whole: str) -> Finding:
    if is_cut_off(text, case.record.value) and len(text) > len(VERSION) + 1:
        return case.finding(
            Code.VALUE_TRUNCATED, "The value is cut off.", found=text, fix=case.fix("Replace the value.")
        )
    message = f"The SPF record doesn't include {PROVIDER}, so mail sent through the provider doesn't pass."
    if any(mechanism.name == "include" and mechanism.domain == PROVIDER for mechanism in record.behind_all):
        message = f"{NEEDED} stands behind “all”, where it counts for nothing."
    elif any(mechanism.name == "include" and mechanism.domain == PROVIDER for mechanism in record.mechanisms):
        message = f"{NEEDED} has a sign in front that keeps the provider's mail from passing."
    elif f"include={PROVIDER}" in text.lower():
        message = (
            f"“include={PROVIDER}” has to be written with a colon; with an equals sign it counts for nothing."
        )
    return case.finding(
        Code.SPF_INCLUDE_MISSING,
        message,
        found=text,
        fix=case.fix("Replace the value; don't add a second SPF record.", value=whole),
    )


def _duplicate(case: Case, published: tuple[str, ...]) -> Finding:
    return case.finding(
        Code.SPF_DUPLICATE,
        f"{case.record.name} has {len(published)} SPF records; receivers take that as a permerror.",
        found=published,
        fix=case.fix(
            "Delete all of them and publish this one in their place.", value=merged(published, NEEDED)
        ),
    )


def _unreadable(case: Case, text: str, error: SpfSyntaxError) -> Finding:
    expected, replace = case.record.value, case.fix("Replace the value.", value=merged([text], NEEDED))
    if is_cut_off(text, expected):
        return case.finding(Code.VALUE_TRUNCATED, "The value is cut off.", found=text, fix=replace)
    if has_trailing_text(text, expected):
        rest = text[len(expected) :].strip()
        return case.finding(
            Code.TRAILING_TEXT,
            f"There is more text behind the value: “{rest}”. It makes the whole record invalid.",
            found=text,
            fix=replace,
        )
    if without_quotes(text) != text and _is_readable(without_quotes(text)):
        return case.finding(
            Code.VALUE_QUOTED,
            "There are quotes in the value that don't belong to it.",
            found=text,
            fix=replace,
        )
    return case.finding(Code.SPF_SYNTAX, f"The SPF record is invalid: {error}.", found=text, fix=replace)


def _is_readable(text: str) -> bool:
    try:
        read_spf(text)
    except SpfSyntaxError:
        return False
    return is_spf(text)


def _without_version(case: Case, texts: tuple[str, ...]) -> Judgement:
    """TXT records at the name, none of which is an SPF record; perhaps one means to be."""
    for text in texts:
        fault = near_miss(text, case.record.value)
        if fault is not None:
            meant = without_quotes(text).strip()
            fix = case.fix("Replace the value.", value=merged([meant], NEEDED) if is_spf(meant) else None)
            return wrong(case.finding(fault.code, fault.message, found=text, fix=fix))
        if VERSION in text.lower() or PROVIDER in text.lower():
            return wrong(
                case.finding(
                    Code.SPF_SYNTAX,
                    "This is no SPF record: it has to begin with “v=spf1” and a space.",
                    found=text,
                    fix=case.fix("Replace the value."),
                )
            )
    return ABSENT


def _without(text: str, domains: list[str]) -> str:
    """A record without the terms that lead to these domains."""
    kept = [
        term for term in text.split(" ") if not any(term.lower().endswith(":" + domain) for domain in domains)
    ]
    return " ".join(kept)
