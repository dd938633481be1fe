"""An entry as a call makes it, not an event."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from letterhead.suppressions.suppression import (
    USUAL_REASONS,
    EntryKey,
    Provenance,
    Reason,
    Suppression,
    SuppressionList,
)
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

HOLD_LASTS = timedelta(hours=72)


@value_type
class Caller:
    """Who adds entries: the account, and the token or the import by its name in provenances (`token:…`, `import:…`)."""

    account_id: str
    added_by: str


def by_call(
    caller: Caller,
    key: EntryKey,
    suppression_id: str,
    now: datetime,
    *,
    reason: Reason | None = None,
    note: str | None = None,
) -> Suppression:
    """A new entry. A hold ends after 72 hours, as one does that soft bounces brought about."""
    return Suppression(
        suppression_id=suppression_id,
        account_id=caller.account_id,
        key=key,
        created_at=now,
        provenance=Provenance(caller.added_by, reason or USUAL_REASONS[key.list], note=note),
        expires_at=now + HOLD_LASTS if key.list is SuppressionList.ON_HOLD else None,
    )
