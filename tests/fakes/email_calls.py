"""Sending through the function `email`, and what it needs to find in the tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from letterhead import identifiers
from letterhead.adapters.tables.messages import MessageItem
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.domains.domain import SendingDomain
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.suppressions.suppression import EntryKey, Provenance, Reason, Suppression, SuppressionList
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.dialect_mails import PATHS
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put


def verified(agency: Agency, name: str = "web-agency.com", **changes: Any) -> SendingDomain:
    """A domain all of whose records are there."""
    made = registered_domain(
        name,
        agency.account.account_id,
        domain_id=identifiers.new_id(datetime.now(UTC)),
        can_send=True,
        statuses=dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED),
    )
    return put(agency.domains, replace(made, **changes))


def send(
    function: Any,
    agency: Agency,
    dialect: Dialect,
    content: Any,
    path: str | None = None,
    token: Any = None,
    **grant: Any,
) -> Any:
    """The answer to one request, with a new token of the dialect unless one is given."""
    token = token or agency.token(dialect, **grant)
    return function.call("POST", path or PATHS[dialect], token.text, json=content)


def stored() -> list[MessageItem]:
    """All messages there are."""
    return list(MessageItem.scan())


def to_leave() -> list[MessageItem]:
    """The messages that go to somebody; of one to nobody only a record is kept."""
    return [kept for kept in stored() if kept.status != "failed"]


def suppress(
    agency: Agency,
    address: str,
    which: SuppressionList = SuppressionList.HARD_BOUNCES,
    *,
    is_pattern: bool = False,
    **changes: Any,
) -> None:
    """An entry for the whole account."""
    key = EntryKey(which, None, address, is_pattern)
    entry = Suppression(
        identifiers.new_id(NOW), agency.account.account_id, key, NOW, Provenance("ses", Reason.HARD_BOUNCE)
    )
    SuppressionTable("SuppressionsTable", OutboxTable("OutboxTable")).add([replace(entry, **changes)], NOW)
