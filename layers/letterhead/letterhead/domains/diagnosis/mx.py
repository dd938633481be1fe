"""The MX at the MAIL FROM domain: exactly one, the provider's (SES developer guide, "Using a custom MAIL FROM domain")."""

from __future__ import annotations

import re
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

_PREFERENCE_IN_HOST = re.compile(r"\d+[\s.]+(?P<host>.+)")


def judge_mx(case: Case, answer: Answer | None) -> Judgement:
    """What an answer says of the MX: one record, to the provider's host, with whatever preference."""
    if answer is not None and _host(case.record.value) in answer.chain:
        return wrong(
            case.finding(
                Code.WRONG_TYPE,
                f"{case.record.name} is a CNAME to the mail server; it has to be an MX.",
                found=answer.chain,
                fix=case.fix("Delete the CNAME and add the MX."),
            )
        )
    match answer:
        case Present():
            return _of_hosts(case, answer.values)
        case Absent():
            return alias_judgement(case, answer) or ABSENT
        case _:
            return UNKNOWN


def instead_of_mx(case: Case) -> Finding | None:
    """The MX typed as a TXT at the same name."""
    texts = case.evidence.answer(case.record.name, RecordType.TXT)
    if not isinstance(texts, Present):
        return None
    typed = tuple(value for value in texts.values if _host(case.record.value) in value.lower())
    if not typed:
        return None
    return case.finding(
        Code.WRONG_TYPE,
        f"At {case.record.name} the mail server is published as a TXT record; it has to be an MX.",
        found=typed,
        fix=case.fix("Delete that TXT record and add the MX."),
    )


def _of_hosts(case: Case, values: tuple[str, ...]) -> Judgement:
    expected = _host(case.record.value)
    name = case.record.name
    if len(values) > 1:
        others = [value for value in values if plain(_host(value)) != expected]
        return wrong(
            case.finding(
                Code.MX_DUPLICATE,
                f"{name} has {len(values)} MX records; the mail provider accepts exactly one.",
                found=values,
                fix=case.fix(
                    "Delete every MX at this name but this one."
                    if len(others) < len(values)
                    else "Delete these MX records and add this one."
                ),
            )
        )
    published = values[0]
    host = plain(_host(published))
    if host == expected:
        return RIGHT
    if host in ("", "."):
        return wrong(
            case.finding(
                Code.MX_NULL,
                f"{name} has a null MX, which says that it takes no mail (RFC 7505).",
                found=published,
                fix=case.fix("Replace it."),
            )
        )
    typed = _PREFERENCE_IN_HOST.fullmatch(host)
    if typed and (typed["host"] == expected or typed["host"].startswith(expected)):
        return wrong(
            case.finding(
                Code.MX_PRIORITY_IN_HOST,
                "The priority was typed into the field of the mail server's name.",
                found=published,
                fix=case.fix(
                    "Replace the record, the number in the priority field and the bare name in the other."
                ),
            )
        )
    fault = fault_of_host(_host(published), expected)
    if fault is not None:
        return wrong(case.finding(fault.code, fault.message, found=published, fix=case.fix("Replace it.")))
    return wrong(
        case.finding(
            Code.WRONG_VALUE,
            f"The MX of {name} is another mail server; bounces would not reach the mail provider.",
            found=published,
            fix=case.fix(
                "Replace it; if the other server's mail is needed at this name, choose another MAIL FROM name."
            ),
        )
    )


def _host(value: str) -> str:
    return value.partition(" ")[2]
