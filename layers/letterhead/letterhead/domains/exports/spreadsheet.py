"""A table for people and for panels that import CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from letterhead.domains.exports.resource_record import TTL, ResourceRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("type", "name", "value", "priority", "ttl")


def spreadsheet(_domain: str, records: Sequence[ResourceRecord]) -> str:
    """One line a record, names absolute and without the final dot, TXT without quotes of its own."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    for record in records:
        priority = "" if record.priority is None else record.priority
        lines.writerow((record.type.value, record.name, record.value, priority, TTL))
    return text.getvalue()
