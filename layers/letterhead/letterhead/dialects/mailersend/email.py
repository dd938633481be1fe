"""MailerSend's sending calls: requests into drafts, what became of them into answers (contracts A.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from letterhead.dialects import message_fields as read
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.ids import message_id
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.messages.draft import Draft, MessageType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from letterhead.identities.addresses import AddressRules
    from letterhead.messages.acceptance import Accepted
    from letterhead.messages.bulk import Bulk
    from letterhead.messages.gates import GateAnswer
    from letterhead.suppressions.blocking import Block

REASONS = {
    "hard_bounces": "hard_bounced",
    "spam_complaints": "spam_complaint",
    "unsubscribes": "unsubscribed",
    "blocklist": "blocklisted",
    "on_hold": "on_hold",
}
_WARNED = "There are some warnings for your request."
_HTML = "text/html; charset=UTF-8"


def read_email(body: Mapping[str, object], rules: AddressRules) -> Draft:
    """The draft that `POST /v1/email` asks for; raises `InvalidFieldsError` with every field that can't be read."""
    fields = Fields(body)
    sender = read.mailbox(fields, "from", body["from"], rules) if body.get("from") is not None else None
    template_id = fields.text("template_id", longest=64)
    if sender is None and body.get("from") is None:
        fields.wrong("from.email", "The from.email field is required.")
    settings = fields.mapping("settings") or {}
    draft = Draft(
        sender=sender,
        to=read.mailboxes(fields, "to", body.get("to"), rules),
        cc=read.mailboxes(fields, "cc", body.get("cc"), rules),
        bcc=read.mailboxes(fields, "bcc", body.get("bcc"), rules),
        reply_to=read.mailbox(fields, "reply_to", body["reply_to"], rules) if body.get("reply_to") else None,
        subject=fields.text("subject") or "",
        text=_body(fields, "text"),
        html=_body(fields, "html"),
        attachments=read.files(fields, body.get("attachments"), type_key="content_type", id_key="id"),
        template_id=template_id,
        personalization=_personalization(fields, body.get("personalization"), rules),
        tags=read.texts(fields, "tags", most=1_000),
        headers=_headers(fields, body.get("headers")),
        in_reply_to=fields.text("in_reply_to"),
        references=read.texts(fields, "references", most=100),
        list_unsubscribe=fields.text("list_unsubscribe", longest=990),
        bulk=fields.flag("precedence_bulk"),
        message_type=_message_type(fields),
        track_opens=settings.get("track_opens") is True,
        track_clicks=settings.get("track_clicks") is True,
        send_at=read.unix_moment(fields, "send_at", body.get("send_at")),
        wait=fields.flag("wait") is not False,
    )
    fields.finish()
    return draft


def accepted(outcome: Accepted, suppressed: Mapping[str, Sequence[Block]], names: Mapping[str, str]) -> Reply:
    """202: empty, or with a warning about those that the mail doesn't go to; `names` are theirs by folded address."""
    headers = {"x-message-id": message_id(outcome.message.message_id)}
    if outcome.held_by_pause:
        headers["x-send-paused"] = "true"
    if not suppressed:
        return Reply(202, None, headers, _HTML)
    warning = _warning("SOME_SUPPRESSED", "Some of the recipients have been suppressed.", suppressed, names)
    return Reply(202, {"message": _WARNED, "warnings": [warning]}, headers)


def all_suppressed(suppressed: Mapping[str, Sequence[Block]], names: Mapping[str, str]) -> Reply:
    """202 without a message: nobody is left to write to."""
    warning = _warning("ALL_SUPPRESSED", "All of the recipients have been suppressed.", suppressed, names)
    return Reply(202, {"message": _WARNED, "warnings": [warning]})


def read_bulk(bodies: Sequence[object], most: int) -> list[Mapping[str, object]]:
    """The mails of `POST /v1/bulk-email`; raises `InvalidFieldsError` unless they are 1 to `most` objects."""
    if not 1 <= len(bodies) <= most:
        raise InvalidFieldsError({"message": (f"There must be 1 to {most} messages.",)})
    found: list[Mapping[str, object]] = [body for body in bodies if isinstance(body, dict)]
    if len(found) < len(bodies):
        raise InvalidFieldsError({"message": ("Each message must be an object.",)})
    return found


def bulk_accepted(bulk: Bulk) -> Reply:
    """202 with the id under which it is told what became of it."""
    return Reply(
        202,
        {"message": "The bulk email is being processed.", "bulk_email_id": message_id(bulk.bulk_id)},
    )


def bulk_shown(bulk: Bulk) -> Reply:
    """200 with what became of a bulk."""
    return Reply(
        200,
        {
            "data": {
                "id": message_id(bulk.bulk_id),
                "state": "completed",
                "total_recipients_count": bulk.recipients,
                "suppressed_recipients_count": len(bulk.suppressed),
                "suppressed_recipients": {key: list(reasons) for key, reasons in bulk.suppressed.items()}
                or None,
                "validation_errors_count": len(bulk.errors),
                "validation_errors": {key: dict(fields) for key, fields in bulk.errors.items()} or None,
                "messages_id": [message_id(each) for each in bulk.message_ids],
                "created_at": in_microseconds(bulk.created_at),
                "updated_at": in_microseconds(bulk.created_at),
            }
        },
    )


def explained(answers: Sequence[GateAnswer], fields: Mapping[str, tuple[str, ...]]) -> Reply:
    """What every gate says; `can_send` sums it up. `errors` are the fields that no mail can have."""
    good = not fields and all(answer.verdict in ("passed", "waits") for answer in answers)
    return Reply(
        200,
        {
            "data": {
                "can_send": good,
                "errors": {name: list(sentences) for name, sentences in fields.items()},
                "gates": [gate_body(answer) for answer in answers],
            }
        },
    )


def gate_body(answer: GateAnswer) -> dict[str, object]:
    """One gate's answer."""
    return {
        "gate": answer.gate.value,
        "verdict": answer.verdict.value,
        "code": answer.code and answer.code.value,
        "detail": answer.detail,
        "fix": answer.fix,
        "recipients": list(answer.recipients),
    }


def _warning(
    kind: str, sentence: str, suppressed: Mapping[str, Sequence[Block]], names: Mapping[str, str]
) -> dict[str, object]:
    return {
        "type": kind,
        "message": sentence,
        "warning": sentence,
        "recipients": [
            {
                "email": key,
                "name": names.get(key) or None,
                "reasons": list(dict.fromkeys(REASONS[each.list.value] for each in blocks)),
            }
            for key, blocks in suppressed.items()
        ],
    }


def _body(fields: Fields, name: str) -> str | None:
    """A body as it is: white space at its ends is the sender's."""
    value = fields.text(name)
    return None if value is None else cast("str", fields.raw(name))


def _message_type(fields: Fields) -> MessageType:
    value = fields.text("message_type")
    try:
        return MessageType(value or MessageType.TRANSACTIONAL)
    except ValueError:
        fields.wrong("message_type", "The selected message type is invalid.")
        return MessageType.TRANSACTIONAL


def _personalization(fields: Fields, value: object, rules: AddressRules) -> dict[str, Mapping[str, object]]:
    if value is None:
        return {}
    if not isinstance(value, list):
        fields.wrong("personalization", "The personalization must be an array.")
        return {}
    found: dict[str, Mapping[str, object]] = {}
    for position, each in enumerate(value):
        where = f"personalization.{position}"
        if not isinstance(each, Mapping) or not isinstance(each.get("data"), Mapping):
            fields.wrong(where, f"The {where} must have email and data.")
            continue
        address = read.address(fields, f"{where}.email", each.get("email"), rules)
        if address is not None:
            found[address.key] = cast("Mapping[str, object]", each["data"])
    return found


def _headers(fields: Fields, value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.wrong("headers", "The headers must be an array.")
        return ()
    found: list[tuple[str, str]] = []
    for position, each in enumerate(value):
        where = f"headers.{position}"
        if not isinstance(each, Mapping) or not all(
            isinstance(each.get(key), str) for key in ("name", "value")
        ):
            fields.wrong(where, f"The {where} must have name and value.")
            continue
        found.append((str(each["name"]), str(each["value"])))
    return tuple(found)
