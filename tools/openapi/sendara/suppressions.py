"""Sendara's suppressions."""

from __future__ import annotations

from letterhead.dialects.jobs import JOB_PREFIX
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendara.suppressions import CHANNEL
from letterhead.dialects.suppression_words import LONGEST_NOTE
from letterhead.identifiers import DOMAIN_PREFIX
from letterhead.suppressions.address import LONGEST_ADDRESS
from tools.openapi import jobs, values
from tools.openapi import suppressions as shared
from tools.openapi.domains import NEXT_LINK
from tools.openapi.operation import Answer, Operation, Parameter, Place
from tools.openapi.schema import Schema, always, array, body, closed, one_of, optional, ref, resource, text

_TAG = "Suppressions"
TAG = {**jobs.TAG, _TAG: "Whom the account must not mail: the union of all its lists."}
_ID = values.prefixed_id(DOMAIN_PREFIX)
_CHANNEL = Parameter("channel", Place.QUERY, one_of([CHANNEL]), "The only channel there is.")
SCHEMAS: dict[str, Schema] = {
    **jobs.schemas(values.moment, values.prefixed_id(JOB_PREFIX)),
    **shared.schemas(values.moment, _ID),
    "Suppression": resource(
        {
            "channel": always(CHANNEL),
            "recipient": text(example="bounce@acme.com"),
            "state": always("suppressed"),
            "reason": shared.REASON,
            "updated_at": values.moment(),
        },
        "An address with the gravest of its entries.",
    ),
    "LookUp": resource(shared.look_up_fields(_ID)),
}

PATH_PARAMETERS = jobs.path_parameter(values.prefixed_id(JOB_PREFIX))
OPERATIONS = {
    **jobs.operations("/v1", ref("Job")),
    ("POST", "/v1/suppressions"): Operation(
        "addSuppression",
        _TAG,
        "Suppress a recipient",
        "For the whole account, or for the domain that the key is restricted to. Suppressing twice is once.",
        Answer(201, "The suppression.", ref("Suppression")),
        body=body(
            {
                "channel": optional(one_of([CHANNEL])),
                "recipient": text(form="email", longest=LONGEST_ADDRESS),
                "reason": optional(
                    text(
                        "hard_bounce, complaint, unsubscribe, blocklist, on_hold (for 72 hours) or manual, the default; "
                        "another word is a manual entry's note.",
                        longest=LONGEST_NOTE,
                    )
                ),
            },
            required=("recipient",),
        ),
    ),
    ("GET", "/v1/suppressions"): Operation(
        "listSuppressions",
        _TAG,
        "List the suppressed recipients",
        "Each once, at most 1000 in an answer. Patterns of the blocklist, which are no recipients, aren't among them.",
        Answer(
            200, "The recipients.", closed({"suppressions": array(ref("Suppression"))}), headers=NEXT_LINK
        ),
        parameters=(_CHANNEL, shared.CURSOR),
        refusals=(InvalidFieldsError,),
    ),
    ("DELETE", "/v1/suppressions"): Operation(
        "removeSuppression",
        _TAG,
        "Let a recipient be mailed again",
        "Every entry of the recipient that the key sees goes, whatever its list. Where there is none, nothing happens.",
        Answer(204, "Removed."),
        parameters=(_CHANNEL, shared.RECIPIENT),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/suppressions/lookup"): Operation(
        "lookUpSuppressions",
        _TAG,
        "Look up a recipient",
        shared.LOOK_UP_TEXT,
        Answer(200, "What blocks the recipient.", ref("LookUp")),
        parameters=(shared.RECIPIENT, shared.DOMAIN),
        refusals=(InvalidFieldsError,),
    ),
}
