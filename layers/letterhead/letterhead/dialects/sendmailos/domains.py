"""SendMailOS's domains: requests into concepts, concepts into answers (seed: SendMailOS Domains API; contracts C.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds, or_null
from letterhead.domains.domain import SendingDomain
from letterhead.domains.names import NameRules, parse_domain_name
from letterhead.domains.records import RecordType
from letterhead.domains.registration import NewDomain

LONGEST_EXTERNAL_ID = 255
MOST_METADATA_KEYS = 50
LARGEST_METADATA = 4096
_MAIL_FROM_LABEL = "mail"


def read_registration(body: Mapping[str, object], rules: NameRules) -> NewDomain:
    """The domain that `POST /api/v1/domains` asks for. `metadata` has at most 50 keys and 4 KB of JSON."""
    fields = Fields(body)
    name = fields.text("domain", required=True)
    external_id = fields.text("external_id", longest=LONGEST_EXTERNAL_ID)
    metadata = fields.mapping("metadata")
    if metadata is not None:
        if len(metadata) > MOST_METADATA_KEYS:
            fields.wrong("metadata", f"The metadata may not have more than {MOST_METADATA_KEYS} keys.")
        elif len(json.dumps(metadata, separators=(",", ":")).encode()) > LARGEST_METADATA:
            fields.wrong("metadata", f"The metadata may not be larger than {LARGEST_METADATA} bytes.")
    fields.finish()
    return NewDomain(parse_domain_name(name or "", rules), _MAIL_FROM_LABEL, external_id, metadata)


def registered(domain: SendingDomain) -> Reply:
    """The answer to a registration: the domain with its DKIM records."""
    records = [
        {"type": record.type, "name": record.name, "value": record.value}
        for record in domain.records()
        if record.type is RecordType.CNAME
    ]
    return Reply(201, {"success": True, "domain": {**_domain_object(domain), "dns_records": records}})


def listed(domains: Iterable[SendingDomain]) -> Reply:
    """The answer to a list: each domain without its records, with the moment of its verification."""
    objects = [
        {**_domain_object(domain), "verified_at": or_null(domain.dkim_verified_at)} for domain in domains
    ]
    return Reply(200, {"success": True, "domains": objects})


def _domain_object(domain: SendingDomain) -> dict[str, object]:
    return {
        "id": identifiers.to_uuid(domain.domain_id),
        "domain_name": domain.shown_name,
        "status": domain.dkim_status,
        "external_id": domain.external_id,
        "metadata": dict(domain.metadata),
        "dkim_tokens": list(domain.dkim_tokens),
        "created_at": in_seconds(domain.created_at),
    }
