"""The body of Cloudflare's batch call, `POST /zones/{zone_id}/dns_records/batch`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from letterhead.domains.exports.resource_record import TTL, ResourceRecord
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Sequence


def cloudflare_batch(domain: str, records: Sequence[ResourceRecord]) -> str:
    """Posts only: nothing that is there is changed or deleted. Nothing is proxied, for a proxied name isn't an alias in DNS."""
    return json.dumps({"posts": [_post(domain, record) for record in records]}, indent=2) + "\n"


def _post(domain: str, record: ResourceRecord) -> dict[str, object]:
    post: dict[str, object] = {
        "type": record.type,
        "name": record.name,
        "content": record.quoted if record.type is RecordType.TXT else record.value,
        "ttl": TTL,
        "proxied": False,
        "comment": f"mail from {domain}"[:100],
    }
    if record.priority is not None:
        post["priority"] = record.priority
    return post
