"""SES event publishing: what becomes of a mail to each recipient, and the JSON that says so.

The mailbox simulator's addresses (SES developer guide, "Using the mailbox simulator") decide their own fate, also
with a `+label`; every other recipient gets the mail. The records have the shape of "Contents of event data that
Amazon SES publishes to Amazon SNS" in the same guide. One event covers the recipients of one domain that share a
fate, so consumers see events with one recipient and with several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from local.ses.composing import addresses_in
from local.ses.errors import SesError
from local.ses.headers import header_items, header_values

SIMULATOR_DOMAIN = "simulator.amazonses.com"
SNS_SUBJECT = "Amazon SES Email Event Notification"
_MTA = "a8-18.smtp-out.amazonses.com"
_HEADERS_BYTES = 10 * 1024
_COMMON = {"From": "from", "To": "to", "Cc": "cc", "Reply-To": "replyTo"}


class Fate(StrEnum):
    """What becomes of a mail to one recipient."""

    DELIVERED = "success"
    BOUNCED = "bounce"
    COMPLAINED = "complaint"
    OUT_OF_OFFICE = "ooto"
    SUPPRESSED = "suppressionlist"


@dataclass(frozen=True)
class SentMail:
    """An accepted mail, as its events describe it. `message` has the headers as they were sent."""

    message_id: str
    sent_at: datetime
    source: str
    source_arn: str
    account_id: str
    destination: tuple[str, ...]
    message: EmailMessage
    tags: Mapping[str, Sequence[str]]


def fate_of(recipient: str) -> Fate:
    """The simulator's verdict by the local part without its label; delivery for every other address."""
    local, _, domain = recipient.rpartition("@")
    if domain.lower() != SIMULATOR_DOMAIN:
        return Fate.DELIVERED
    name = local.partition("+")[0].lower()
    return Fate(name) if name in set(Fate) else Fate.BOUNCED


def events_of(mail: SentMail, rejected: bool, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """All events of an accepted mail in the order of their happening, each with its type as destinations spell it."""
    if rejected:
        return [_event(mail, "Send", "send", {}), _event(mail, "Reject", "reject", {"reason": "Bad content"})]
    events = [_event(mail, "Send", "send", {})]
    by_fate = sorted(mail.destination, key=lambda recipient: (fate_of(recipient), _domain(recipient)))
    for (fate, _), group in groupby(by_fate, key=lambda recipient: (fate_of(recipient), _domain(recipient))):
        events += _fate_events(mail, fate, list(group), now)
    return events


def _fate_events(
    mail: SentMail, fate: Fate, recipients: list[str], now: datetime
) -> list[tuple[str, dict[str, Any]]]:
    match fate:
        case Fate.DELIVERED:
            return [_delivery(mail, recipients, now)]
        case Fate.COMPLAINED:
            return [_delivery(mail, recipients, now), _complaint(mail, recipients, now)]
        case Fate.OUT_OF_OFFICE:
            return [
                _delivery(mail, recipients, now),
                _bounce(mail, recipients, now, ("Transient", "General"), {}),
            ]
        case Fate.SUPPRESSED:
            reason = (
                "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an"
                " invalid address."
            )
            return [_bounce(mail, recipients, now, ("Permanent", "Suppressed"), _failed(reason))]
        case Fate.BOUNCED:
            reason = "smtp; 550 5.1.1 user unknown"
            return [_bounce(mail, recipients, now, ("Permanent", "General"), _failed(reason))]


def _delivery(mail: SentMail, recipients: list[str], now: datetime) -> tuple[str, dict[str, Any]]:
    return _event(
        mail,
        "Delivery",
        "delivery",
        {
            "timestamp": _timestamp(now),
            "processingTimeMillis": max(1, round((now - mail.sent_at) / timedelta(milliseconds=1))),
            "recipients": recipients,
            "smtpResponse": "250 2.6.0 Message received",
            "reportingMTA": _MTA,
        },
    )


def _complaint(mail: SentMail, recipients: list[str], now: datetime) -> tuple[str, dict[str, Any]]:
    return _event(
        mail,
        "Complaint",
        "complaint",
        {
            "complainedRecipients": [{"emailAddress": recipient} for recipient in recipients],
            "timestamp": _timestamp(now),
            "feedbackId": _feedback_id(mail, recipients, now),
            "complaintSubType": None,
            "userAgent": "Amazon SES Mailbox Simulator",
            "complaintFeedbackType": "abuse",
            "arrivalDate": _timestamp(now),
        },
    )


def _bounce(
    mail: SentMail, recipients: list[str], now: datetime, kind: tuple[str, str], diagnosis: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    bounce_type, sub_type = kind
    return _event(
        mail,
        "Bounce",
        "bounce",
        {
            "feedbackId": _feedback_id(mail, recipients, now),
            "bounceType": bounce_type,
            "bounceSubType": sub_type,
            "bouncedRecipients": [{"emailAddress": recipient, **diagnosis} for recipient in recipients],
            "timestamp": _timestamp(now),
            "reportingMTA": f"dns; {_MTA}",
        },
    )


def _failed(diagnostic_code: str) -> dict[str, str]:
    return {"action": "failed", "status": "5.1.1", "diagnosticCode": diagnostic_code}


def _event(mail: SentMail, event_type: str, name: str, details: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return event_type.upper(), {"eventType": event_type, "mail": _mail(mail), name: details}


def _mail(mail: SentMail) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in header_items(mail.message)]
    kept: list[dict[str, str]] = []
    size = 0
    for header in headers:
        size += len(header["name"]) + len(header["value"])
        if size > _HEADERS_BYTES:
            break
        kept.append(header)
    return {
        "timestamp": _timestamp(mail.sent_at),
        "source": mail.source,
        "sourceArn": mail.source_arn,
        "sendingAccountId": mail.account_id,
        "messageId": mail.message_id,
        "destination": list(mail.destination),
        "headersTruncated": len(kept) < len(headers),
        "headers": kept,
        "commonHeaders": _common_headers(mail),
        "tags": {name: list(values) for name, values in mail.tags.items()},
    }


def _common_headers(mail: SentMail) -> dict[str, Any]:
    common: dict[str, Any] = {}
    for header, name in _COMMON.items():
        addresses = [address for value in header_values(mail.message, header) for address in _listed(value)]
        if addresses:
            common[name] = addresses
    common["date"] = next(iter(header_values(mail.message, "Date")))
    common["messageId"] = mail.message_id
    for subject in header_values(mail.message, "Subject")[:1]:
        common["subject"] = subject
    return common


def _listed(value: str) -> list[str]:
    """The addresses of a header value one by one; what isn't a list of addresses stays whole."""
    try:
        return [str(address) for address in addresses_in([value])]
    except SesError:
        return [value]


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _feedback_id(mail: SentMail, recipients: list[str], now: datetime) -> str:
    unique = uuid5(NAMESPACE_URL, f"{mail.message_id} {' '.join(recipients)}")
    return f"{round(now.timestamp() * 1000):016x}-{unique}-000000"


def _domain(recipient: str) -> str:
    return recipient.rpartition("@")[2].lower()
