"""The DKIM records: three CNAMEs to the provider's keys (SES developer guide, "Easy DKIM")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.aliases import alias_judgement
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.host_values import fault_of_host, plain
from letterhead.domains.diagnosis.judgement import ABSENT, RIGHT, UNKNOWN, Judgement, wrong
from letterhead.domains.dns_answers import Absent, Answer, Present
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from letterhead.domains.diagnosis.case import Case
    from letterhead.domains.diagnosis.finding import Finding


def judge_cname(case: Case, answer: Answer | None) -> Judgement:
    """What an answer says of a DKIM record: its target is the provider's, directly or behind further aliases."""
    match answer:
        case Present():
            return _of_targets(case, answer.values)
        case Absent():
            return ABSENT
        case _:
            return UNKNOWN


def instead_of_cname(case: Case) -> Finding | None:
    """What is at the name although no CNAME is: a DNS host that answers for the target, or a record of another type."""
    name, target = case.record.name, case.record.value
    texts = case.evidence.answer(name, RecordType.TXT)
    addresses = [case.evidence.answer(name, kind) for kind in (RecordType.A, RecordType.AAAA)]
    if isinstance(texts, Present) and not texts.chain:
        if any(_is_key(value) for value in texts.values):
            return case.finding(
                Code.CNAME_FLATTENED,
                f"At {name} there is a copied DKIM key (TXT) where a CNAME should be; the copy won't follow a new key.",
                found=texts.values,
                fix=case.fix(
                    "Delete the TXT record at this name and add the CNAME; turn off CNAME flattening for it."
                ),
            )
        typed = any(target in value.lower() for value in texts.values)
        return case.finding(
            Code.WRONG_TYPE,
            f"At {name} there is a TXT record where a CNAME should be.",
            found=texts.values,
            fix=case.fix(
                "Delete the TXT record and add a CNAME with this target."
                if typed
                else "Delete the TXT record, since a name with a CNAME can have no other records, and add the CNAME."
            ),
        )
    for answer in addresses:
        if isinstance(answer, Present) and not answer.chain:
            return case.finding(
                Code.CNAME_FLATTENED,
                f"At {name} there is an address instead of the CNAME: a proxy hides it, or an address record was added.",
                found=answer.values,
                fix=case.fix(
                    "Turn the proxy (or CNAME flattening) off for this record, or replace the address by the CNAME."
                ),
            )
    return None


def beside_cname(case: Case) -> Finding | None:
    """Whether other records share the name with the CNAME; then it is chance which of them a resolver sees."""
    texts = case.evidence.answer(case.record.name, RecordType.TXT)
    if not isinstance(texts, Present) or texts.chain:
        return None
    return case.finding(
        Code.CNAME_BESIDE_OTHER_TYPES,
        f"{case.record.name} has a TXT record beside the CNAME; a name with a CNAME can have no other records.",
        found=texts.values,
        fix=case.remove(
            f"Delete the TXT record at {case.record.name}; keep the CNAME.", RecordType.TXT, case.record.name
        ),
    )


def _of_targets(case: Case, targets: tuple[str, ...]) -> Judgement:
    expected = case.record.value
    if len(targets) > 1:
        return wrong(
            case.finding(
                Code.CNAME_DUPLICATE,
                f"{case.record.name} has {len(targets)} CNAME records; there can be only one.",
                found=targets,
                fix=case.fix("Delete all of them but this one."),
            )
        )
    published = targets[0]
    if plain(published) == expected:
        return RIGHT
    fault = fault_of_host(published, expected)
    if fault is not None:
        return wrong(
            case.finding(fault.code, fault.message, found=published, fix=case.fix("Replace the target."))
        )
    if plain(published) in case.subject.dkim_targets:
        return wrong(
            case.finding(
                Code.WRONG_VALUE,
                "This is the target of another of the three DKIM records: they were swapped.",
                found=published,
                fix=case.fix("Replace the target; it begins with the same characters as the name."),
            )
        )
    return _behind_aliases(case, published)


def _behind_aliases(case: Case, published: str) -> Judgement:
    """A target that is none of ours may be an alias that leads there in the end."""
    answer = case.evidence.answer(case.record.name, RecordType.TXT)
    chain = answer.chain if answer is not None else ()
    if case.record.value in (plain(target) for target in chain):
        return RIGHT
    if answer is None or (not isinstance(answer, Present | Absent)):
        return UNKNOWN
    broken = alias_judgement(case, answer)
    if broken is not None:
        return broken
    return wrong(
        case.finding(
            Code.WRONG_VALUE,
            "The CNAME leads to another host than it should.",
            found=published,
            fix=case.fix("Replace the target."),
        )
    )


def _is_key(value: str) -> bool:
    """Whether a TXT is a DKIM key (RFC 6376 section 3.6.1)."""
    tags = [tag.strip() for tag in value.split(";")]
    return any(tag.startswith("p=") for tag in tags) and not value.lower().startswith("v=dmarc1")
