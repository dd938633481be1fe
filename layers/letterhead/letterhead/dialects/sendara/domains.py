"""Sendara's domains: requests into concepts, concepts into answers (seed: Sendara domains guide; contracts B.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from letterhead import identifiers
from letterhead.dialects.domain_additions import additions, challenge_row
from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds
from letterhead.domains.names import DomainNameError, NameRules, parse_domain_name
from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.records import RecordPurpose, RequiredRecord
from letterhead.domains.reference import DomainReference
from letterhead.domains.registration import NewDomain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.domains.check import Checked
    from letterhead.domains.domain import SendingDomain

_MAIL_FROM_LABEL = "mail"
# An answer may have 6 MB (AWS Lambda quotas); a domain with findings takes a few KB.
LARGEST_LIST = 1000
_FIELD_OF = {
    RecordPurpose.DKIM_1: "dkim_status",
    RecordPurpose.DKIM_2: "dkim_status",
    RecordPurpose.DKIM_3: "dkim_status",
    RecordPurpose.MAIL_FROM_MX: "txt_status",
    RecordPurpose.MAIL_FROM_SPF: "spf_status",
    RecordPurpose.DMARC: "dmarc_status",
}


def read_registration(body: Mapping[str, object], rules: NameRules) -> NewDomain:
    """The domain that `POST /v1/domains` asks for."""
    fields = Fields(body)
    name = fields.text("domain", required=True)
    fields.finish()
    return NewDomain(parse_domain_name(name or "", rules), _MAIL_FROM_LABEL)


def read_reference(text: str, rules: NameRules) -> DomainReference:
    """The domain that a path means: `dom_…` or a name."""
    if (domain_id := identifiers.from_prefixed(identifiers.DOMAIN_PREFIX, text)) is not None:
        return DomainReference(domain_id=domain_id)
    try:
        return DomainReference(name=parse_domain_name(text, rules).ascii)
    except DomainNameError:
        return DomainReference()


def read_list(query: Mapping[str, str]) -> DomainQuery:
    """The domains that `GET /v1/domains` asks for: all, oldest first, in as many pages as it takes."""
    after = query.get("cursor") or None
    if after is not None and not identifiers.is_id(after):
        raise InvalidFieldsError({"cursor": ("isn't one of ours",)})
    return DomainQuery(size=LARGEST_LIST, after=after, newest_first=False, counted=False)


def domain_object(domain: SendingDomain) -> dict[str, object]:
    """Sendara's domain object, and after its keys those that are ours."""
    return {
        "id": identifiers.to_prefixed(identifiers.DOMAIN_PREFIX, domain.domain_id),
        "domain": domain.shown_name,
        "dkim_status": domain.dkim_status,
        "spf_status": domain.status(RecordPurpose.MAIL_FROM_SPF),
        "dmarc_status": domain.status(RecordPurpose.DMARC),
        "txt_status": domain.status(RecordPurpose.MAIL_FROM_MX),
        "mail_from_domain": domain.mail_from_domain,
        "dns_records": [record_object(record) for record in domain.records()],
        "created_at": in_seconds(domain.created_at),
        "updated_at": in_seconds(domain.updated_at),
        "fully_verified": domain.fully_verified,
        **additions(domain, in_seconds),
    }


def record_object(record: RequiredRecord) -> dict[str, object]:
    """One entry of `dns_records`."""
    return {"type": record.type, "name": record.name, "value": record.value}


def registered(domain: SendingDomain) -> Reply:
    """The answer to a registration."""
    return Reply(201, domain_object(domain))


def shown(domain: SendingDomain) -> Reply:
    """The answer to a read."""
    return Reply(200, domain_object(domain))


def listed(page: DomainPage, base_url: str) -> Reply:
    """The answer to a list. Where there may be more, a Link header (RFC 8288) leads on, for the envelope has no place for it."""
    headers = {}
    if page.is_full:
        query = urlencode({"cursor": page.domains[-1].domain_id})
        headers["link"] = f'<{base_url}/v1/domains?{query}>; rel="next"'
    return Reply(200, {"domains": [domain_object(domain) for domain in page.domains]}, headers)


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(204)


def verified(checked: Checked) -> Reply:
    """The answer to a verification: one row a record, `detail` only where it isn't verified, `findings` where there are any
    to tell; and one row for the ownership challenge where it had to be asked for."""
    rows: list[dict[str, object]] = []
    for verdict in checked.verification.rows:
        row: dict[str, object] = {
            "field": _FIELD_OF[verdict.record.purpose],
            "type": verdict.record.type,
            "name": verdict.record.name,
            "status": verdict.status,
        }
        if verdict.detail is not None:
            row["detail"] = verdict.detail
        row["findings"] = [finding.as_dict() for finding in verdict.findings]
        rows.append(row)
    if (challenge := challenge_row(checked)) is not None:
        rows.append({"field": "ownership_status", **challenge})
    domain = checked.domain
    return Reply(200, {"domain": domain.shown_name, "fully_verified": domain.fully_verified, "results": rows})
