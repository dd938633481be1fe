"""What Letterhead adds to each service's domains, the same in every dialect but for how moments are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.page_sizes import size_within
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.domains.challenge import challenge_name, explanation
from letterhead.domains.history import DEFAULT_PAGE, MOST_ON_A_PAGE, CheckEntry
from letterhead.domains.ports import ChallengeAnswer
from letterhead.domains.records import RecordStatus, RecordType

if TYPE_CHECKING:
    from letterhead.domains.check import Checked
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.exports.formats import Export
    from letterhead.domains.exports.resource_record import ResourceRecord

WriteMoment = Callable[[datetime], str]
_TRUE, _FALSE = frozenset({"true", "1", ""}), frozenset({"false", "0"})
_CHALLENGE_STATUS = {
    ChallengeAnswer.PROVEN: RecordStatus.VERIFIED,
    ChallengeAnswer.WRONG: RecordStatus.FAILED,
    ChallengeAnswer.ABSENT: RecordStatus.PENDING,
    ChallengeAnswer.UNKNOWN: RecordStatus.PENDING,
}
NOT_REQUIRED = "not_required"


def additions(domain: SendingDomain, write: WriteMoment) -> dict[str, object]:
    """The additive fields of a domain object."""
    return {
        "checked_at": None if domain.checked_at is None else write(domain.checked_at),
        "next_check_at": None if domain.due_at is None else write(domain.due_at),
        "can_send": domain.can_send,
        "findings": _findings(domain),
        "ownership_challenge": {
            "type": RecordType.TXT,
            "name": challenge_name(domain),
            "value": domain.challenge,
            "status": _ownership(domain),
        },
        "sending_paused": None
        if domain.paused_at is None
        else {"reason": domain.pause_reason, "since": write(domain.paused_at)},
        "warm_up": _warm_up(domain),
        "ownership_lost_at": None if domain.lost_at is None else write(domain.lost_at),
    }


def _warm_up(domain: SendingDomain) -> Mapping[str, object] | None:
    """How many mails a domain that warms up might send on the last day on which it sent; null for one that doesn't."""
    found = domain.warm_up
    if found is None or found.is_over:
        return None
    return {"allowance": found.allowance, "day": found.day.isoformat()}


def challenge_row(checked: Checked) -> dict[str, object] | None:
    """The verify row of the ownership challenge, where it had to be asked for; without the key that names its field."""
    if checked.challenge is None:
        return None
    status = _CHALLENGE_STATUS[checked.challenge.answer]
    row: dict[str, object] = {
        "type": RecordType.TXT,
        "name": challenge_name(checked.domain),
        "status": status,
        "findings": [],
    }
    if status is not RecordStatus.VERIFIED:
        row["detail"] = explanation(checked.domain, checked.challenge)
    return row


def entry_object(entry: CheckEntry, write: WriteMoment) -> dict[str, object]:
    """One entry of a domain's history."""
    return {
        "id": entry.check_id,
        "first_checked_at": write(entry.first_at),
        "last_checked_at": write(entry.last_at),
        "checks": entry.checks,
        **entry.facts,
    }


def link_host_object(record: ResourceRecord) -> dict[str, object]:
    """The optional record of the link host, in the words of Sendara and SendMailOS."""
    return {"type": record.type, "name": record.name, "value": record.value}


def read_dry_run(query: Mapping[str, str], body: Mapping[str, object]) -> bool:
    """Whether a verification is to change nothing; the query goes before the body. Raises `InvalidFieldsError`."""
    fields = Fields(body)
    wanted = fields.flag("dry_run")
    asked = query.get("dry_run", "true" if wanted else "false").lower()
    if asked not in _TRUE | _FALSE:
        fields.wrong("dry_run", "The dry run field must be true or false.")
    fields.finish()
    return asked in _TRUE


def read_history_page(query: Mapping[str, str]) -> tuple[int, str | None]:
    """How many entries of the history are asked for, and the id after which; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    size = size_within(query, wrong, default=DEFAULT_PAGE, most=MOST_ON_A_PAGE)
    after = query.get("cursor") or None
    if after is not None and not identifiers.is_id(after):
        wrong["cursor"] = ("The selected cursor is invalid.",)
    if wrong:
        raise InvalidFieldsError(wrong)
    return size, after


def read_form(query: Mapping[str, str]) -> str | None:
    """The form that the records are asked for in, None for the dialect's own; raises `InvalidFieldsError`."""
    form = query.get("format") or None
    if form is None:
        return None
    from letterhead.domains.exports.formats import FORMS  # seldom asked for

    if form not in FORMS:
        raise InvalidFieldsError({"format": (f"The format must be one of {', '.join(FORMS)}.",)})
    return form


def read_with_link_host(query: Mapping[str, str]) -> bool:
    """Whether a file is to have the optional record of the link host too; raises `InvalidFieldsError`."""
    wanted = query.get("link_host", "false").lower()
    if wanted not in _TRUE | _FALSE:
        raise InvalidFieldsError({"link_host": ("The link host must be true or false.",)})
    return wanted in _TRUE


def downloaded(export: Export) -> Reply:
    """A file to download."""
    return Reply(
        200,
        export.text,
        {"content-disposition": f'attachment; filename="{export.file_name}"'},
        export.media_type,
    )


def _findings(domain: SendingDomain) -> Sequence[Mapping[str, object]]:
    by_purpose = {record.purpose: record for record in domain.records()}
    return [
        {"type": by_purpose[purpose].type, "name": by_purpose[purpose].name, **finding}
        for purpose, found in domain.findings.items()
        if purpose in by_purpose
        for finding in found
    ]


def _ownership(domain: SendingDomain) -> str:
    if domain.contested:
        return RecordStatus.PENDING
    return RecordStatus.VERIFIED if domain.proven_at is not None else NOT_REQUIRED
