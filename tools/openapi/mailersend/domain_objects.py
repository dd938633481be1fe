"""MailerSend's domains: what the calls take and show."""

from __future__ import annotations

from letterhead.dialects.mailersend import domain_settings
from tools.openapi import domains, values
from tools.openapi.schema import (
    Schema,
    always,
    array,
    closed,
    flag,
    nullable,
    number,
    one_of,
    optional,
    ref,
    resource,
    text,
)

_LABEL = text("One label of a host name.", pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$")
_SUBDOMAINS = ("custom_tracking_subdomain", "inbound_routing_subdomain")


def _setting(name: str, default: object) -> Schema:
    if isinstance(default, bool):
        return flag()
    return _LABEL if name in _SUBDOMAINS else text(longest=domain_settings.LONGEST_TEXT)


RETURN_PATH: dict[str, Schema] = {
    domain_settings.RETURN_PATH: {
        **optional(_LABEL),
        "default": domain_settings.DEFAULTS[domain_settings.RETURN_PATH],
    }
}
SETTINGS: dict[str, Schema] = {
    name: {**optional(_setting(name, default)), "default": default}
    for name, default in domain_settings.DEFAULTS.items()
    if name != domain_settings.RETURN_PATH
}
_SHOWN_SETTINGS = {
    name: flag() if isinstance(default, bool) else text()
    for name, default in domain_settings.DEFAULTS.items()
}
_STATISTICS = resource(
    {name: number(least=0) for name in ("total", "queued", "sent", "rejected", "delivered")}
)
_TOTALS = resource({name: number(least=0) for name in ("sent", "delivered", "hard_bounced", "soft_bounced")})
_DOCUMENTED = {
    "id": values.short_id(),
    "name": text(example="web-agency.com"),
    "dkim": flag("Whether the three DKIM records are right."),
    "spf": flag("Whether the TXT at the return path is right."),
    "tracking": flag(),
    "is_verified": flag("Whether DKIM, SPF and the return path are right."),
    "is_cname_verified": flag(),
    "is_dns_active": flag(),
    "is_cname_active": flag(),
    "is_tracking_allowed": flag(),
    "domain_stats": _STATISTICS,
    "has_not_queued_messages": flag(),
    "not_queued_messages_count": number(least=0),
    "domain_settings": resource(_SHOWN_SETTINGS),
    "created_at": values.precise_moment(),
    "updated_at": values.precise_moment(),
}
_OURS = {
    "return_path": flag("Whether the MX at the return path is right."),
    "dmarc": flag("Whether the DMARC record is right."),
    **domains.additions(values.precise_moment),
}
_NOT_YET = always(None, "Not known yet.")
_PLACE = {"anyOf": [ref("DnsRecord"), {"type": "null"}]}
_URL = text(form="uri")
SCHEMAS: dict[str, Schema] = {
    "Domain": resource(
        {
            **_DOCUMENTED,
            "totals": {"anyOf": [_TOTALS, {**array({}), "maxItems": 0}], "description": "Empty in lists."},
            **_OURS,
        },
        "A sending domain; the keys from `return_path` on are Letterhead's.",
    ),
    "NewDomain": resource(
        {
            **_DOCUMENTED,
            "dkim": _NOT_YET,
            "spf": _NOT_YET,
            "mx": _NOT_YET,
            "tracking": _NOT_YET,
            "is_trial_domain": flag(),
            "can": resource({"manage": flag()}),
            "totals": {**array({}), "maxItems": 0},
            "is_dkim_txt": _NOT_YET,
            "show_dkim_info": flag(),
            "is_being_verified": flag(),
            "is_custom_links_available": flag(),
            **_OURS,
        },
        "A sending domain just added.",
    ),
    "DnsRecord": closed(
        {
            "hostname": domains.RECORD_NAME,
            "type": domains.RECORD_TYPE,
            "value": text("A TXT without quotes.", example="abc123.dkim.amazonses.com"),
            "priority": text("Of an MX.", example="10"),
        },
        "A record to publish.",
        sometimes=("priority",),
    ),
    "DnsRecords": resource(
        {
            "id": values.short_id(),
            "spf": _PLACE,
            "dkim": _PLACE,
            "return_path": _PLACE,
            "custom_tracking": _PLACE,
            "inbound_routing": _PLACE,
            "dkim_2": _PLACE,
            "dkim_3": _PLACE,
            "dmarc": _PLACE,
            "link_host": _PLACE,
            "ownership_challenge": ref("OwnershipChallenge"),
        }
    ),
    "Verification": closed(
        {
            "message": one_of(["The domain is verified.", "The domain is not verified."]),
            "data": resource(
                {
                    **{name: flag() for name in ("dkim", "spf", "mx", "tracking", "cname", "rp_cname")},
                    "dmarc": flag(),
                    "is_verified": flag(),
                    "checked_at": nullable(values.precise_moment()),
                    "results": array(ref("VerificationRow")),
                }
            ),
        }
    ),
    "VerificationRow": resource(
        {
            "field": always("ownership_status", "Of the ownership challenge, where it had to be asked for."),
            "hostname": domains.RECORD_NAME,
            "type": domains.RECORD_TYPE,
            "status": values.record_status(
                "By the last definite answer: a question that nobody answers changes nothing."
            ),
            "detail": nullable(text("What is wrong, where it isn't verified.")),
            "findings": array(ref("Finding")),
        },
        sometimes=("field",),
    ),
    "CursorLinks": closed({"first": _NOT_YET, "last": _NOT_YET, "prev": _NOT_YET, "next": nullable(_URL)}),
    "CursorMeta": closed(
        {
            "path": _URL,
            "per_page": number(least=1),
            "next_cursor": nullable(text()),
            "prev_cursor": _NOT_YET,
        }
    ),
    **domains.schemas(values.precise_moment),
}
