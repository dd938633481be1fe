"""Aliases that lead nowhere: loops, endless chains, targets that don't exist (RFC 1034 section 3.6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.judgement import Judgement, wrong
from letterhead.domains.dns_answers import AbsenceReason, Absent, Answer
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from letterhead.domains.diagnosis.case import Case


def alias_judgement(case: Case, answer: Answer) -> Judgement | None:
    """What is wrong with the aliases that were followed for an answer, or None when it isn't them."""
    if not isinstance(answer, Absent) or not answer.chain:
        return None
    name, shown = case.record.name, " → ".join((case.record.name, *answer.chain))
    if answer.reason is AbsenceReason.CNAME_LOOP:
        return wrong(
            case.finding(
                Code.CNAME_LOOP,
                f"The CNAMEs that begin at {name} lead in a circle.",
                found=shown,
                fix=case.fix("Delete the CNAMEs of this circle and publish the record itself."),
            )
        )
    if answer.reason is AbsenceReason.CNAME_CHAIN_TOO_LONG:
        return wrong(
            case.finding(
                Code.CNAME_CHAIN_TOO_LONG,
                f"More than ten CNAMEs follow each other from {name}; resolvers give up.",
                found=shown,
                fix=case.fix("Publish the record itself in place of the first CNAME."),
            )
        )
    if answer.reason is AbsenceReason.NO_SUCH_NAME:
        return wrong(
            case.finding(
                Code.CNAME_DANGLING,
                f"{name} is a CNAME to {answer.chain[-1]}, a name that does not exist.",
                found=shown,
                fix=case.fix("Replace the CNAME by this record."),
            )
        )
    if case.record.type is RecordType.CNAME:
        return None
    return wrong(
        case.finding(
            Code.WRONG_TYPE,
            f"{name} is a CNAME to {answer.chain[-1]}, where there is no {case.record.type} record; "
            "beside a CNAME there can be no other record.",
            found=shown,
            fix=case.fix(
                f"Delete the CNAME at {name}, or have its target give this record; then add the {case.record.type}."
            ),
        )
    )
