"""MailerSend's domains: the calls."""

from __future__ import annotations

from letterhead.dialects.mailersend.domains import LONGEST_NAME
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.domains.domain import DomainNotFoundError
from tools.openapi import domains, values
from tools.openapi.mailersend.domain_objects import RETURN_PATH, SETTINGS
from tools.openapi.mailersend.pages import PARAMETERS, one, page_of
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import array, body, closed, one_of, ref

_TAG = "Domains"
TAG = {_TAG: "Sending domains, with the DNS records that each needs."}
PATH_PARAMETERS = {"domain": Parameter("domain", Place.PATH, values.short_id(), "The domain's id.")}
_DOMAIN = {"domain": "$response.body#/data/id"}
_NOT_FOUND = (DomainNotFoundError,)

OPERATIONS = {
    ("POST", "/v1/domains"): Operation(
        "createDomain",
        _TAG,
        "Add a domain",
        "`GET …/dns-records` has the DNS records to publish. After a 503 the same call completes what is half done.",
        Answer(
            201,
            "The new domain.",
            one("NewDomain"),
            {
                "Show": Link("showDomain", _DOMAIN),
                "Settings": Link("changeDomainSettings", _DOMAIN),
                "Verify": Link("verifyDomain", _DOMAIN),
                "Recipients": Link("listDomainRecipients", _DOMAIN),
                "DnsRecords": Link("showDnsRecords", _DOMAIN),
                "Records": Link("listRecords", _DOMAIN),
                "Checks": Link("listChecks", _DOMAIN),
                "Delete": Link("deleteDomain", _DOMAIN),
            },
        ),
        body=body(
            {"name": {**values.domain_to_register(), "maxLength": LONGEST_NAME}, **RETURN_PATH, **SETTINGS},
            required=("name",),
        ),
        refusals=domains.REGISTRATION_REFUSALS,
    ),
    ("GET", "/v1/domains"): Operation(
        "listDomains",
        _TAG,
        "List domains",
        "Newest first.",
        Answer(200, "A page of domains.", page_of("Domain")),
        parameters=(
            Parameter(
                "verified",
                Place.QUERY,
                one_of(["true", "false", "1", "0"]),
                "Only those that are verified, or only the others.",
            ),
            *PARAMETERS,
        ),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/domains/{domain}"): domains.show_call(_TAG, one("Domain")),
    ("DELETE", "/v1/domains/{domain}"): domains.delete_call(_TAG),
    ("PUT", "/v1/domains/{domain}/settings"): Operation(
        "changeDomainSettings",
        _TAG,
        "Change a domain's settings",
        "Those that are absent or null stay. The return path is chosen once, when the domain is added.",
        Answer(200, "The domain.", one("Domain")),
        body=body({**RETURN_PATH, **SETTINGS}),
        body_required=False,
        refusals=_NOT_FOUND,
    ),
    ("GET", "/v1/domains/{domain}/verify"): domains.verify_call(_TAG, ref("Verification"), posts=False),
    ("GET", "/v1/domains/{domain}/dns-records"): Operation(
        "showDnsRecords",
        _TAG,
        "Show the records that a domain needs, each in its place",
        "A place is null as long as there is no record for it.",
        Answer(200, "The records.", one("DnsRecords")),
        refusals=_NOT_FOUND,
    ),
    ("GET", "/v1/domains/{domain}/records"): domains.records_call(
        _TAG, closed({"data": array(ref("DnsRecord")), "link_host": domains.link_host("hostname")})
    ),
    ("GET", "/v1/domains/{domain}/checks"): domains.checks_call(
        _TAG, closed({"data": array(ref("Check")), "links": ref("CursorLinks"), "meta": ref("CursorMeta")})
    ),
}
