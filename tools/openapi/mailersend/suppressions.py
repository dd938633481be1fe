"""MailerSend's suppression lists."""

from __future__ import annotations

from letterhead.dialects.mailersend.suppressions import LISTS, MOST_AT_ONCE
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.identifiers import DOMAIN_PREFIX
from letterhead.suppressions.address import LONGEST_ADDRESS
from letterhead.suppressions.pages import TooManyPatternsError
from letterhead.suppressions.pattern import LONGEST_PATTERN, MOST_PATTERNS
from letterhead.suppressions.suppression import SuppressionList
from tools.openapi import jobs, values
from tools.openapi import suppressions as shared
from tools.openapi.mailersend.pages import PARAMETERS, simple_page_of
from tools.openapi.operation import Answer, Operation
from tools.openapi.schema import (
    Schema,
    always,
    array,
    body,
    closed,
    flag,
    nullable,
    one_of,
    optional,
    ref,
    resource,
    text,
)

_TAG = "Suppressions"
TAG = {
    **jobs.TAG,
    _TAG: "Whom the account or one of its domains must not mail: five lists, and a look-up over all of them.",
}
_TITLES = {
    SuppressionList.BLOCKLIST: "the blocklist",
    SuppressionList.HARD_BOUNCES: "the hard bounces",
    SuppressionList.SPAM_COMPLAINTS: "the spam complaints",
    SuppressionList.UNSUBSCRIBES: "the unsubscribes",
    SuppressionList.ON_HOLD: "the recipients on hold",
}
_SCHEMAS = {
    SuppressionList.BLOCKLIST: "BlocklistEntry",
    SuppressionList.HARD_BOUNCES: "HardBounce",
    SuppressionList.SPAM_COMPLAINTS: "SpamComplaint",
    SuppressionList.UNSUBSCRIBES: "Unsubscribe",
    SuppressionList.ON_HOLD: "OnHold",
}
_ID = text(
    "The entry's id; one of a domain's entries has the domain's in it.",
    pattern=f"^{values.SHORT_ID}({values.SHORT_ID})?$",
)
_MOMENT = values.precise_moment
_DOMAIN = {
    "anyOf": [
        resource({"id": values.short_id(), "name": text(), "created_at": _MOMENT(), "updated_at": _MOMENT()}),
        {"type": "null"},
    ],
    "description": "The domain whose entry it is; null for one of the account.",
}
_RECIPIENT = resource(
    {
        "id": text(pattern="^[0-9a-f]{24}$"),
        "email": text(),
        "created_at": _MOMENT(),
        "updated_at": _MOMENT(),
        "deleted_at": always(""),
        "domain": _DOMAIN,
    }
)
_ENTRY = {"id": _ID, "created_at": _MOMENT(), "recipient": _RECIPIENT, "provenance": ref("Provenance")}
_READABLE = {"reason": nullable(text()), "readable_reason": nullable(text())}
SCHEMAS: dict[str, Schema] = {
    **jobs.schemas(values.precise_moment, values.short_id()),
    **shared.schemas(_MOMENT, values.short_id()),
    "BlocklistEntry": resource(
        {
            "id": _ID,
            "type": one_of(["exact", "pattern"]),
            "pattern": text("The address or the pattern."),
            "domain": _DOMAIN,
            "created_at": _MOMENT(),
            "updated_at": _MOMENT(),
            "provenance": ref("Provenance"),
        },
        sometimes=("domain",),
    ),
    "HardBounce": resource({**_ENTRY, "reason": text()}),
    "SpamComplaint": resource(_ENTRY),
    "Unsubscribe": resource({**_ENTRY, **_READABLE}),
    "OnHold": resource({**_ENTRY, **_READABLE, "expires_at": nullable(_MOMENT("When the hold ends."))}),
    "LookUp": resource(shared.look_up_fields(values.short_id())),
}
_DOMAIN_ID = values.id_of_any_form(DOMAIN_PREFIX, "The sending domain.")
_RECIPIENTS = array(text(form="email", longest=LONGEST_ADDRESS), "Compared without case.", most=MOST_AT_ONCE)
_PATTERNS = array(
    text(longest=LONGEST_PATTERN, example="*@acme.com"),
    "`*@acme.com`, `info*@acme.com`, `info*@*` or `info@*`: a star at the end of the local part, or for the whole domain. An "
    f"account has at most {MOST_PATTERNS}.",
    most=MOST_AT_ONCE,
)


def _name(which: SuppressionList) -> str:
    return "".join(word.capitalize() for word in which.value.split("_"))


def _list(which: SuppressionList) -> Operation:
    return Operation(
        f"list{_name(which)}",
        _TAG,
        f"List {_TITLES[which]}",
        "Newest first. Without a domain the lists of all domains are read, which costs more the more there are.",
        Answer(200, "A page.", simple_page_of(ref(_SCHEMAS[which]))),
        parameters=(*PARAMETERS, shared.DOMAIN),
        refusals=(InvalidFieldsError,),
    )


def _add(which: SuppressionList) -> Operation:
    blocklist = which is SuppressionList.BLOCKLIST
    fields: dict[str, Schema] = {
        "domain_id": optional(_DOMAIN_ID) if blocklist else _DOMAIN_ID,
        "recipients": nullable(_RECIPIENTS) if blocklist else {**_RECIPIENTS, "minItems": 1},
    }
    if blocklist:
        fields["patterns"] = nullable(_PATTERNS)
    return Operation(
        f"addTo{_name(which)}",
        _TAG,
        f"Add to {_TITLES[which]}",
        "What is there already stays as it is, and is shown so.",
        Answer(201, "The entries.", closed({"data": array(ref(_SCHEMAS[which]))})),
        body=body(fields, required=() if blocklist else ("domain_id", "recipients")),
        refusals=(TooManyPatternsError,) if blocklist else (),
    )


def _remove(which: SuppressionList) -> Operation:
    return Operation(
        f"removeFrom{_name(which)}",
        _TAG,
        f"Remove from {_TITLES[which]}",
        "By ids, or all: of one domain, or of all that the token sees.",
        Answer(200, "Removed.", {"type": "array", "maxItems": 0}),
        body=body(
            {
                "domain_id": optional(_DOMAIN_ID),
                "ids": nullable(array(_ID, most=MOST_AT_ONCE)),
                "all": nullable(flag()),
            }
        ),
    )


PATH_PARAMETERS = jobs.path_parameter(values.short_id())
OPERATIONS = {
    **jobs.operations("/v1", closed({"data": ref("Job")})),
    **{("GET", f"/v1/suppressions/{path}"): _list(which) for path, which in LISTS.items()},
    **{
        ("POST", f"/v1/suppressions/{path}"): _add(which)
        for path, which in LISTS.items()
        if which is not SuppressionList.ON_HOLD
    },
    **{("DELETE", f"/v1/suppressions/{path}"): _remove(which) for path, which in LISTS.items()},
    ("GET", "/v1/suppressions/lookup"): Operation(
        "lookUpSuppressions",
        _TAG,
        "Look up a recipient",
        shared.LOOK_UP_TEXT,
        Answer(200, "What blocks the recipient.", closed({"data": ref("LookUp")})),
        parameters=(shared.RECIPIENT, shared.DOMAIN),
        refusals=(InvalidFieldsError,),
    ),
}
