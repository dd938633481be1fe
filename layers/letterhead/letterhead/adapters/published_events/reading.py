"""SES's event documents (SES developer guide, "Contents of event data that Amazon SES publishes to Amazon SNS").

Both forms are read: event publishing (`eventType`) and an identity's own notifications (`notificationType`, without tags), as
they are or wrapped by SNS ("Parsing message formats", SNS developer guide). What a document lacks, or has in another form than
documented, is left out; only what is no document at all can't be read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parseaddr

from letterhead.adapters.published_events.spelling import one_spelling
from letterhead.mail_events.event import EventName, EventRecipient, MailEvent, PublishedMail
from letterhead.messages.history import AcceptedMessage

_LONGEST = 500
_LONGEST_URL = 2000
_BODIES = {
    EventName.SEND: "send",
    EventName.DELIVERY: "delivery",
    EventName.DELIVERY_DELAY: "deliveryDelay",
    EventName.BOUNCE: "bounce",
    EventName.COMPLAINT: "complaint",
    EventName.REJECT: "reject",
    EventName.RENDERING_FAILURE: "failure",
    EventName.OPEN: "open",
    EventName.CLICK: "click",
    EventName.SUBSCRIPTION: "subscription",
}
_CONCERNED = {
    EventName.DELIVERY: "recipients",
    EventName.DELIVERY_DELAY: "delayedRecipients",
    EventName.BOUNCE: "bouncedRecipients",
    EventName.COMPLAINT: "complainedRecipients",
}
_TO_ALL = frozenset({EventName.SEND, EventName.REJECT, EventName.RENDERING_FAILURE})
_DETAIL = {
    "smtpResponse": "response",
    "reportingMTA": "reporting_mta",
    "ipAddress": "ip",
    "userAgent": "user_agent",
    "link": "url",
    "templateName": "template",
    "source": "source",
    "isBotEvent": "bot",
}
# SES says this once, when it is given the topic as a destination.
_GREETING = "Successfully validated SNS topic"
_SNS_OTHERS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})

Json = Mapping[str, object]


class UnreadableEventError(ValueError):
    """The text isn't a JSON object."""


def read_event(body: str) -> MailEvent | AcceptedMessage | None:
    """The event in a message's body, or our own news of an accepted message; None for what SES or SNS say about the topic itself.

    Raises `UnreadableEventError`.
    """
    document = _document(body)
    if document is not None and document.get("Type") in _SNS_OTHERS:
        return None
    if document is not None and "accepted_message_id" in document:
        return AcceptedMessage(_text(document.get("account_id")), _text(document["accepted_message_id"]))
    if document is not None and isinstance(document.get("Message"), str) and "mail" not in document:
        document = _document(str(document["Message"]))
    return None if document is None else _event(document)


def _document(text: str) -> Json | None:
    if text.startswith(_GREETING):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableEventError("not JSON") from error
    if not isinstance(document, dict):
        raise UnreadableEventError("not a JSON object")
    return document


def _event(document: Json) -> MailEvent:
    name = _text(document.get("eventType")) or _text(document.get("notificationType"))
    key = _BODIES.get(name)  # type: ignore[call-overload]
    body = _object(document.get(key)) if key else {}
    mail = _mail(_object(document.get("mail")))
    preferences = _object(body.get("newTopicPreferences"))
    return MailEvent(
        name=name,
        mail=mail,
        document=document,
        occurred_at=_moment(body.get("timestamp")) or mail.sent_at,
        recipients=_recipients(name, body, mail),
        feedback_id=_text(body.get("feedbackId")),
        kind=_text(body.get("bounceType")),
        sub_kind=_text(body.get("bounceSubType")) or _text(body.get("complaintSubType")),
        reason=_text(body.get("complaintFeedbackType"))
        or _text(body.get("delayType"))
        or _text(body.get("reason"))
        or _text(body.get("errorMessage")),
        opts_out=_opts_out(preferences),
        detail=_detail(body),
    )


def _mail(mail: Json) -> PublishedMail:
    headers = _object(mail.get("commonHeaders"))
    senders = _list(headers.get("from")) or [mail.get("source")]
    return PublishedMail(
        ses_message_id=_text(mail.get("messageId")),
        sent_at=_moment(mail.get("timestamp")),
        from_address=parseaddr(_text(senders[0]))[1] or _text(senders[0]),
        subject=_text(headers.get("subject"), 998),
        destination=_addresses(mail.get("destination")),
        tags=_tags(_object(mail.get("tags"))),
    )


def _tags(tags: Json) -> dict[str, str]:
    """The first value of each tag; SES's own, whose names have a colon, are left out."""
    found = {}
    for name, values in tags.items():
        if ":" not in name:
            first = next(iter(_list(values)), None)
            found[name] = _text(values) or _text(first)
    return found


def _recipients(name: str, body: Json, mail: PublishedMail) -> tuple[EventRecipient, ...]:
    if name in _CONCERNED:
        found = _named(_list(body.get(_CONCERNED[EventName(name)])))
        if name == EventName.COMPLAINT and len(found) != 1:
            # Then it lists everybody at that provider whom it may have been; whom the mail went to, is certain.
            found = {address: each for address, each in found.items() if address in mail.destination}
        return tuple(found.values())
    if name in _TO_ALL or len(mail.destination) == 1:
        return tuple(EventRecipient(address) for address in mail.destination)
    return ()


def _named(entries: Sequence[object]) -> dict[str, EventRecipient]:
    found: dict[str, EventRecipient] = {}
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {"emailAddress": entry}
        address = one_spelling(_text(fields.get("emailAddress")))
        if address and address not in found:
            status, diagnostic = _text(fields.get("status")), _text(fields.get("diagnosticCode"))
            found[address] = EventRecipient(address, status, diagnostic)
    return found


def _addresses(value: object) -> tuple[str, ...]:
    spelled = (one_spelling(_text(each)) for each in _list(value))
    return tuple(dict.fromkeys(address for address in spelled if address))


def _detail(body: Json) -> dict[str, str]:
    found = {}
    for key, name in _DETAIL.items():
        if text := _text(body.get(key), _LONGEST_URL if name == "url" else _LONGEST):
            found[name] = text
    return found


def _opts_out(preferences: Json) -> bool:
    if preferences.get("unsubscribeAll") is True:
        return True
    topics = [_object(each) for each in _list(preferences.get("topicSubscriptionStatus"))]
    return bool(topics) and all(topic.get("subscriptionStatus") == "OptOut" for topic in topics)


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object, longest: int = _LONGEST) -> str:
    """A string that can be stored, cut where it is too long; empty for anything else.

    JSON can carry lone surrogates (RFC 8259 section 8.2), which no store takes.
    """
    if not isinstance(value, str):
        return ""
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value[:longest]


def _moment(value: object) -> datetime | None:
    """An instant between 1970 and 2500 as SES writes it: ISO 8601 in UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1970 <= moment.year < 2500 else None
