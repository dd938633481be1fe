"""Sendara's domains: requests into concepts, concepts into answers (seed: Sendara domains guide; contracts B.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds
from letterhead.domains.domain import SendingDomain
from letterhead.domains.names import DomainNameError, NameRules, parse_domain_name
from letterhead.domains.records import RecordPurpose, RequiredRecord
from letterhead.domains.reference import DomainReference
from letterhead.domains.registration import NewDomain
from letterhead.domains.verification import Verification

_MAIL_FROM_LABEL = "mail"
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


def domain_object(domain: SendingDomain) -> dict[str, object]:
    """Sendara's domain object."""
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


def listed(domains: Iterable[SendingDomain]) -> Reply:
    """The answer to a list."""
    return Reply(200, {"domains": [domain_object(domain) for domain in domains]})


def verified(domain: SendingDomain, verification: Verification) -> Reply:
    """The answer to a verification: one row a record, `detail` only where it isn't verified."""
    rows: list[dict[str, object]] = []
    for verdict in verification.rows:
        row: dict[str, object] = {
            "field": _FIELD_OF[verdict.record.purpose],
            "type": verdict.record.type,
            "name": verdict.record.name,
            "status": verdict.status,
        }
        if verdict.detail is not None:
            row["detail"] = verdict.detail
        rows.append(row)
    return Reply(200, {"domain": domain.shown_name, "fully_verified": domain.fully_verified, "results": rows})
