"""SendMailOS's domains: requests into concepts, concepts into answers (seed: SendMailOS Domains API; contracts C.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from letterhead import identifiers
from letterhead.dialects.domain_additions import additions, challenge_row
from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds, or_null
from letterhead.domains.names import NameRules, parse_domain_name
from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.records import RecordType, RequiredRecord
from letterhead.domains.reference import DomainReference
from letterhead.domains.registration import NewDomain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.domains.check import Checked
    from letterhead.domains.domain import SendingDomain

LONGEST_EXTERNAL_ID = 255
MOST_METADATA_KEYS = 50
LARGEST_METADATA = 4096
# An answer may have 6 MB (AWS Lambda quotas); a domain with metadata and findings takes a few KB.
LARGEST_LIST = 500
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


def read_reference(text: str, _rules: NameRules) -> DomainReference:
    """The domain that a path means: its UUID."""
    return DomainReference(domain_id=identifiers.from_uuid(text))


def read_list(query: Mapping[str, str]) -> DomainQuery:
    """The domains that `GET /api/v1/domains` asks for: all, oldest first, or those with an `external_id`."""
    wrong: dict[str, tuple[str, ...]] = {}
    after, external_id = query.get("cursor") or None, query.get("external_id") or None
    if after is not None and not identifiers.is_id(after):
        wrong["cursor"] = ("The cursor isn't one of ours.",)
    if external_id is not None and len(external_id) > LONGEST_EXTERNAL_ID:
        wrong["external_id"] = (f"The external id may not be greater than {LONGEST_EXTERNAL_ID} characters.",)
    if wrong:
        raise InvalidFieldsError(wrong)
    return DomainQuery(
        size=LARGEST_LIST, after=after, newest_first=False, external_id=external_id, counted=False
    )


def registered(domain: SendingDomain) -> Reply:
    """The answer to a registration: the domain with its DKIM records."""
    return Reply(
        201,
        {"success": True, "domain": {**_documented(domain), "dns_records": _dkim(domain), **_ours(domain)}},
    )


def shown(domain: SendingDomain) -> Reply:
    """The answer to a read: the domain with its DKIM records and the moment of its verification."""
    return Reply(200, {"success": True, "domain": _whole(domain)})


def listed(page: DomainPage, base_url: str) -> Reply:
    """The answer to a list: each domain without its records, with the moment of its verification.

    Where there may be more, a Link header (RFC 8288) leads on, for the envelope has no place for it.
    """
    headers = {}
    if page.is_full and page.query.external_id is None:
        query = urlencode({"cursor": page.domains[-1].domain_id})
        headers["link"] = f'<{base_url}/api/v1/domains?{query}>; rel="next"'
    objects = [
        {**_documented(domain), "verified_at": or_null(domain.dkim_verified_at), **_ours(domain)}
        for domain in page.domains
    ]
    return Reply(200, {"success": True, "domains": objects}, headers)


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(204)


def verified(checked: Checked) -> Reply:
    """The answer to a verification: the domain and a row for each record."""
    rows: list[dict[str, object]] = []
    for verdict in checked.verification.rows:
        row: dict[str, object] = {
            **record_object(verdict.record),
            "status": verdict.status,
            "findings": [finding.as_dict() for finding in verdict.findings],
        }
        if verdict.detail is not None:
            row["detail"] = verdict.detail
        rows.append(row)
    if (challenge := challenge_row(checked)) is not None:
        rows.append({"field": "ownership_status", **challenge})
    return Reply(200, {"success": True, "domain": _whole(checked.domain), "results": rows})


def record_object(record: RequiredRecord) -> dict[str, object]:
    """One entry of `dns_records`."""
    return {"type": record.type, "name": record.name, "value": record.value}


def _whole(domain: SendingDomain) -> dict[str, object]:
    return {
        **_documented(domain),
        "verified_at": or_null(domain.dkim_verified_at),
        "dns_records": _dkim(domain),
        **_ours(domain),
    }


def _dkim(domain: SendingDomain) -> list[dict[str, object]]:
    return [record_object(record) for record in domain.records() if record.type is RecordType.CNAME]


def _documented(domain: SendingDomain) -> dict[str, object]:
    return {
        "id": identifiers.to_uuid(domain.domain_id),
        "domain_name": domain.shown_name,
        "status": domain.signing_status,
        "external_id": domain.external_id,
        "metadata": dict(domain.metadata),
        "dkim_tokens": list(domain.dkim_tokens),
        "created_at": in_seconds(domain.created_at),
    }


def _ours(domain: SendingDomain) -> dict[str, object]:
    return additions(domain, in_seconds)
