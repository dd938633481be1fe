"""MailerSend's domains: requests into concepts, concepts into answers (contracts A.4).

What Letterhead doesn't do yet, tracking and inbound routing, is off in every answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.domain_additions import additions, challenge_row
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.domain_settings import (
    DEFAULTS,
    RETURN_PATH,
    read_settings,
    read_subdomain,
)
from letterhead.dialects.mailersend.pages import PageAddress, page_body, read_page
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.domains.names import NameRules, parse_domain_name
from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.records import DKIM_PURPOSES, RecordPurpose, RecordStatus
from letterhead.domains.reference import DomainReference
from letterhead.domains.registration import NewDomain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.domains.check import Checked
    from letterhead.domains.domain import SendingDomain

LONGEST_NAME = 191
_LONGEST_HOST = 253
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_registration(body: Mapping[str, object], rules: NameRules) -> NewDomain:
    """The domain that `POST /v1/domains` asks for; raises `InvalidFieldsError` and `DomainNameError`."""
    fields = Fields(body)
    text = fields.text("name", required=True, longest=LONGEST_NAME)
    label = read_subdomain(fields, RETURN_PATH) or str(DEFAULTS[RETURN_PATH])
    settings = read_settings(fields)
    fields.finish()
    name = parse_domain_name(text or "", rules)
    if len(f"{label}.{name.ascii}") > _LONGEST_HOST:
        raise InvalidFieldsError({RETURN_PATH: ("The return path subdomain is too long for this domain.",)})
    return NewDomain(name, label, settings=settings)


def read_reference(text: str, _rules: NameRules) -> DomainReference:
    """The domain that a path means: its id of 16 characters."""
    return DomainReference(domain_id=text if identifiers.is_id(text) else None)


def read_list(query: Mapping[str, str]) -> DomainQuery:
    """The page that `GET /v1/domains` asks for, newest first; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_page(query, wrong)
    given = query.get("verified") or None
    verified = None if given is None else _FLAGS.get(given.lower())
    if given is not None and verified is None:
        wrong["verified"] = ("The verified field must be true or false.",)
    if wrong:
        raise InvalidFieldsError(wrong)
    return DomainQuery(page.number, page.size, page.after, verified=verified)


def read_change(body: Mapping[str, object], domain: SendingDomain) -> Mapping[str, object]:
    """The settings that `PUT /v1/domains/{id}/settings` changes. The return path is chosen once, at registration."""
    fields = Fields(body)
    label = read_subdomain(fields, RETURN_PATH)
    if label is not None and label != return_path_label(domain):
        fields.wrong(RETURN_PATH, "The return path subdomain can't be changed after the domain was added.")
    settings = read_settings(fields)
    fields.finish()
    return settings


def registered(domain: SendingDomain) -> Reply:
    """The answer to a registration: the shape of a read, and the keys that only a creation has."""
    created: dict[str, object] = {
        **_documented(domain),
        "dkim": None,
        "spf": None,
        "mx": None,
        "tracking": None,
        "is_trial_domain": False,
        "can": {"manage": True},
        "totals": [],
        "is_dkim_txt": None,
        "show_dkim_info": False,
        "is_being_verified": False,
        "is_custom_links_available": False,
    }
    return Reply(201, {"data": {**created, **_ours(domain)}})


def shown(domain: SendingDomain) -> Reply:
    """The answer to a read."""
    totals = {"sent": 0, "delivered": 0, "hard_bounced": 0, "soft_bounced": 0}
    return Reply(200, {"data": {**_documented(domain), "totals": totals, **_ours(domain)}})


def changed(domain: SendingDomain) -> Reply:
    """The answer to a change of settings."""
    return Reply(200, {"data": _in_lists(domain)})


def listed(page: DomainPage, base_url: str) -> Reply:
    """The answer to a list."""
    query = page.query
    kept = {} if query.verified is None else {"verified": "true" if query.verified else "false"}
    body = page_body(
        [_in_lists(domain) for domain in page.domains],
        number=query.number,
        size=query.size,
        total=page.total or 0,
        last_id=page.domains[-1].domain_id if page.domains else None,
        address=PageAddress(f"{base_url}/v1/domains", kept),
    )
    return Reply(200, body)


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(204)


def verified(checked: Checked) -> Reply:
    """The answer to a verification: six booleans, and after them the rows behind them."""
    domain = checked.domain
    return_path = _is(domain, RecordPurpose.MAIL_FROM_MX)
    rows: list[dict[str, object]] = [
        {
            "hostname": verdict.record.name,
            "type": verdict.record.type,
            "status": verdict.status,
            "detail": verdict.detail,
            "findings": [finding.as_dict() for finding in verdict.findings],
        }
        for verdict in checked.verification.rows
    ]
    if (challenge := challenge_row(checked)) is not None:
        hostname = challenge.pop("name")
        rows.append({"field": "ownership_status", "hostname": hostname, "detail": None, **challenge})
    data = {
        "dkim": _is(domain, *DKIM_PURPOSES),
        "spf": _is(domain, RecordPurpose.MAIL_FROM_SPF),
        "mx": return_path,
        "tracking": False,
        "cname": False,
        "rp_cname": return_path,
        "dmarc": _is(domain, RecordPurpose.DMARC),
        "is_verified": domain.is_verified,
        "checked_at": None if domain.checked_at is None else in_microseconds(domain.checked_at),
        "results": rows,
    }
    verdict = "verified" if domain.is_verified else "not verified"
    return Reply(200, {"message": f"The domain is {verdict}.", "data": data})


def return_path_label(domain: SendingDomain) -> str:
    """The subdomain that the return path has."""
    return domain.mail_from_domain.removesuffix(f".{domain.name}")


def domain_object(domain: SendingDomain) -> dict[str, object]:
    """The domain as it stands in a webhook: all but its statistics (contracts A.6)."""
    return {name: value for name, value in _in_lists(domain).items() if name != "domain_stats"}


def _in_lists(domain: SendingDomain) -> dict[str, object]:
    return {**_documented(domain), "totals": [], **_ours(domain)}


def _documented(domain: SendingDomain) -> dict[str, object]:
    return {
        "id": domain.domain_id,
        "name": domain.shown_name,
        "dkim": _is(domain, *DKIM_PURPOSES),
        "spf": _is(domain, RecordPurpose.MAIL_FROM_SPF),
        "tracking": False,
        "is_verified": domain.is_verified,
        "is_cname_verified": False,
        "is_dns_active": domain.authenticated,
        "is_cname_active": False,
        "is_tracking_allowed": False,
        "domain_stats": {"total": 0, "queued": 0, "sent": 0, "rejected": 0, "delivered": 0},
        "has_not_queued_messages": False,
        "not_queued_messages_count": 0,
        "domain_settings": {**DEFAULTS, **domain.settings, RETURN_PATH: return_path_label(domain)},
        "created_at": in_microseconds(domain.created_at),
        "updated_at": in_microseconds(domain.updated_at),
    }


def _ours(domain: SendingDomain) -> dict[str, object]:
    return {
        "return_path": _is(domain, RecordPurpose.MAIL_FROM_MX),
        "dmarc": _is(domain, RecordPurpose.DMARC),
        **additions(domain, in_microseconds),
    }


def _is(domain: SendingDomain, *purposes: RecordPurpose) -> bool:
    return domain.status(*purposes) is RecordStatus.VERIFIED
