"""What Letterhead adds to every service's domains: findings, the ownership challenge, the history of checks, and files."""

from __future__ import annotations

from collections.abc import Callable

from letterhead.accounts.limits import LimitReachedError
from letterhead.dialects.domain_additions import NOT_REQUIRED
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.domain import DomainExistsError, DomainNotFoundError, Ownership
from letterhead.domains.exports.formats import FORMS
from letterhead.domains.history import DEFAULT_PAGE, MOST_ON_A_PAGE
from letterhead.domains.names import DomainNameError
from letterhead.domains.ports import ChallengeAnswer, NameRefusedError, ProviderRefusedError
from letterhead.domains.provider_status import ProviderCheck
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.domains.registration import NameReservedError
from tools.openapi import values
from tools.openapi.operation import Answer, Operation, Parameter, Place
from tools.openapi.schema import (
    Schema,
    array,
    body,
    flag,
    nullable,
    number,
    one_of,
    ref,
    resource,
    text,
)

Moment = Callable[[str], Schema]
RECORD_TYPE = one_of(["CNAME", "MX", "TXT"])
RECORD_NAME = text("Fully qualified, without a final dot.", example="abc123._domainkey.mail.acme.com")
_DRY_RUN = Parameter(
    "dry_run",
    Place.QUERY,
    one_of(["true", "false", "1", "0"]),
    "Whether to look only: nothing is kept, no status changes.",
    empty=False,
)
_DRY_RUN_BODY = body({"dry_run": nullable(flag("As in the query, which goes first."))})
_FORMAT = Parameter(
    "format",
    Place.QUERY,
    one_of(FORMS),
    "A file to download instead: a zone's master file, a change batch for Route 53, a Terraform configuration, the body of "
    "Cloudflare's batch call, or a spreadsheet.",
)
_LINK_HOST = Parameter(
    "link_host",
    Place.QUERY,
    one_of(["true", "false", "1", "0"]),
    "Whether the file is to have the optional record of the link host too.",
    empty=False,
)
_HISTORY_PARAMETERS = (
    Parameter(
        "limit",
        Place.QUERY,
        {**number(least=1, most=MOST_ON_A_PAGE), "default": DEFAULT_PAGE},
        "How many entries to a page.",
    ),
    Parameter("cursor", Place.QUERY, values.short_id(), "The `next_cursor` of the page before."),
)
_FILES: dict[str, Schema] = {
    form.media_type.partition(";")[0]: text("A file to download.")
    for form in FORMS.values()
    if form.media_type != "application/json"
}
_FILE_HEADERS = {
    "content-disposition": text("The file's name.", example='attachment; filename="mail.acme.com.zone"')
}
REGISTRATION_REFUSALS = (
    DomainNameError,
    NameReservedError,
    DomainExistsError,
    LimitReachedError,
    NameRefusedError,
    ProviderRefusedError,
)
NEXT_LINK = {"link": text("Where the list goes on (RFC 8288), if it is longer than one answer.")}


def records_call(
    tag: str, listed: Schema, described: str = "As a list, or as a file for the DNS host."
) -> Operation:
    """The call for a domain's records; `listed` is the dialect's list of them."""
    return Operation(
        "listRecords",
        tag,
        "List the records that a domain needs",
        described,
        Answer(
            200,
            "The records.",
            {"anyOf": [listed, ref("Route53File"), ref("TerraformFile"), ref("CloudflareFile")]},
            files=_FILES,
            headers=_FILE_HEADERS,
        ),
        parameters=(_FORMAT, _LINK_HOST),
        refusals=(InvalidFieldsError, DomainNotFoundError),
    )


def link_host(name: str = "name") -> Schema:
    """The optional record of the link host; `name` is the dialect's key for its name."""
    return resource(
        {"type": one_of(["CNAME"]), name: text(example="links.mail.acme.com"), "value": text()},
        "Optional: with it, and with the settings of confirmation mails, links lead to a host of the domain's own.",
    )


def checks_call(tag: str, page: Schema) -> Operation:
    """The call for a domain's history; `page` is the dialect's envelope of it."""
    return Operation(
        "listChecks",
        tag,
        "List a domain's checks",
        "Newest first, for thirteen months. Checks in a row that came to the same are one entry.",
        Answer(200, "A page of checks.", page),
        parameters=_HISTORY_PARAMETERS,
        refusals=(InvalidFieldsError, DomainNotFoundError),
    )


def show_call(tag: str, domain: Schema) -> Operation:
    """The call for one domain."""
    return Operation(
        "showDomain",
        tag,
        "Show a domain",
        "As the last check left it.",
        Answer(200, "The domain.", domain),
        refusals=(DomainNotFoundError,),
    )


def delete_call(tag: str) -> Operation:
    """The call that deletes a domain."""
    return Operation(
        "deleteDomain",
        tag,
        "Delete a domain",
        "With its sender identities, the tokens that are restricted to it, and what Amazon SES has of it. After a 503 it goes on "
        "by itself.",
        Answer(204, "Deleted."),
        refusals=(DomainNotFoundError, ProviderRefusedError),
    )


def verify_call(tag: str, found: Schema, *, posts: bool = True) -> Operation:
    """The call that checks a domain; `posts` says whether it is a POST, which may have a body."""
    return Operation(
        "verifyDomain",
        tag,
        "Check a domain's records now",
        "Reads DNS and asks Amazon SES. It can be repeated at will and resets nothing.",
        Answer(200, "What the check found.", found),
        parameters=(_DRY_RUN,),
        body=_DRY_RUN_BODY if posts else None,
        body_required=False,
        refusals=(DomainNotFoundError, ProviderRefusedError)
        if posts
        else (InvalidFieldsError, DomainNotFoundError, ProviderRefusedError),
    )


def additions(moment: Moment) -> dict[str, Schema]:
    """The fields of a domain that are Letterhead's in every dialect."""
    return {
        "checked_at": nullable(moment("When it was last checked.")),
        "next_check_at": nullable(moment("When it is checked next, by itself.")),
        "can_send": flag("Whether mail may go out from it."),
        "findings": array(ref("RecordFinding"), "What the last check found."),
        "ownership_challenge": ref("OwnershipChallenge"),
        "sending_paused": nullable(
            resource(
                {"reason": nullable(text(example="bounces")), "since": moment("Since when.")},
                "Why nothing leaves from it until the operator lets it (`bounces`, `complaints`); null while it may.",
            )
        ),
        "warm_up": nullable(
            resource(
                {
                    "allowance": number("How many mails it may send that day."),
                    "day": text(example="2026-06-14"),
                },
                "Where a new domain's warm-up stood on the last day (UTC) on which it sent; null for one that doesn't warm up.",
            )
        ),
        "ownership_lost_at": nullable(moment("When another account proved that the name is its own.")),
    }


def schemas(moment: Moment) -> dict[str, Schema]:
    """The named schemas behind these fields and calls."""
    finding = {
        "code": ref("FindingCode"),
        "blocking": flag("Whether it is why the record isn't verified."),
        "message": text(),
        "expected": nullable(text()),
        "found": nullable(text()),
        "fix": {
            "anyOf": [
                resource(
                    {
                        "sentence": text(),
                        "type": nullable(text()),
                        "host": nullable(text("What goes into the name field at the DNS host.")),
                        "name": nullable(text()),
                        "value": nullable(text("Null where nothing is to be typed.")),
                        "priority": number(),
                    },
                    sometimes=("priority",),
                ),
                {"type": "null"},
            ]
        },
        "more": {"type": "object", "description": "What else is known, by the kind of finding."},
    }
    return {
        "FindingCode": one_of(Code, "From the catalogue of findings; more may come."),
        "Finding": resource(finding, "One named difference between what is required and what is published."),
        "RecordFinding": resource({"type": text(), "name": text(), **finding}, "A finding with its record."),
        "OwnershipChallenge": resource(
            {
                "type": one_of(["TXT"]),
                "name": text(example="_letterhead-challenge.mail.acme.com"),
                "value": text(),
                "status": one_of([*RecordStatus, NOT_REQUIRED]),
            },
            "The record that proves whose a name is, where somebody else has registered it or a related one.",
        ),
        "Check": resource(
            {
                "id": values.short_id(),
                "first_checked_at": moment(""),
                "last_checked_at": moment(""),
                "checks": number("How many checks in a row came to the same.", least=1),
                "results": array(_result()),
                "questions": array(_question()),
                "provider": _provider(),
                "ownership": _ownership(),
            },
            "One or more checks in a row: what was asked, who answered what, and which verdict followed.",
            sometimes=("results", "questions", "provider", "ownership"),
        ),
        "Route53File": resource({"Comment": text(), "Changes": array({"type": "object"})}),
        "TerraformFile": resource({"variable": {"type": "object"}, "resource": {"type": "object"}}),
        "CloudflareFile": resource({"posts": array({"type": "object"})}),
    }


def _result() -> Schema:
    return resource(
        {
            "record": one_of(RecordPurpose),
            "type": RECORD_TYPE,
            "name": RECORD_NAME,
            "status": values.record_status(),
            "seen": one_of(Seen, "What DNS alone showed."),
            "detail": nullable(text()),
            "findings": array(
                resource({"code": ref("FindingCode"), "blocking": flag(), "found": nullable(text())})
            ),
        }
    )


def _question() -> Schema:
    return resource(
        {
            "name": text(),
            "type": text(),
            "zone": nullable(text()),
            "server": nullable(text("Who answered.")),
            "aliases": array(text(), "The CNAMEs on the way."),
            "answer": one_of(["present", "absent", "unanswered"]),
            "values": array(text()),
            "values_in_all": number("Where not all are shown."),
            "ttl": nullable(number()),
            "negative_ttl": nullable(number()),
            "reason": nullable(text()),
            "witness": nullable(text("Whether a server of the zone said it or a resolver.")),
        },
        sometimes=("values", "values_in_all", "ttl", "negative_ttl", "reason", "witness"),
    )


def _provider() -> Schema:
    said = resource({"dkim": one_of(ProviderCheck), "mail_from": one_of(ProviderCheck), "sending": flag()})
    return {"anyOf": [said, {"type": "null"}], "description": "What Amazon SES said, if it was asked."}


def _ownership() -> Schema:
    challenge = resource(
        {"answer": one_of(ChallengeAnswer), "detail": text(), "servers": array({})},
    )
    return resource(
        {"status": one_of(Ownership), "challenge": {"anyOf": [challenge, {"type": "null"}]}},
    )
