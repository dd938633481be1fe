"""What the dialects have in common in suppressions: the look-up, and where an entry comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.identifiers import DOMAIN_PREFIX
from letterhead.suppressions.suppression import Reason, SuppressionList
from tools.openapi import values
from tools.openapi.operation import Parameter, Place
from tools.openapi.schema import Schema, array, flag, nullable, number, one_of, ref, resource, text

if TYPE_CHECKING:
    from collections.abc import Callable

REASON = one_of(Reason, "Why it is there.")
ADDRESS = text(form="email", example="bounce@acme.com")
DOMAIN = Parameter(
    "domain_id",
    Place.QUERY,
    values.id_of_any_form(DOMAIN_PREFIX, "One sending domain; all that the token sees where none is named."),
    "Of which sending domain.",
)
RECIPIENT = Parameter(
    "recipient", Place.QUERY, text(), "The address that is asked about.", required=True, empty=False
)
CURSOR = Parameter("cursor", Place.QUERY, text(longest=1000), "From the Link header of the page before.")
LOOK_UP_TEXT = (
    "Which entries keep mail from a recipient now, for one domain or for any, and what made them. Of an account-wide entry a "
    "restricted token learns no more than that it blocks."
)


def schemas(moment: Callable[[str], Schema], domain_id: Schema) -> dict[str, Schema]:
    """The named schemas of the look-up."""
    provenance = resource(
        {
            "added_by": nullable(one_of(["ses", "link", "token", "import"])),
            "diagnostic": nullable(text("The receiving server's words.")),
            "status_code": nullable(text("An enhanced status code (RFC 3463).", example="5.1.1")),
            "message_id": nullable(text("The message that brought it about.")),
            "note": nullable(text("What the caller said of it.")),
            "occurred_at": nullable(moment("When the event behind it happened.")),
            "soft_bounces": nullable(number("How many of them put the recipient on hold.")),
        },
        "Where an entry comes from.",
    )
    block = resource(
        {
            "list": one_of(SuppressionList),
            "reason": REASON,
            "scope": one_of(["account", "domain"]),
            "domain_id": nullable(domain_id),
            "id": nullable(text("The entry's id in its list.")),
            "pattern": nullable(text("The pattern that means the recipient.", example="*@acme.com")),
            "until": nullable(moment("When it ends by itself.")),
            "created_at": nullable(moment("")),
            "provenance": {"anyOf": [ref("Provenance"), {"type": "null"}]},
        },
        "One entry that blocks.",
    )
    return {"Provenance": provenance, "Block": block}


def look_up_fields(domain_id: Schema) -> dict[str, Schema]:
    """The fields of a look-up's answer."""
    return {
        "recipient": text(example="bounce@acme.com"),
        "domain_id": nullable(domain_id),
        "blocked": flag(),
        "blocks": array(ref("Block"), "The gravest first."),
    }
