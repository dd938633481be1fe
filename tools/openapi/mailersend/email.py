"""MailerSend's sending calls."""

from __future__ import annotations

from letterhead.adapters.tables.messages import MOST_SEARCHED
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.identities.identity import IdentityNotFoundError
from letterhead.messages.bulk import MOST_DRAFTS, BulkNotFoundError
from letterhead.messages.draft import MOST_COPIES, MOST_RECIPIENTS, MOST_TAGS, MessageType
from letterhead.messages.message import MessageNotFoundError
from letterhead.messages.schedules import MessageLeftError, ScheduleStatus
from tools.openapi import mails, values
from tools.openapi.mailersend.pages import PARAMETERS, one, page_of
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import (
    Schema,
    array,
    body,
    flag,
    nullable,
    number,
    one_of,
    optional,
    ref,
    resource,
    text,
)

_TAG = "Email"
TAG = {_TAG: "Sending, through every gate; and what they would say."}
_LONG_ID = text("24 hexadecimal digits.", pattern="^0{4}[0-9a-f]{20}$", example="00001f8c0a2b3d4e5f607182")
PATH_PARAMETERS = {
    "bulk": Parameter("bulk", Place.PATH, _LONG_ID, "The bulk's id."),
    "schedule": Parameter("schedule", Place.PATH, _LONG_ID, "The message's id, as `x-message-id` told it."),
}
_MAILBOX = {
    "type": "object",
    "required": ["email"],
    "properties": {"email": text(), "name": optional(text(longest=191))},
}
_WARNING = resource(
    {
        "type": one_of(["SOME_SUPPRESSED", "ALL_SUPPRESSED"]),
        "message": text(),
        "warning": text(),
        "recipients": array(
            resource({"email": text(), "name": nullable(text()), "reasons": array(text())}),
        ),
    }
)
_MAIL = {
    "from": optional(_MAILBOX),
    "to": array(_MAILBOX, "Whom it goes to.", least=1, most=MOST_RECIPIENTS),
    "cc": optional(array(_MAILBOX, most=MOST_COPIES)),
    "bcc": optional(array(_MAILBOX, most=MOST_COPIES)),
    "reply_to": optional(_MAILBOX),
    "subject": optional(text(longest=998)),
    "text": optional(text()),
    "html": optional(text()),
    "template_id": optional(text("A stored template's id; it fills in what the call leaves out.")),
    "personalization": optional(array({"type": "object"}, "`email` and `data` for each recipient.")),
    "attachments": optional(mails.attachments("id")),
    "tags": optional(array(text(longest=191), most=MOST_TAGS)),
    "headers": optional(array({"type": "object"}, "`name` and `value`.")),
    "in_reply_to": optional(text()),
    "references": optional(array(text())),
    "list_unsubscribe": optional(text(longest=990)),
    "precedence_bulk": optional(flag()),
    "message_type": optional(one_of(MessageType)),
    "send_at": optional(number("Unix seconds, at most 72 hours ahead.", least=0)),
    "wait": optional(flag(mails.WAIT)),
    "settings": optional({"type": "object"}),
}
SCHEMAS: dict[str, Schema] = {
    **mails.SCHEMAS,
    "SendWarnings": resource({"message": text(), "warnings": array(_WARNING)}),
    "Upload": mails.upload(values.short_id(), values.precise_moment()),
    "BulkAccepted": resource({"message": text(), "bulk_email_id": _LONG_ID}),
    "Bulk": resource(
        {
            "id": _LONG_ID,
            "state": one_of(["completed"]),
            "total_recipients_count": number(least=0),
            "suppressed_recipients_count": number(least=0),
            "suppressed_recipients": nullable({"type": "object", "additionalProperties": array(text())}),
            "validation_errors_count": number(least=0),
            "validation_errors": nullable({"type": "object", "additionalProperties": {"type": "object"}}),
            "messages_id": array(_LONG_ID),
            "created_at": values.precise_moment(),
            "updated_at": values.precise_moment(),
        },
        "What became of a bulk.",
    ),
}
_SCHEDULE = {
    "message_id": _LONG_ID,
    "subject": text(),
    "send_at": values.precise_moment(),
    "status": one_of(ScheduleStatus, "`scheduled` until it has left, whatever it still waits for."),
    "status_message": nullable(text("Why it never will leave.")),
    "created_at": values.precise_moment(),
}
_OBJECT = {"created_at": values.precise_moment(), "updated_at": values.precise_moment()}
SCHEMAS["ScheduleInList"] = resource(_SCHEDULE, "A scheduled message.")
SCHEMAS["Schedule"] = resource(
    {
        **_SCHEDULE,
        "domain": nullable(resource({"id": values.short_id(), "name": text(), **_OBJECT})),
        "message": resource({"id": _LONG_ID, **_OBJECT}),
    },
    "A scheduled message with its domain, which is null for the shared sender's.",
)
_EMPTY = {"type": "string", "maxLength": 0}

OPERATIONS = {
    ("POST", "/v1/email"): Operation(
        "sendEmail",
        _TAG,
        "Send a mail",
        "From an address on a verified domain or as a verified sender identity. Whoever is suppressed doesn't get it, which a "
        "warning tells. Where each recipient gets a text of their own, each gets a mail of their own, and the first one's id is "
        "answered.",
        Answer(
            202,
            "It was taken; with JSON where somebody doesn't get it, else empty.",
            ref("SendWarnings"),
            files={"text/html": _EMPTY},
            headers={"x-message-id": _LONG_ID, "x-send-paused": one_of(["true"])},
        ),
        body=body(_MAIL, required=("to",)),
        refusals=mails.REFUSALS,
    ),
    ("POST", "/v1/email/explain"): Operation(
        "explainEmail",
        _TAG,
        "What would become of a mail",
        "Every gate's verdict and what to do about it; nothing is sent, nothing is counted.",
        Answer(200, "Every gate's word.", ref("Explanation")),
        body=body(_MAIL, required=("to",)),
        refusals=mails.EXPLAIN_REFUSALS,
    ),
    ("POST", "/v1/uploads"): Operation(
        "openUpload",
        _TAG,
        "Upload a large attachment",
        mails.UPLOAD,
        Answer(201, "Where the file goes.", one("Upload")),
    ),
    ("POST", "/v1/bulk-email"): Operation(
        "sendBulkEmail",
        _TAG,
        "Send many mails",
        "Each by itself: what is wrong with one stops none of the others.",
        Answer(
            202,
            "They were taken.",
            ref("BulkAccepted"),
            {"Show": Link("showBulkEmail", {"bulk": "$response.body#/bulk_email_id"})},
        ),
        body=array(body(_MAIL), least=1, most=MOST_DRAFTS),
    ),
    ("GET", "/v1/bulk-email/{bulk}"): Operation(
        "showBulkEmail",
        _TAG,
        "What became of many mails",
        "Kept as long as their activity.",
        Answer(200, "The bulk.", one("Bulk")),
        refusals=(BulkNotFoundError,),
    ),
    ("GET", "/v1/identities/{identity}/explain"): Operation(
        "explainIdentity",
        _TAG,
        "Whether an identity can send",
        "Every gate's verdict and what to do about it, but for those that ask who gets the mail.",
        Answer(200, "Every gate's word.", ref("Explanation")),
        refusals=(IdentityNotFoundError,),
    ),
    ("GET", "/v1/message-schedules"): Operation(
        "listSchedules",
        _TAG,
        "List scheduled messages",
        "Those that were given a `send_at`, newest first, for as long as activity is kept; cancelled ones are left out. The list "
        f"isn't counted: `total` and `last_page` say how far is known. One call looks at {MOST_SEARCHED} messages at most.",
        Answer(200, "A page.", page_of("ScheduleInList")),
        parameters=(
            *PARAMETERS,
            Parameter("domain_id", Place.QUERY, values.short_id(), "Only this domain's."),
            Parameter("status", Place.QUERY, one_of(ScheduleStatus), "Only those of this status."),
        ),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/message-schedules/{schedule}"): Operation(
        "showSchedule",
        _TAG,
        "Show a scheduled message",
        "What has become of it.",
        Answer(200, "The message.", one("Schedule")),
        refusals=(MessageNotFoundError,),
    ),
    ("DELETE", "/v1/message-schedules/{schedule}"): Operation(
        "cancelSchedule",
        _TAG,
        "Cancel a scheduled message",
        "Either it is cancelled or it leaves, never both. It stays counted in the day's sends.",
        Answer(204, "It won't leave."),
        refusals=(MessageNotFoundError, MessageLeftError),
    ),
}
