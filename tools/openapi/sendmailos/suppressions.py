"""Suppressions in SendMailOS's style."""

from __future__ import annotations

from dataclasses import replace

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.suppression_words import LONGEST_NOTE
from letterhead.suppressions.address import LONGEST_ADDRESS
from tools.openapi import jobs, values
from tools.openapi import suppressions as shared
from tools.openapi.domains import NEXT_LINK
from tools.openapi.operation import Answer, Operation
from tools.openapi.schema import Schema, always, array, body, closed, optional, ref, resource, text

_TAG = "Suppressions"
TAG = {
    **jobs.TAG,
    _TAG: "Whom the account must not mail: the union of all its lists. SendMailOS documents none of this.",
}
SCHEMAS: dict[str, Schema] = {
    **jobs.schemas(values.moment, values.uuid()),
    **shared.schemas(values.moment, values.uuid()),
    "Suppression": resource(
        {
            "email": text(example="bounce@acme.com"),
            "reason": shared.REASON,
            "updated_at": values.moment(),
        },
        "An address with the gravest of its entries.",
    ),
    "LookUp": resource(shared.look_up_fields(values.uuid())),
}
_SUCCESS = always(True)

PATH_PARAMETERS = jobs.path_parameter(values.uuid())
OPERATIONS = {
    **jobs.operations("/api/v1", closed({"success": _SUCCESS, "job": ref("Job")})),
    ("POST", "/api/v1/suppressions"): Operation(
        "addSuppression",
        _TAG,
        "Suppress an address",
        "For the whole account, or for the domain that the key is restricted to. Suppressing twice is once.",
        Answer(201, "The suppression.", closed({"success": _SUCCESS, "suppression": ref("Suppression")})),
        body=body(
            {
                "email": text(form="email", longest=LONGEST_ADDRESS),
                "reason": optional(
                    text(
                        "hard_bounce, complaint, unsubscribe, blocklist, on_hold (for 72 hours) or manual, the default; "
                        "another word is a manual entry's note.",
                        longest=LONGEST_NOTE,
                    )
                ),
            },
            required=("email",),
        ),
    ),
    ("GET", "/api/v1/suppressions"): Operation(
        "listSuppressions",
        _TAG,
        "List the suppressed addresses",
        "Each once, at most 1000 in an answer.",
        Answer(
            200,
            "The addresses.",
            closed({"success": _SUCCESS, "suppressions": array(ref("Suppression"))}),
            headers=NEXT_LINK,
        ),
        parameters=(shared.CURSOR,),
        refusals=(InvalidFieldsError,),
    ),
    ("DELETE", "/api/v1/suppressions"): Operation(
        "removeSuppression",
        _TAG,
        "Let an address be mailed again",
        "Every entry of the address that the key sees goes. Where there is none, nothing happens.",
        Answer(200, "Removed.", closed({"success": _SUCCESS})),
        parameters=(replace(shared.RECIPIENT, name="email"),),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/api/v1/suppressions/lookup"): Operation(
        "lookUpSuppressions",
        _TAG,
        "Look up an address",
        shared.LOOK_UP_TEXT,
        Answer(
            200,
            "What blocks the address.",
            closed({"success": _SUCCESS, "lookup": ref("LookUp")}),
        ),
        parameters=(shared.RECIPIENT, shared.DOMAIN),
        refusals=(InvalidFieldsError,),
    ),
}
