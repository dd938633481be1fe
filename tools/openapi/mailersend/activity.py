"""MailerSend's activity, messages, recipients and analytics."""

from __future__ import annotations

from letterhead.activity.analytics import Grouping
from letterhead.activity.recipients import NoSuchRecipientError
from letterhead.dialects.mailersend.activity import EVENT_NAMES, SURVEY_EVENTS
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.domains.domain import DomainNotFoundError
from letterhead.http.activity_calls import ActivityNotFoundError
from tools.openapi import values
from tools.openapi.mailersend.pages import PARAMETERS, one, simple_page_of
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, array, nullable, number, one_of, ref, resource, text

_TAG = "Activity"
TAG = {_TAG: "What became of every message, its recipients, and the counts of all of it."}
_LONG_ID = f"^{values.SHORT_ID}[0-9a-z]{{16}}$"
_MESSAGE_ID = "^0{4}[0-9a-f]{20}$"
_LAST_SECOND = 253402300798
PATH_PARAMETERS = {
    "mailed": Parameter(
        "mailed", Place.PATH, text(pattern=f"^{values.SHORT_ID}[0-9a-f]{{16}}$"), "The recipient's id."
    ),
    "activity": Parameter("activity", Place.PATH, text(pattern=_LONG_ID), "The activity's id."),
    "message": Parameter(
        "message", Place.PATH, text(pattern=_MESSAGE_ID), "The message's id, as `x-message-id` has it."
    ),
}
_EVENTS = Parameter(
    "event[]",
    Place.QUERY,
    array(one_of((*EVENT_NAMES, *SURVEY_EVENTS))),
    "Only these types; repeated for several. There never is anything of surveys.",
)


def _second(name: str, description: str) -> Parameter:
    return Parameter(
        name, Place.QUERY, number(least=0, most=_LAST_SECOND), description, required=True, empty=False
    )


_SPAN = (
    _second("date_from", "From this second on, in Unix seconds."),
    _second("date_to", "Up to this second, in Unix seconds; not before `date_from`."),
)
_MOMENT = values.precise_moment()
_DETAIL = {
    **resource({}, "What the provider said, as far as it did: reason, readable_reason, status, ip, url …"),
    "additionalProperties": {"type": "string"},
}
_RECIPIENT = {
    "id": text(),
    "email": text(),
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "deleted_at": text(),
}
_DOMAIN = resource({"id": values.short_id(), "name": text(), "created_at": _MOMENT, "updated_at": _MOMENT})
_TAGS = nullable(array(text()))
_MESSAGE = {"id": text(pattern=_MESSAGE_ID), "created_at": _MOMENT, "updated_at": _MOMENT}
_EMAIL = resource(
    {
        "id": text("The message's id.", pattern=_MESSAGE_ID),
        "from": text(),
        "to": text(),
        "subject": text(),
        "text": nullable(text()),
        "html": nullable(text()),
        "tags": _TAGS,
        "status": text(),
        "created_at": _MOMENT,
        "updated_at": _MOMENT,
        "activity": array(
            resource(
                {
                    "id": text(pattern=_LONG_ID),
                    "type": one_of(EVENT_NAMES),
                    "created_at": _MOMENT,
                    "detail": _DETAIL,
                }
            )
        ),
    },
    "The mail to one recipient; `to` and `activity` are Letterhead's.",
)
_THRESHOLDS = resource(
    {
        "warning": {"type": "number", "description": "From this share on the owner is warned."},
        "pause": {"type": "number", "description": "From this share on sending pauses."},
    }
)
SCHEMAS: dict[str, Schema] = {
    "Activity": resource(
        {
            "id": text(pattern=_LONG_ID),
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "type": one_of(EVENT_NAMES),
            "email": resource(
                {
                    "id": text("The message's id.", pattern=_MESSAGE_ID),
                    "from": text(),
                    "subject": text("The subject, its first 100 bytes."),
                    "text": nullable(text()),
                    "html": nullable(text()),
                    "template_id": nullable(text()),
                    "status": text(),
                    "tags": _TAGS,
                    "created_at": _MOMENT,
                    "updated_at": _MOMENT,
                    "headers": nullable(text()),
                    "recipient": {
                        "anyOf": [resource(_RECIPIENT), {"type": "null"}],
                        "description": "Null where nobody can say which of several it was.",
                    },
                }
            ),
            "detail": _DETAIL,
        },
        "Something that happened to a message; `detail` is Letterhead's.",
    ),
    "MessageInLists": resource(_MESSAGE, "A message."),
    "MessageWithEmails": resource(
        {
            **_MESSAGE,
            "emails": array(_EMAIL),
            "domain": {"anyOf": [_DOMAIN, {"type": "null"}]},
        },
        "A message with what became of it.",
    ),
    "Recipient": resource(
        {**_RECIPIENT, "domain": _DOMAIN},
        "Somebody whom messages from a domain went to while activity is kept.",
    ),
    "RecipientWithEmails": resource(
        {
            **_RECIPIENT,
            "emails": array(_EMAIL, "Those among the account's last 300 messages, at most 25, newest first."),
            "domain": {"anyOf": [_DOMAIN, {"type": "null"}]},
        },
        "A recipient with the mails to them.",
    ),
    "Analytics": resource(
        {
            "date_from": text(),
            "date_to": text(),
            "group_by": one_of(Grouping),
            "stats": array(
                {
                    **resource({"date": text("The group's first second, in Unix seconds.")}),
                    "additionalProperties": {"type": ["integer", "string"]},
                },
                "One object a group, with a number for each type that was asked for.",
            ),
        },
        "Counts by date.",
    ),
    "Reputation": resource(
        {
            "domain_id": values.short_id(),
            "identity_id": nullable(values.short_id()),
            "sending_paused": {
                "anyOf": [
                    resource({"reason": nullable(text()), "since": _MOMENT}),
                    {"type": "null"},
                ],
                "description": "Why nothing leaves from the domain until the operator lets it, and since when.",
            },
            "windows": array(
                resource(
                    {
                        "hours": number(example=24),
                        "volume": number(least=0),
                        "bounces": number(least=0),
                        "complaints": number(least=0),
                        "bounce_rate": {"type": "number", "minimum": 0, "maximum": 1},
                        "complaint_rate": {"type": "number", "minimum": 0, "maximum": 1},
                    }
                )
            ),
            "thresholds": resource(
                {"least_volume": number(least=1), "bounces": _THRESHOLDS, "complaints": _THRESHOLDS}
            ),
        },
        "The rates of bounces and complaints, and where they warn and pause.",
    ),
}
_ANY_ID = Parameter(
    "domain_id",
    Place.QUERY,
    values.id_of_any_form("dom", "A domain's id."),
    "Only this domain; all of them without.",
)
_IDENTITY = Parameter(
    "identity_id",
    Place.QUERY,
    values.id_of_any_form("idn", "A sender identity's id."),
    "Only mail of this sender identity. Letterhead's.",
)

OPERATIONS = {
    ("GET", "/v1/activity/{domain}"): Operation(
        "listActivity",
        _TAG,
        "List a domain's activity",
        "Newest first. A page asked for by its number alone costs all pages before it; `links.next` doesn't.",
        Answer(
            200,
            "A page of activities.",
            simple_page_of(ref("Activity")),
            {"First": Link("showActivity", {"activity": "$response.body#/data/0/id"})},
        ),
        parameters=(*_SPAN, _EVENTS, *PARAMETERS),
        refusals=(InvalidFieldsError, DomainNotFoundError),
    ),
    ("GET", "/v1/activities/{activity}"): Operation(
        "showActivity",
        _TAG,
        "Show an activity",
        "As long as it is kept.",
        Answer(200, "The activity.", one("Activity")),
        refusals=(ActivityNotFoundError,),
    ),
    ("GET", "/v1/messages"): Operation(
        "listMessages",
        _TAG,
        "List messages",
        "Newest first, from their acceptance on.",
        Answer(
            200,
            "A page of messages.",
            simple_page_of(ref("MessageInLists")),
            {"First": Link("showMessage", {"message": "$response.body#/data/0/id"})},
        ),
        parameters=PARAMETERS,
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/messages/{message}"): Operation(
        "showMessage",
        _TAG,
        "Show a message",
        "With the mail to each recipient and what became of it.",
        Answer(200, "The message.", one("MessageWithEmails")),
        refusals=(ActivityNotFoundError,),
    ),
    ("GET", "/v1/recipients"): Operation(
        "listRecipients",
        _TAG,
        "List recipients",
        "Domain after domain, the newest domain first, or those of one.",
        Answer(
            200,
            "A page of recipients.",
            simple_page_of(ref("Recipient")),
            {"First": Link("showRecipient", {"mailed": "$response.body#/data/0/id"})},
        ),
        parameters=(*PARAMETERS, _ANY_ID),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/recipients/{mailed}"): Operation(
        "showRecipient",
        _TAG,
        "Show a recipient",
        "With the mails to them.",
        Answer(200, "The recipient.", one("RecipientWithEmails")),
        refusals=(NoSuchRecipientError,),
    ),
    ("DELETE", "/v1/recipients/{mailed}"): Operation(
        "deleteRecipient",
        _TAG,
        "Forget a recipient",
        "With what is remembered of their soft bounces. Lists that block them keep them; the next mail makes them known again.",
        Answer(204, "They are forgotten."),
        refusals=(NoSuchRecipientError,),
    ),
    ("GET", "/v1/domains/{domain}/recipients"): Operation(
        "listDomainRecipients",
        _TAG,
        "List a domain's recipients",
        "Those whom messages went to while activity is kept; not whoever was only asked for a confirmation.",
        Answer(200, "A page of recipients.", simple_page_of(ref("Recipient"))),
        parameters=PARAMETERS,
        refusals=(InvalidFieldsError, DomainNotFoundError),
    ),
    ("GET", "/v1/analytics/date"): Operation(
        "showAnalytics",
        _TAG,
        "Count activity by date",
        "In UTC. Counts are kept for 800 days; a first open or click counts on the day of its message. They aren't kept by tag "
        "or recipient: `tags[]` and `recipient_id[]` are refused.",
        Answer(200, "The counts.", one("Analytics")),
        parameters=(
            *_SPAN,
            _EVENTS,
            Parameter("group_by", Place.QUERY, one_of(Grouping), "Weeks begin on Monday."),
            _ANY_ID,
            _IDENTITY,
        ),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/analytics/reputation"): Operation(
        "showReputation",
        _TAG,
        "Show a domain's rates of bounces and complaints",
        "Of the last 24 hours and the last 30 days. Letterhead's.",
        Answer(200, "The rates.", one("Reputation")),
        parameters=(
            Parameter(
                "domain_id",
                Place.QUERY,
                values.id_of_any_form("dom", "A domain's id."),
                "The domain.",
                required=True,
                empty=False,
            ),
            _IDENTITY,
        ),
        refusals=(InvalidFieldsError,),
    ),
}
