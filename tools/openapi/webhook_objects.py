"""The objects of webhooks' calls, as far as they are alike in the three dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.webhook_fields import LONGEST_URL, MOST_DELIVERIES, MOST_EVENTS
from letterhead.identifiers import DELIVERY_PREFIX, DOMAIN_PREFIX, IDENTITY_PREFIX
from letterhead.webhooks.delivery import Cause, DeliveryStatus
from letterhead.webhooks.endpoint import DisabledBecause
from letterhead.webhooks.event_names import known_names
from letterhead.webhooks.schedule import Pace
from letterhead.webhooks.signing_secrets import LONGEST_OVERLAP
from tools.openapi import values
from tools.openapi.operation import Parameter, Place
from tools.openapi.schema import array, body, flag, nullable, number, one_of, optional, resource, text

if TYPE_CHECKING:
    from letterhead.tokens.dialect import Dialect
    from tools.openapi.schema import Schema

ORDER = (
    "Requests may come in another order than events happened, and one may come twice, with the same `webhook-id`: both are for "
    "the receiver to bear."
)
TAG_TEXT = (
    "Requests to your own programs about what happened. Each is signed in this service's way and in Standard Webhooks' "
    "(`webhook-id`, `webhook-timestamp`, `webhook-signature` with v1 and v1a). Only a 2xx is success; redirects aren't followed; "
    f"410 disables. What failed is tried again for three days. {ORDER}"
)
DELIVERIES_PARAMETERS = (
    Parameter(
        "limit",
        Place.QUERY,
        number(least=1),
        f"How many, by default 50; more than {MOST_DELIVERIES} are {MOST_DELIVERIES}.",
    ),
    Parameter(
        "before",
        Place.QUERY,
        values.id_of_any_form(DELIVERY_PREFIX, "A delivery's id."),
        "Only deliveries older than this one: the last one of the page before.",
    ),
)
REPLAY_BODY = body(
    {
        "since": text(
            "From when on events are sent again (RFC 3339; without an offset it is UTC).", form="date-time"
        ),
        "until": optional(text("Before when; by default now.", form="date-time")),
        "only_failed": nullable(flag("Whether only what could not be delivered is sent again.")),
    },
    required=("since",),
)
OVERLAP_BODY = body(
    {
        "overlap_seconds": nullable(
            number(
                "How long the old secrets sign too; by default a day.",
                least=0,
                most=int(LONGEST_OVERLAP.total_seconds()),
            )
        )
    }
)


def event_names(dialect: Dialect, least: int | None = None) -> Schema:
    """The kinds of events in a request."""
    return array(one_of(sorted(known_names(dialect))), "What to be told of.", least=least, most=MOST_EVENTS)


def url(longest: int = LONGEST_URL) -> Schema:
    """An endpoint's URL in a request."""
    return text(
        "An https URL on port 443 of a public host; no credentials, no fragment. Where its name leads is looked at before every "
        "request.",
        longest=longest,
        example="https://hooks.example.com/letterhead",
    )


def restrictions() -> dict[str, Schema]:
    """To what an endpoint can be restricted, in a request."""
    return {
        "domain_id": optional(
            values.id_of_any_form(DOMAIN_PREFIX, "Only what is about this sending domain.")
        ),
        "identity_id": identity(),
    }


def identity() -> Schema:
    """The additive restriction to an identity, in a request."""
    return optional(values.id_of_any_form(IDENTITY_PREFIX, "Only what is about this sender identity."))


def pace() -> Schema:
    """How long is tried, in a request."""
    return optional(
        one_of(list(Pace), "`long`: three days. `short`: ten and a hundred seconds, as MailerSend has it.")
    )


def standing(moment: Schema) -> dict[str, Schema]:
    """What is ours on every endpoint."""
    return {
        "retries": one_of(list(Pace)),
        "standard_public_key": text("For signatures of the kind v1a (Ed25519).", pattern="^whpk_"),
        "disabled_reason": nullable(one_of(list(DisabledBecause), "Why Letterhead disabled it.")),
        "disabled_at": nullable(moment),
        "replaced_secret_expires_at": nullable(moment),
    }


def undelivered() -> Schema:
    """The dead-letter count."""
    return number(
        "How many deliveries of the last 30 days have no attempt left. They can be replayed.", least=0
    )


def secret(description: str) -> Schema:
    """A secret in an answer that has it."""
    return nullable(text(f"{description} Shown this once; null where the answer is a replay."))


def delivery_standing(moment: Schema) -> dict[str, Schema]:
    """How far a delivery is."""
    return {
        "status": one_of(list(DeliveryStatus), "`failed`: no attempt is left."),
        "attempt_count": number(least=0),
        "response_status": nullable(number("The last attempt's.", least=100, most=999)),
        "created_at": moment,
        "next_attempt_at": nullable(moment),
        "attempts": array(
            resource(
                {
                    "at": moment,
                    "duration_ms": number(least=0),
                    "response_status": nullable(number(least=100, most=999)),
                    "response": text("How the answer's body began; of older attempts perhaps less."),
                    "error": nullable(one_of(list(Cause))),
                    "error_detail": nullable(text()),
                }
            ),
            "Newest first.",
        ),
    }
