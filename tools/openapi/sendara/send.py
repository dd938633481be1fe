"""Sendara's sending calls."""

from __future__ import annotations

from letterhead.dialects.sendara.send import MOST_IN_BATCH, PREFIX
from letterhead.messages.draft import MessageType
from tools.openapi import mails, values
from tools.openapi.operation import Answer, Operation
from tools.openapi.schema import (
    Schema,
    always,
    array,
    body,
    flag,
    nullable,
    one_of,
    optional,
    ref,
    resource,
    text,
)

_TAG = "Send"
TAG = {_TAG: "Sending, through every gate; and what they would say."}
_MAIL = {
    "channel": optional(one_of(["email"])),
    "destination": {"type": "object", "required": ["email"], "properties": {"email": text()}},
    "payload": optional(
        {
            "type": "object",
            "properties": {name: optional(text()) for name in ("subject", "body_html", "body_text")},
        }
    ),
    "metadata": optional({"type": "object", "properties": {"from_email": optional(text())}}),
    "idempotency_key": optional(text(longest=255)),
    "message_type": optional(one_of(MessageType)),
    "template_id": optional(text()),
    "template_vars": optional({"type": "object"}),
    "scheduled_at": optional(text(form="date-time")),
    "wait": optional(flag(mails.WAIT)),
    "test_send": optional(flag("To verified test recipients only.")),
}
SCHEMAS: dict[str, Schema] = {
    **mails.SCHEMAS,
    "QueuedMail": resource(
        {
            "id": values.prefixed_id(PREFIX),
            "status": one_of(["queued"]),
            "channel": one_of(["email"]),
            "idempotency_key": nullable(text()),
            "created_at": values.moment(),
        },
        "A message that was taken.",
    ),
}

OPERATIONS = {
    ("POST", "/v1/send"): Operation(
        "send",
        _TAG,
        "Send a mail",
        "Without `metadata.from_email` it goes out from the shared sender, to the account's own address and its verified test "
        "recipients only.",
        Answer(201, "It was taken.", ref("QueuedMail")),
        body=body(_MAIL, required=("destination",)),
        refusals=mails.REFUSALS,
    ),
    ("POST", "/v1/send/explain"): Operation(
        "explainSend",
        _TAG,
        "What would become of a mail",
        "Every gate's verdict and what to do about it; nothing is sent, nothing is counted.",
        Answer(200, "Every gate's word.", ref("Explanation")),
        body=body(_MAIL, required=("destination",)),
        refusals=mails.EXPLAIN_REFUSALS,
    ),
    ("POST", "/v1/send/batch"): Operation(
        "sendBatch",
        _TAG,
        "Send many mails",
        "An answer for each, in order.",
        Answer(
            200,
            "What became of each.",
            array(
                {
                    "anyOf": [
                        resource({"success": always(True), "response": ref("QueuedMail")}),
                        resource({"success": always(False), "error": {"type": "object"}}),
                    ]
                }
            ),
        ),
        body=array(body(_MAIL), least=1, most=MOST_IN_BATCH),
    ),
}
