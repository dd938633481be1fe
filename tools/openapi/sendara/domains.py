"""Sendara's domains (seed: Sendara domains guide)."""

from __future__ import annotations

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.domains.domain import DomainNotFoundError
from letterhead.identifiers import DOMAIN_PREFIX
from tools.openapi import domains, values
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, array, body, closed, flag, nullable, one_of, ref, resource, text

_TAG = "Domains"
TAG = {_TAG: "Sending domains, with the DNS records that each needs."}
PATH_PARAMETERS = {
    "domain": Parameter(
        "domain", Place.PATH, text(example="mail.acme.com"), "The domain's name, or its `dom_` id."
    )
}
SCHEMAS: dict[str, Schema] = {
    "DnsRecord": closed(
        {
            "type": domains.RECORD_TYPE,
            "name": domains.RECORD_NAME,
            "value": text(
                "An MX with its preference in front, a TXT without quotes.",
                example="abc123.dkim.amazonses.com",
            ),
        },
        "A record to publish.",
    ),
    "Domain": resource(
        {
            "id": values.prefixed_id(DOMAIN_PREFIX),
            "domain": text(example="mail.acme.com"),
            "dkim_status": values.record_status("The three CNAMEs together."),
            "spf_status": values.record_status("The TXT at the MAIL FROM domain."),
            "dmarc_status": values.record_status("The TXT at `_dmarc`."),
            "txt_status": values.record_status("The MX at the MAIL FROM domain."),
            "mail_from_domain": text(example="mail.mail.acme.com"),
            "dns_records": array(ref("DnsRecord"), "What to publish."),
            "created_at": values.moment(),
            "updated_at": values.moment(),
            "fully_verified": flag("Whether every record is verified."),
            **domains.additions(values.moment),
        },
        "A sending domain; the keys from `fully_verified` on are Letterhead's.",
    ),
    "Verification": closed(
        {
            "domain": text(example="mail.acme.com"),
            "fully_verified": flag("Whether every record is verified."),
            "results": array(
                ref("VerificationRow"),
                "A row for each record, in the order of `dns_records`, and one for the ownership challenge where it had to be "
                "asked for.",
            ),
        }
    ),
    "VerificationRow": resource(
        {
            "field": one_of(
                ["dkim_status", "txt_status", "spf_status", "dmarc_status", "ownership_status"],
                "The status that it counts for.",
            ),
            "type": domains.RECORD_TYPE,
            "name": domains.RECORD_NAME,
            "status": values.record_status(
                "By the last definite answer: a question that nobody answers changes nothing."
            ),
            "detail": text("What is wrong, where it isn't verified."),
            "findings": array(ref("Finding")),
        },
        sometimes=("detail",),
    ),
    **domains.schemas(values.moment),
}
_DOMAIN = {"domain": "$response.body#/domain"}
_ID = {"domain": "$response.body#/id"}
_NOT_FOUND = (DomainNotFoundError,)

OPERATIONS = {
    ("POST", "/v1/domains"): Operation(
        "registerDomain",
        _TAG,
        "Register a domain",
        "The answer has the DNS records to publish. After a 503 the same call completes what is half done.",
        Answer(
            201,
            "The new domain.",
            ref("Domain"),
            {
                "Show": Link("showDomain", _DOMAIN),
                "ShowById": Link("showDomain", _ID),
                "Verify": Link("verifyDomain", _DOMAIN),
                "Records": Link("listRecords", _DOMAIN),
                "Checks": Link("listChecks", _ID),
                "Delete": Link("deleteDomain", _ID),
            },
        ),
        body=body({"domain": values.domain_to_register()}, required=("domain",)),
        refusals=domains.REGISTRATION_REFUSALS,
    ),
    ("GET", "/v1/domains"): Operation(
        "listDomains",
        _TAG,
        "List domains",
        "Oldest first, as many as an answer holds.",
        Answer(200, "The domains.", closed({"domains": array(ref("Domain"))}), headers=domains.NEXT_LINK),
        parameters=(
            Parameter(
                "cursor", Place.QUERY, values.short_id(), "From the `link` header of the answer before."
            ),
        ),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/domains/{domain}"): domains.show_call(_TAG, ref("Domain")),
    ("DELETE", "/v1/domains/{domain}"): domains.delete_call(_TAG),
    ("POST", "/v1/domains/{domain}/verify"): domains.verify_call(_TAG, ref("Verification")),
    ("GET", "/v1/domains/{domain}/records"): domains.records_call(
        _TAG, closed({"dns_records": array(ref("DnsRecord")), "link_host": domains.link_host()})
    ),
    ("GET", "/v1/domains/{domain}/checks"): domains.checks_call(
        _TAG, closed({"checks": array(ref("Check")), "next_cursor": nullable(text())})
    ),
}
