"""The checks table: a domain's history, one item for checks in a row that came to the same.

What a check found is compressed JSON, so that an ordinary entry stays below 1 KB and extending it costs one write unit.
"""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.domains.history import KEPT, CheckEntry, HistoryPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain


class CheckItem(TableModel):
    """An entry as an item. `forget_at` (Unix seconds) is when DynamoDB may drop it."""

    class Meta:
        table_name = ""

    domain_id = UnicodeAttribute(hash_key=True)
    check_id = UnicodeAttribute(range_key=True)
    first_at = Instant()
    last_at = Instant()
    checks = NumberAttribute()
    facts = BinaryAttribute(legacy_encoding=False)
    forget_at = NumberAttribute()


class CheckTable:
    """Where the history of checks is kept."""

    def __init__(self, table_name: str) -> None:
        CheckItem.bind(table_name)

    def add(self, entry: CheckEntry) -> None:
        """Keep a new entry."""
        CheckItem(
            domain_id=entry.domain_id,
            check_id=entry.check_id,
            first_at=entry.first_at,
            last_at=entry.last_at,
            checks=entry.checks,
            facts=zlib.compress(json.dumps(entry.facts, separators=(",", ":")).encode(), 9),
            forget_at=_forget_at(entry.last_at),
        ).save()

    def extend(self, domain_id: str, check_id: str, now: datetime) -> bool:
        """Count one more check to an entry; False when it isn't there any more."""
        try:
            CheckItem(domain_id, check_id).update(
                [
                    CheckItem.last_at.set(now),
                    CheckItem.checks.add(1),
                    CheckItem.forget_at.set(_forget_at(now)),
                ],
                condition=CheckItem.check_id.exists(),
            )
        except UpdateError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def last_looks(self, domains: Sequence[SendingDomain]) -> Mapping[str, datetime]:
        """When each of the domains was last checked, by its id, as far as its newest entry is there."""
        keys = [
            (domain.domain_id, domain.last_check.check_id)
            for domain in domains
            if domain.last_check is not None
        ]
        return {item.domain_id: item.last_at for item in CheckItem.batch_get(keys)} if keys else {}

    def page(self, domain_id: str, *, size: int, after: str | None, now: datetime) -> HistoryPage:
        """The newest entries, or those older than the one of the id `after`. Costs one Query."""
        older = None if after is None else CheckItem.check_id < after
        found = list(CheckItem.query(domain_id, older, scan_index_forward=False, limit=size + 1))
        entries = tuple(_entry(item) for item in found[:size] if item.forget_at > now.timestamp())
        more = len(found) > size and len(entries) == size
        return HistoryPage(entries, entries[-1].check_id if more else None)


def _forget_at(last_at: datetime) -> int:
    return int((last_at + KEPT).timestamp())


def _entry(item: CheckItem) -> CheckEntry:
    return CheckEntry(
        domain_id=item.domain_id,
        check_id=item.check_id,
        first_at=item.first_at,
        last_at=item.last_at,
        checks=int(item.checks),
        facts=json.loads(zlib.decompress(item.facts)),
    )
