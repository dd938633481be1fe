"""The operator's acts about mail events: stray ones, and paused domains."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.dialects.times import in_microseconds

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.accounts.desk import Desk
    from letterhead.dialects.fields import Fields


def list_stray_events(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    """`day` (`2026-06-14`, today without) and `after`; documents are as SES published them."""
    given, after = fields.text("day"), fields.text("after")
    day = now.date()
    if given is not None:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            fields.wrong("day", "must be a day like 2026-06-14")
    fields.finish()
    page = desk.mail.stray_events(day, after)
    return {
        "events": [
            {
                "id": event.stray_id,
                "reason": event.reason.value,
                "event": event.name,
                "received_at": in_microseconds(event.received_at),
                "document": event.document,
            }
            for event in page.events
        ],
        "next": page.following,
    }


def resume_sending(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    """`account_id` and `domain_id`, in any of an id's forms; only what comes from now on counts for the next pause."""
    account_id = fields.text("account_id", required=True)
    given = fields.text("domain_id", required=True)
    domain_id = identifiers.from_any(identifiers.DOMAIN_PREFIX, given) if given else None
    if given and domain_id is None:
        fields.wrong("domain_id", "is no domain's id")
    fields.finish()
    standing = desk.mail.resume_sending(account_id or "", domain_id or "", now)
    return {"account_id": standing.account_id, "domain": standing.name, "resumed": True}
