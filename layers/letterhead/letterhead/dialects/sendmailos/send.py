"""SendMailOS's sending call: a request into a draft, what became of it into an answer (contracts C.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from letterhead import identifiers
from letterhead.dialects import message_fields as read
from letterhead.dialects.fields import Fields
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds
from letterhead.messages.draft import Draft, Mailbox, MessageType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.identities.addresses import AddressRules
    from letterhead.messages.draft import Attachment
    from letterhead.messages.message import Message

LONGEST_EXTERNAL_ID = 255
MOST_ATTACHMENTS = 5  # contracts C.3


def read_send(body: Mapping[str, object], rules: AddressRules) -> Draft:
    """The draft that `POST /api/v1/send` asks for; raises `InvalidFieldsError` with every field that can't be read."""
    fields = Fields(body)
    to = body.get("to")
    recipients = to if isinstance(to, list) else [to]
    sender: Mailbox | None = None
    if fields.text("from_email", required=True) is not None:
        sender = read.named_address(fields, "from_email", body["from_email"], rules)
    name = fields.text("from_name", longest=read.LONGEST_NAME)
    if sender is not None and name:
        sender = Mailbox(sender.address, name)
    found = [
        read.named_address(fields, f"to.{position}" if isinstance(to, list) else "to", each, rules)
        for position, each in enumerate(recipients)
    ]
    reply_to = body.get("reply_to")
    draft = Draft(
        sender=sender,
        to=tuple(box for box in found if box is not None),
        reply_to=None if reply_to is None else read.named_address(fields, "reply_to", reply_to, rules),
        subject=fields.text("subject") or "",
        html=None if fields.text("html") is None else cast("str", fields.raw("html")),
        text=None if fields.text("text") is None else cast("str", fields.raw("text")),
        template_id=fields.text("templateId", longest=64),
        variables=fields.mapping("variables") or {},
        attachments=_attachments(fields, body.get("attachments")),
        message_type=_message_type(fields),
        wait=fields.flag("wait") is not False,
        metadata=fields.mapping("metadata") or {},
        external_id=fields.text("external_id", longest=LONGEST_EXTERNAL_ID),
    )
    fields.finish()
    return draft


def accepted(message: Message) -> Reply:
    """202 with the message."""
    return Reply(
        202,
        {
            "success": True,
            "message": {
                "id": identifiers.to_uuid(message.message_id),
                "status": message.status.value,
                "to": [box.address.shown for box in message.draft.to],
                "from_email": message.from_address,
                "subject": message.draft.subject,
                "external_id": message.draft.external_id,
                "metadata": dict(message.draft.metadata),
                "created_at": in_seconds(message.created_at),
            },
        },
    )


def _attachments(fields: Fields, value: object) -> tuple[Attachment, ...]:
    found = read.files(fields, value, type_key="contentType", id_key="cid", may_be_linked=True)
    if len(found) > MOST_ATTACHMENTS:
        fields.wrong("attachments", f"The attachments may not have more than {MOST_ATTACHMENTS} items.")
    return found


def _message_type(fields: Fields) -> MessageType:
    value = fields.text("type")
    try:
        return MessageType(value or MessageType.TRANSACTIONAL)
    except ValueError:
        fields.wrong("type", "The selected type is invalid.")
        return MessageType.TRANSACTIONAL
