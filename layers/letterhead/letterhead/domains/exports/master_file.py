"""A master file (RFC 1035 section 5), as zones are imported at BIND, Cloudflare, Route 53 and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.exports.resource_record import TTL, ResourceRecord
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Sequence


def master_file(domain: str, records: Sequence[ResourceRecord]) -> str:
    """The records as lines to be put into the zone. Names are absolute, so it doesn't matter which zone that is."""
    lines = [f"; what mail from {domain} needs in DNS", f"$TTL {TTL}"]
    lines += [f"{record.name}.\tIN\t{record.type}\t{_data(record)}" for record in records]
    return "\n".join(lines) + "\n"


def _data(record: ResourceRecord) -> str:
    if record.type is RecordType.TXT:
        return record.quoted
    target = f"{record.value}."
    return target if record.priority is None else f"{record.priority} {target}"
