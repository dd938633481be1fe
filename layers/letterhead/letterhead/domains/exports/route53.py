"""A change batch for `aws route53 change-resource-record-sets`, whose `--change-batch` reads it from a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from letterhead.domains.exports.resource_record import TTL, ResourceRecord
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Sequence


def route53_change_batch(domain: str, records: Sequence[ResourceRecord]) -> str:
    """The ChangeBatch of Route 53's API (2013-04-01).

    It creates and never replaces: where a record is there already, a DMARC policy for instance, Route 53 refuses the batch and
    nothing is lost.
    """
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": f"{record.name}.",
                "Type": record.type,
                "TTL": TTL,
                "ResourceRecords": [{"Value": record_value(record)}],
            },
        }
        for record in records
    ]
    return json.dumps({"Comment": f"What mail from {domain} needs", "Changes": changes}, indent=2) + "\n"


def record_value(record: ResourceRecord) -> str:
    """A value as Route 53 writes it: TXT in quotes, an MX's preference in front."""
    if record.type is RecordType.TXT:
        return record.quoted
    return record.value if record.priority is None else f"{record.priority} {record.value}"
