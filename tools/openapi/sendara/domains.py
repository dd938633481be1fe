"""Sendara's domains (seed: Sendara domains guide)."""

from __future__ import annotations

from letterhead.accounts.limits import LimitReachedError
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.domains.domain import DomainExistsError, DomainNotFoundError
from letterhead.domains.names import DomainNameError
from letterhead.domains.ports import NameRefusedError, ProviderRefusedError
from letterhead.domains.registration import NameReservedError
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
        refusals=(
            DomainNameError,
            NameReservedError,
            DomainExistsError,
            LimitReachedError,
            NameRefusedError,
            ProviderRefusedError,
        ),
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
    ("GET", "/v1/domains/{domain}"): Operation(
        "showDomain",
        _TAG,
        "Show a domain",
        "As the last check left it.",
        Answer(200, "The domain.", ref("Domain")),
        refusals=_NOT_FOUND,
    ),
    ("DELETE", "/v1/domains/{domain}"): Operation(
        "deleteDomain",
        _TAG,
        "Delete a domain",
        "With its sender identities, the keys that are restricted to it, and what Amazon SES has of it. After a 503 it goes on "
        "by itself.",
        Answer(204, "Deleted."),
        refusals=(DomainNotFoundError, ProviderRefusedError),
    ),
    ("POST", "/v1/domains/{domain}/verify"): Operation(
        "verifyDomain",
        _TAG,
        "Check a domain's records now",
        "Reads DNS and asks Amazon SES. It can be repeated at will and resets nothing.",
        Answer(200, "What the check found.", ref("Verification")),
        parameters=(domains.DRY_RUN,),
        body=domains.DRY_RUN_BODY,
        body_required=False,
        refusals=(DomainNotFoundError, ProviderRefusedError),
    ),
    ("GET", "/v1/domains/{domain}/records"): Operation(
        "listRecords",
        _TAG,
        "List the records that a domain needs",
        "As a list, or as a file for the DNS host.",
        Answer(
            200,
            "The records.",
            domains.or_file(closed({"dns_records": array(ref("DnsRecord"))})),
            files=domains.FILES,
            headers=domains.FILE_HEADERS,
        ),
        parameters=(domains.FORMAT,),
        refusals=(InvalidFieldsError, DomainNotFoundError),
    ),
    ("GET", "/v1/domains/{domain}/checks"): Operation(
        "listChecks",
        _TAG,
        "List a domain's checks",
        "Newest first, for thirteen months. Checks in a row that came to the same are one entry.",
        Answer(200, "The checks.", closed({"checks": array(ref("Check")), "next_cursor": nullable(text())})),
        parameters=domains.HISTORY_PARAMETERS,
        refusals=(InvalidFieldsError, DomainNotFoundError),
    ),
}
