"""What a mail is, before it becomes bytes."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class MailRefusedError(Exception):
    """The provider refuses this mail and will go on refusing it."""


class AttachmentLostError(MailRefusedError):
    """A file of the mail isn't there any more, or isn't what it was when the mail was accepted."""


@value_type
class MailContent:
    """What a mail says; text and HTML say the same."""

    subject: str
    text: str
    html: str


@value_type
class OutgoingMail:
    """One mail to one person. Addresses are as mail servers want them (domains in A-labels)."""

    from_name: str
    from_address: str
    to_address: str
    content: MailContent
    tags: Mapping[str, str] = field(default_factory=dict)


class Mailer(Protocol):
    """Whoever takes mails and delivers them."""

    def send(self, mail: OutgoingMail, now: datetime) -> str:
        """Hand a mail over and answer the id that it got; raises `MailRefusedError` or `UnavailableError`."""
