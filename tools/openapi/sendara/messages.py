"""Sendara's messages."""

from __future__ import annotations

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendara.messages import DEFAULT_SIZE, LARGEST_SIZE, PREFIX, STATUSES
from letterhead.http.activity_calls import ActivityNotFoundError
from letterhead.messages.draft import MessageType
from tools.openapi import values
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, always, array, closed, nullable, number, one_of, ref, resource, text

_TAG = "Messages"
TAG = {_TAG: "Messages, and what became of them."}
PATH_PARAMETERS = {
    "message": Parameter("message", Place.PATH, values.prefixed_id(PREFIX), "The message's id.")
}
_OBJECT = {
    "id": values.prefixed_id(PREFIX),
    "channel": always("email"),
    "status": one_of(STATUSES),
    "message_type": one_of(MessageType),
    "created_at": values.moment(),
}
SCHEMAS: dict[str, Schema] = {
    "MessageInLists": resource(_OBJECT, "A message."),
    "MessageWithEvents": resource(
        {
            **_OBJECT,
            "from_email": text(),
            "destination": resource({"email": nullable(text())}),
            "subject": text(),
            "events": array(
                resource(
                    {
                        "id": text(),
                        "event_type": text(example="delivered"),
                        "recipient": nullable(text()),
                        "payload": {
                            **resource({}, "What the provider said."),
                            "additionalProperties": {"type": "string"},
                        },
                        "created_at": values.moment(),
                    }
                ),
                "In the order of their happening.",
            ),
        },
        "A message with its events.",
    ),
}


def _when(name: str, description: str) -> Parameter:
    return Parameter(name, Place.QUERY, text(form="date-time"), description)


OPERATIONS = {
    ("GET", "/v1/messages"): Operation(
        "listMessages",
        _TAG,
        "List messages",
        "Newest first, from their acceptance on. A search or a status looks at 300 messages at a time and may give fewer than "
        "`limit`, with a cursor.",
        Answer(
            200,
            "A page of messages; with `idempotency_key`, the message.",
            {
                "anyOf": [
                    closed({"messages": array(ref("MessageInLists")), "next_cursor": nullable(text())}),
                    ref("MessageWithEvents"),
                ]
            },
            {"First": Link("showMessage", {"message": "$response.body#/messages/0/id"})},
        ),
        parameters=(
            Parameter("channel", Place.QUERY, text(), "`email`; there are no others."),
            Parameter("status", Place.QUERY, one_of(STATUSES), "Only messages of this status."),
            Parameter("search", Place.QUERY, text(), "Words of the subject or of an address."),
            _when("from", "Only messages from then on."),
            _when("to", "Only messages up to then."),
            Parameter(
                "limit",
                Place.QUERY,
                {**number(least=1), "default": DEFAULT_SIZE},
                f"How many to a page; more than {LARGEST_SIZE} are {LARGEST_SIZE}.",
            ),
            Parameter("cursor", Place.QUERY, text(), "From `next_cursor`."),
            Parameter(
                "idempotency_key",
                Place.QUERY,
                text(),
                "Only the message that was sent alone under this key in the last 24 hours, with its events.",
            ),
        ),
        refusals=(InvalidFieldsError, ActivityNotFoundError),
    ),
    ("GET", "/v1/messages/{message}"): Operation(
        "showMessage",
        _TAG,
        "Show a message",
        "With its events.",
        Answer(200, "The message.", ref("MessageWithEvents")),
        refusals=(ActivityNotFoundError,),
    ),
}
