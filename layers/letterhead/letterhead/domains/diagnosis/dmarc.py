"""The DMARC record: one, valid, whatever its policy (RFC 9989)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.aliases import alias_judgement
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.dmarc_record import (
    DmarcRecord,
    is_dmarc,
    is_milder,
    meant,
    merged,
    read_dmarc,
)
from letterhead.domains.diagnosis.judgement import ABSENT, RIGHT, UNKNOWN, Judgement, Seen, wrong
from letterhead.domains.diagnosis.spf_record import is_spf
from letterhead.domains.diagnosis.txt_values import has_trailing_text, is_cut_off, near_miss, without_quotes
from letterhead.domains.dns_answers import Absent, Answer, Present
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from letterhead.domains.diagnosis.case import Case
    from letterhead.domains.diagnosis.finding import Finding

_MEANS_DMARC = re.compile(r"^\s*v\s*=\s*dmarc|dmarc1|^\s*p\s*=.*rua\s*=", re.IGNORECASE)


def judge_dmarc(case: Case, answer: Answer | None) -> Judgement:
    """What an answer says of the DMARC record: one, valid, with any policy."""
    match answer:
        case Present():
            published = tuple(value for value in answer.values if is_dmarc(value))
            if len(published) > 1:
                return wrong(_duplicate(case, published))
            return _judge_one(case, published[0]) if published else _without_version(case, answer.values)
        case Absent():
            return alias_judgement(case, answer) or ABSENT
        case _:
            return UNKNOWN


def missing_dmarc(case: Case) -> Finding:
    """No record: what applies in the meantime comes from the organizational domain, and what is published must not be milder."""
    inherited = _inherited(case)
    value, more = case.record.value, dict[str, object]()
    what = "Add the record."
    if inherited is not None:
        more["inherited"] = inherited
        policy = read_dmarc(inherited).subdomain_policy
        if is_milder("none", policy):
            value = value.replace("p=none", f"p={policy}", 1)
            what = f"Add the record; its policy is the one that {case.subject.registrable} has for its subdomains now."
    return case.finding(
        Code.DMARC_MISSING,
        f"no _dmarc TXT record found {case.not_there}",
        fix=case.fix(what, value=value),
        more=more,
    )


def blocked_by_policy(
    case: Case, record: DmarcRecord | None, *, dkim_broken: bool, spf_aligns: bool
) -> Finding | None:
    """Whether the published policy has receivers refuse this very domain's mail as its other records are now."""
    if record is None or record.testing or not is_milder("none", record.policy) or not dkim_broken:
        return None
    if spf_aligns and not record.strict_spf:
        return None
    why = "the DKIM records aren't right"
    why += (
        ", and strict SPF alignment can't pass with a MAIL FROM subdomain"
        if record.strict_spf
        else " and neither is SPF"
    )
    verb = "reject" if record.policy == "reject" else "treat as junk"
    return case.finding(
        Code.DMARC_POLICY_BLOCKS,
        f"p={record.policy} asks receivers to {verb} this domain's own mail as long as {why}.",
        found=f"p={record.policy}" + ("; aspf=s" if record.strict_spf else ""),
        fix=case.remove(
            "Leave the policy as it is and put the DKIM records right first.",
            RecordType.TXT,
            case.record.name,
        ),
        blocking=False,
    )


def published_dmarc(answer: Answer | None) -> DmarcRecord | None:
    """The one DMARC record in an answer."""
    texts = [value for value in answer.values if is_dmarc(value)] if isinstance(answer, Present) else []
    return read_dmarc(texts[0]) if len(texts) == 1 else None


def _judge_one(case: Case, text: str) -> Judgement:
    record = read_dmarc(text)
    if record.policy is None and ("p" in record.tags or not record.report_hosts):
        return wrong(_without_policy(case, text, record))
    notes = [*_ignored(case, text, record), *_unauthorised(case, text, record)]
    return Judgement(Seen.RIGHT, tuple(notes)) if notes else RIGHT


def _without_policy(case: Case, text: str, record: DmarcRecord) -> Finding:
    if is_cut_off(text, case.record.value):
        return case.finding(
            Code.VALUE_TRUNCATED, "The value is cut off.", found=text, fix=case.fix("Replace the value.")
        )
    given = record.tags.get("p")
    said = f"“p={given}” is no policy" if given is not None else "it has no policy (p=)"
    return case.finding(
        Code.DMARC_SYNTAX,
        f"The DMARC record is invalid: {said}; it is none, quarantine or reject.",
        found=text,
        fix=case.fix("Replace the value.", value=merged([text], case.record.value)),
    )


def _ignored(case: Case, text: str, record: DmarcRecord) -> list[Finding]:
    if not record.problems:
        return []
    code = Code.TRAILING_TEXT if has_trailing_text(text, case.record.value) else Code.DMARC_SYNTAX
    return [
        case.finding(
            code,
            f"Receivers ignore a part of the DMARC record: {'; '.join(record.problems[:5])}.",
            found=text,
            fix=case.fix("Replace the value.", value=merged([text], case.record.value)),
            blocking=False,
        )
    ]


def _unauthorised(case: Case, text: str, record: DmarcRecord) -> list[Finding]:
    """Reports to another organization's address are sent only if that one agrees (RFC 9990, external destinations)."""
    notes = []
    registrable = case.subject.registrable
    for host in record.report_hosts:
        if host == registrable or host.endswith("." + registrable):
            continue
        asked = f"{case.subject.domain}._report._dmarc.{host}"
        answer = case.evidence.from_resolver(asked, RecordType.TXT) if len(asked) <= 253 else None
        agrees = isinstance(answer, Present) and any(value.startswith("v=DMARC1") for value in answer.values)
        if isinstance(answer, Present | Absent) and not agrees:
            notes.append(
                case.finding(
                    Code.DMARC_EXTERNAL_RUA_UNAUTHORISED,
                    f"Reports are to go to {host}, which hasn't agreed to take them for {case.subject.domain}.",
                    found=text,
                    fix=case.remove(
                        f"Have {host} publish the TXT record “v=DMARC1” at {asked}, or use an address of your own.",
                        RecordType.TXT,
                        case.record.name,
                    ),
                    blocking=False,
                    more={"record_at_the_other_domain": {"type": "TXT", "name": asked, "value": "v=DMARC1"}},
                )
            )
    return notes


def _duplicate(case: Case, published: tuple[str, ...]) -> Finding:
    return case.finding(
        Code.DMARC_DUPLICATE,
        f"{case.record.name} has {len(published)} DMARC records; receivers ignore them all.",
        found=published,
        fix=case.fix(
            "Delete all of them and publish this one in their place.",
            value=merged(published, case.record.value),
        ),
    )


def _without_version(case: Case, texts: tuple[str, ...]) -> Judgement:
    """TXT records at the name, none of which is a DMARC record; perhaps one means to be."""
    for text in texts:
        fault = near_miss(text, case.record.value)
        unquoted = without_quotes(text).strip()
        in_capitals = re.sub(r"^v(\s*)=(\s*)dmarc1", r"v\1=\2DMARC1", unquoted, flags=re.IGNORECASE)
        readable = in_capitals if is_dmarc(in_capitals) else meant(text)
        replace = case.fix(
            "Replace the value.",
            value=merged([readable], case.record.value) if readable is not None else None,
        )
        if fault is not None:
            return wrong(case.finding(fault.code, fault.message, found=text, fix=replace))
        if in_capitals != unquoted and is_dmarc(in_capitals):
            return wrong(
                case.finding(
                    Code.VALUE_CASE_CHANGED, "“DMARC1” has to be in capital letters.", found=text, fix=replace
                )
            )
        if _MEANS_DMARC.search(text):
            return wrong(
                case.finding(
                    Code.DMARC_SYNTAX,
                    "The backslashes in front of the semicolons have become a part of the value."
                    if "\\;" in text
                    else "This is no DMARC record: it has to begin with “v=DMARC1;”.",
                    found=text,
                    fix=replace,
                )
            )
        if is_spf(text):
            return wrong(
                case.finding(
                    Code.WRONG_VALUE,
                    f"At {case.record.name} there is an SPF record instead of a DMARC record.",
                    found=text,
                    fix=replace,
                )
            )
    return ABSENT


def _inherited(case: Case) -> str | None:
    """The organizational domain's record, which applies to a subdomain that has none (RFC 9989, tree walk)."""
    subject = case.subject
    if subject.domain == subject.registrable:
        return None
    answer = case.evidence.answer(f"_dmarc.{subject.registrable}", RecordType.TXT)
    texts = [value for value in answer.values if is_dmarc(value)] if isinstance(answer, Present) else []
    return texts[0] if len(texts) == 1 else None
