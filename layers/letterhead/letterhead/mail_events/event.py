"""A mail event as Letterhead sees it, whichever way it was published."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class EventName(StrEnum):
    """The events that SES documents, as it spells them (SES developer guide, "Contents of event data"). There may be others."""

    SEND = "Send"
    DELIVERY = "Delivery"
    DELIVERY_DELAY = "DeliveryDelay"
    BOUNCE = "Bounce"
    COMPLAINT = "Complaint"
    REJECT = "Reject"
    RENDERING_FAILURE = "Rendering Failure"
    OPEN = "Open"
    CLICK = "Click"
    SUBSCRIPTION = "Subscription"


@value_type
class EventRecipient:
    """One recipient that an event is about: the address in its one spelling, and what the remote server said.

    `status` is the enhanced status code (RFC 3463), `diagnostic` the server's own words; either may be empty.
    """

    address: str
    status: str = ""
    diagnostic: str = ""


@value_type
class PublishedMail:
    """The mail that an event is about. `destination` holds all its recipients, `tags` the first value of each tag."""

    ses_message_id: str
    sent_at: datetime | None
    from_address: str
    subject: str
    destination: tuple[str, ...]
    tags: Mapping[str, str]


@value_type
class MailEvent:
    """One event.

    `name` is one of `EventName` or what else the provider says. `kind` and `sub_kind` are a bounce's type and subtype, a
    complaint's subtype stands in `sub_kind`; `reason` is the event's word for why: a complaint's feedback type, a delay's type,
    a rejection's reason. `occurred_at` is None when no instant could be read. `detail` has what else is worth keeping, and
    `document` is the event as it was published. `opts_out` says that a recipient took themselves off every topic.
    """

    name: str
    mail: PublishedMail
    document: Mapping[str, object]
    occurred_at: datetime | None = None
    recipients: tuple[EventRecipient, ...] = ()
    feedback_id: str = ""
    kind: str = ""
    sub_kind: str = ""
    reason: str = ""
    opts_out: bool = False
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def fact(self) -> str:
        """What two publications of the same event have in common, apart from the recipient.

        A bounce or complaint has its feedback id; everything else is known by the mail, the event and its instant, a click by
        its link too (SES promises neither order nor that an event comes once).
        """
        if self.feedback_id:
            return f"{self.name} {self.feedback_id}"
        moment = "" if self.occurred_at is None else self.occurred_at.isoformat()
        return f"{self.name} {self.mail.ses_message_id} {moment} {self.detail.get('url', '')}".rstrip()
