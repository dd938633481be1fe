"""Events about a domain: what is in each."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.domains.history import shorten
from letterhead.domains.records import AUTHENTICATING, RecordStatus
from letterhead.outbox.event import Event, EventType

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain


class Reason(StrEnum):
    """Why a domain's status or its right to send is what an event says.

    `setup`: the records have never been right. `records`: some are right no more. `restored`: they are right again.
    `dkim_absent`: DKIM has been gone for longer than the grace. `provider`: the provider says no. `proven_by_another` and
    `released`: who took the name.
    """

    SETUP = "setup"
    RECORDS = "records"
    RESTORED = "restored"
    DKIM_ABSENT = "dkim_absent"
    PROVIDER = "provider"
    PROVEN_BY_ANOTHER = "proven_by_another"
    RELEASED = "released"


def ownership_lost(loser: SendingDomain, reason: Reason, now: datetime) -> Event:
    """What the account is told that has lost a name; `loser` is the domain as it was."""
    return event_of(EventType.DOMAIN_OWNERSHIP_LOST, loser, [], now, reason, RecordStatus.PENDING)


def event_of(
    kind: EventType,
    domain: SendingDomain,
    records: list[dict[str, object]],
    now: datetime,
    reason: Reason | None = None,
    status: RecordStatus | None = None,
) -> Event:
    """An event of that kind; the same one for whoever makes it twice. `status` None takes the domain's own."""
    data: dict[str, object] = {
        "name": domain.shown_name,
        "status": (status or _status(domain)).value,
        "records": records,
    }
    if reason is not None:
        data["reason"] = reason.value
    plain: dict[str, object] = json.loads(json.dumps(shorten(data)))
    digest = hashlib.sha256(f"{domain.domain_id}/{kind}/{now.isoformat()}".encode()).digest()
    event_id = identifiers.digest_id(now, digest)
    return Event(event_id, kind, domain.account_id, domain.domain_id, now, data=plain)


def _status(domain: SendingDomain) -> RecordStatus:
    status = domain.status(*AUTHENTICATING)
    return RecordStatus.PENDING if domain.contested and status is RecordStatus.VERIFIED else status
