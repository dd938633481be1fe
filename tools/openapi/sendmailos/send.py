"""SendMailOS's sending calls."""

from __future__ import annotations

from letterhead.messages.draft import MessageType
from letterhead.messages.linked_files import FilesNotFetchedError
from letterhead.messages.message import MessageStatus
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
    "to": {"anyOf": [text(), array(text(), least=1)]},
    "from_email": text(),
    "from_name": optional(text(longest=191)),
    "reply_to": optional(text()),
    "subject": optional(text(longest=998)),
    "html": optional(text()),
    "text": optional(text()),
    "templateId": optional(text()),
    "variables": optional({"type": "object"}),
    "type": optional(one_of(MessageType)),
    "attachments": optional(mails.attachments_or_links("cid")),
    "wait": optional(flag(mails.WAIT)),
    "external_id": optional(text(longest=255)),
    "metadata": optional({"type": "object"}),
}
SCHEMAS: dict[str, Schema] = {
    **mails.SCHEMAS,
    "OpenedUpload": resource(
        {"success": always(True), "upload": mails.upload(values.uuid(), values.moment())}
    ),
    "SentMail": resource(
        {
            "success": always(True),
            "message": resource(
                {
                    "id": values.uuid(),
                    "status": one_of(MessageStatus),
                    "to": array(text()),
                    "from_email": text(),
                    "subject": text(),
                    "external_id": nullable(text()),
                    "metadata": {"type": "object"},
                    "created_at": values.moment(),
                }
            ),
        },
        "A message that was taken.",
    ),
}

OPERATIONS = {
    ("POST", "/api/v1/send"): Operation(
        "send",
        _TAG,
        "Send a mail",
        "From an address on a verified domain or as a verified sender identity.",
        Answer(202, "It was taken.", ref("SentMail")),
        body=body(_MAIL, required=("to", "from_email")),
        refusals=(*mails.REFUSALS, FilesNotFetchedError),
    ),
    ("POST", "/api/v1/uploads"): Operation(
        "openUpload",
        _TAG,
        "Upload a large attachment",
        mails.UPLOAD,
        Answer(201, "Where the file goes.", ref("OpenedUpload")),
    ),
    ("POST", "/api/v1/send/explain"): Operation(
        "explainSend",
        _TAG,
        "What would become of a mail",
        "Every gate's verdict and what to do about it; nothing is sent, nothing is counted.",
        Answer(200, "Every gate's word.", ref("Explanation")),
        body=body(_MAIL, required=("to", "from_email")),
        refusals=mails.EXPLAIN_REFUSALS,
    ),
}
