"""MailerSend's domains: the calls."""

from __future__ import annotations

from letterhead.accounts.limits import LimitReachedError
from letterhead.dialects.mailersend.domains import LONGEST_NAME
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.domains.domain import DomainExistsError, DomainNotFoundError
from letterhead.domains.names import DomainNameError
from letterhead.domains.ports import NameRefusedError, ProviderRefusedError
from letterhead.domains.registration import NameReservedError
from tools.openapi import domains, values
from tools.openapi.mailersend.domain_objects import RETURN_PATH, SETTINGS
from tools.openapi.mailersend.pages import PARAMETERS, one, page_of, simple_page_of
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
    ("GET", "/v1/domains/{domain}"): Operation(
        "showDomain",
        _TAG,
        "Show a domain",
        "As the last check left it.",
        Answer(200, "The domain.", one("Domain")),
        refusals=_NOT_FOUND,
    ),
    ("DELETE", "/v1/domains/{domain}"): Operation(
        "deleteDomain",
        _TAG,
        "Delete a domain",
        "With its sender identities, the tokens that are restricted to it, and what Amazon SES has of it. After a 503 it goes on "
        "by itself.",
        Answer(204, "Deleted."),
        refusals=(DomainNotFoundError, ProviderRefusedError),
    ),
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
    ("GET", "/v1/domains/{domain}/verify"): Operation(
        "verifyDomain",
        _TAG,
        "Check a domain's records now",
        "Reads DNS and asks Amazon SES. It can be repeated at will and resets nothing.",
        Answer(200, "What the check found.", ref("Verification")),
        parameters=(domains.DRY_RUN,),
        refusals=(InvalidFieldsError, DomainNotFoundError, ProviderRefusedError),
    ),
    ("GET", "/v1/domains/{domain}/recipients"): Operation(
        "listDomainRecipients",
        _TAG,
        "List a domain's recipients",
        "Empty as long as no mail is sent through this API.",
        Answer(200, "A page of recipients.", simple_page_of({"type": "object"})),
        parameters=PARAMETERS,
        refusals=(InvalidFieldsError, DomainNotFoundError),
    ),
    ("GET", "/v1/domains/{domain}/dns-records"): Operation(
        "showDnsRecords",
        _TAG,
        "Show the records that a domain needs, each in its place",
        "A place is null as long as there is no record for it.",
        Answer(200, "The records.", one("DnsRecords")),
        refusals=_NOT_FOUND,
    ),
    ("GET", "/v1/domains/{domain}/records"): Operation(
        "listRecords",
        _TAG,
        "List the records that a domain needs",
        "As a list, or as a file for the DNS host.",
        Answer(
            200,
            "The records.",
            domains.or_file(closed({"data": array(ref("DnsRecord"))})),
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
        Answer(
            200,
            "A page of checks.",
            closed({"data": array(ref("Check")), "links": ref("CursorLinks"), "meta": ref("CursorMeta")}),
        ),
        parameters=domains.HISTORY_PARAMETERS,
        refusals=(InvalidFieldsError, DomainNotFoundError),
    ),
}
