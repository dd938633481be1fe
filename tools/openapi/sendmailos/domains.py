"""SendMailOS's domains (seed: SendMailOS Domains API)."""

from __future__ import annotations

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendmailos.domains import LARGEST_METADATA, LONGEST_EXTERNAL_ID, MOST_METADATA_KEYS
from letterhead.domains.domain import DomainNotFoundError
from tools.openapi import domains, values
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, always, array, body, closed, nullable, one_of, ref, resource, text

_TAG = "Domains"
TAG = {_TAG: "Sending domains, with the three DKIM records that each needs."}
PATH_PARAMETERS = {"domain": Parameter("domain", Place.PATH, values.uuid(), "The domain's id.")}
_DOCUMENTED = {
    "id": values.uuid(),
    "domain_name": text(example="yourcompany.com"),
    "status": values.record_status("That of the three DKIM records together."),
    "external_id": nullable(text()),
    "metadata": {"type": "object", "description": "As it was given."},
    "dkim_tokens": array(text()),
    "created_at": values.moment(),
}
_VERIFIED_AT = {"verified_at": nullable(values.moment("When DKIM was last found right after it wasn't."))}
_RECORDS = {"dns_records": array(ref("DnsRecord"), "What to publish for DKIM.")}
_OURS = domains.additions(values.moment)
_RECORD = {
    "type": domains.RECORD_TYPE,
    "name": domains.RECORD_NAME,
    "value": text(
        "An MX with its preference in front, a TXT without quotes.", example="abc123.dkim.amazonses.com"
    ),
}
_ROW = {"status": values.record_status(), "findings": array(ref("Finding"))}
_DETAIL = text("What is wrong, where it isn't verified.")
_METADATA = f"Anything of yours, at most {MOST_METADATA_KEYS} keys and {LARGEST_METADATA} bytes of JSON."
SCHEMAS: dict[str, Schema] = {
    "DnsRecord": closed(_RECORD, "A record to publish."),
    "NewDomain": resource({**_DOCUMENTED, **_RECORDS, **_OURS}, "A sending domain just registered."),
    "ListedDomain": resource(
        {**_DOCUMENTED, **_VERIFIED_AT, **_OURS}, "A sending domain, as a list shows it."
    ),
    "Domain": resource({**_DOCUMENTED, **_VERIFIED_AT, **_RECORDS, **_OURS}, "A sending domain."),
    "VerificationRow": {
        "anyOf": [
            resource({**_RECORD, **_ROW, "detail": _DETAIL}, sometimes=("detail",)),
            resource(
                {
                    "field": always("ownership_status"),
                    "type": one_of(["TXT"]),
                    "name": domains.RECORD_NAME,
                    **_ROW,
                    "detail": _DETAIL,
                },
                "The ownership challenge, where it had to be asked for.",
                sometimes=("detail",),
            ),
        ]
    },
    **domains.schemas(values.moment),
}
_DOMAIN = {"domain": "$response.body#/domain/id"}
_NOT_FOUND = (DomainNotFoundError,)


def _one(name: str) -> Schema:
    return closed({"success": always(True), "domain": ref(name)})


OPERATIONS = {
    ("POST", "/api/v1/domains"): Operation(
        "registerDomain",
        _TAG,
        "Register a domain",
        "The answer has the DNS records to publish. After a 503 the same call completes what is half done.",
        Answer(
            201,
            "The new domain.",
            _one("NewDomain"),
            {
                "Show": Link("showDomain", _DOMAIN),
                "Verify": Link("verifyDomain", _DOMAIN),
                "Records": Link("listRecords", _DOMAIN),
                "Checks": Link("listChecks", _DOMAIN),
                "Delete": Link("deleteDomain", _DOMAIN),
            },
        ),
        body=body(
            {
                "domain": values.domain_to_register(),
                "external_id": nullable(text("Your own id for it.", longest=LONGEST_EXTERNAL_ID)),
                "metadata": {
                    "type": ["object", "null"],
                    "maxProperties": MOST_METADATA_KEYS,
                    "description": _METADATA,
                },
            },
            required=("domain",),
        ),
        refusals=domains.REGISTRATION_REFUSALS,
    ),
    ("GET", "/api/v1/domains"): Operation(
        "listDomains",
        _TAG,
        "List domains",
        "Oldest first, as many as an answer holds.",
        Answer(
            200,
            "The domains.",
            closed({"success": always(True), "domains": array(ref("ListedDomain"))}),
            headers=domains.NEXT_LINK,
        ),
        parameters=(
            Parameter(
                "external_id",
                Place.QUERY,
                text(longest=LONGEST_EXTERNAL_ID),
                "Only those with this id of yours.",
            ),
            Parameter(
                "cursor", Place.QUERY, values.short_id(), "From the `link` header of the answer before."
            ),
        ),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/api/v1/domains/{domain}"): domains.show_call(_TAG, _one("Domain")),
    ("DELETE", "/api/v1/domains/{domain}"): domains.delete_call(_TAG),
    ("POST", "/api/v1/domains/{domain}/verify"): domains.verify_call(
        _TAG,
        closed({"success": always(True), "domain": ref("Domain"), "results": array(ref("VerificationRow"))}),
    ),
    ("GET", "/api/v1/domains/{domain}/records"): domains.records_call(
        _TAG,
        closed(
            {
                "success": always(True),
                "dns_records": array(ref("DnsRecord")),
                "link_host": domains.link_host(),
            }
        ),
        "Those of MAIL FROM and DMARC too; as a list, or as a file for the DNS host.",
    ),
    ("GET", "/api/v1/domains/{domain}/checks"): domains.checks_call(
        _TAG,
        closed({"success": always(True), "checks": array(ref("Check")), "next_cursor": nullable(text())}),
    ),
}
