"""The bulks table: what became of each bulk, one item under (account, bulk id)."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.messages.bulk import Bulk

if TYPE_CHECKING:
    from datetime import timedelta


class BulkItem(TableModel):
    """A bulk as an item. `forget_at` is in Unix seconds (DynamoDB developer guide, Time to Live)."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    bulk_id = UnicodeAttribute(range_key=True)
    outcome = BinaryAttribute(legacy_encoding=False)
    created_at = Instant(attr_name="created")
    forget_at = NumberAttribute()


class BulkTable:
    """Where bulks are kept; `kept` is for how long."""

    def __init__(self, table_name: str, kept: timedelta) -> None:
        BulkItem.bind(table_name)
        self._kept = kept

    def add(self, bulk: Bulk) -> None:
        """Store one; storing it twice is once."""
        outcome = {
            "messages": bulk.message_ids,
            "recipients": bulk.recipients,
            "errors": bulk.errors,
            "suppressed": bulk.suppressed,
        }
        BulkItem(
            account_id=bulk.account_id,
            bulk_id=bulk.bulk_id,
            outcome=zlib.compress(json.dumps(outcome, ensure_ascii=False).encode()),
            created_at=bulk.created_at,
            forget_at=int((bulk.created_at + self._kept).timestamp()),
        ).save()

    def by_id(self, account_id: str, bulk_id: str) -> Bulk | None:
        """The account's bulk of that id, or None."""
        try:
            item = BulkItem.get(account_id, bulk_id)
        except BulkItem.DoesNotExist:
            return None
        outcome = json.loads(zlib.decompress(item.outcome))
        return Bulk(
            account_id=item.account_id,
            bulk_id=item.bulk_id,
            created_at=item.created_at,
            message_ids=tuple(outcome["messages"]),
            recipients=outcome["recipients"],
            errors=outcome["errors"],
            suppressed=outcome["suppressed"],
        )
