"""Recipients: the addresses that an account's own messages from a domain went to, and how often mail to them bounced softly."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SOFT_BOUNCES = 5
SOFT_BOUNCE_WINDOW = timedelta(days=30)
HOLD = timedelta(hours=72)


@value_type
class Recipient:
    """An address that a domain has mailed. `recipient_id` is the domain's id and a digest of the address."""

    recipient_id: str
    account_id: str
    address: str
    created_at: datetime
    updated_at: datetime

    @property
    def domain_id(self) -> str:
        """The domain that mailed it."""
        return self.recipient_id[:16]


@value_type
class Feedback:
    """What is remembered of a recipient's feedback: when mail bounced softly, and when they last said that it is spam, or not."""

    soft_bounces: tuple[datetime, ...] = ()
    complained_at: datetime | None = None
    not_spam_at: datetime | None = None

    @property
    def is_no_spam(self) -> bool:
        """Whether the last that they said of spam is that it's none."""
        if self.not_spam_at is None:
            return False
        return self.complained_at is None or self.not_spam_at >= self.complained_at

    @property
    def soft_bounces_in_window(self) -> int:
        """How many soft bounces there were in the 30 days up to the last one."""
        last = max(self.soft_bounces, default=None)
        return 0 if last is None else sum(last - each < SOFT_BOUNCE_WINDOW for each in self.soft_bounces)


class Recipients(Protocol):
    """Where recipients are kept."""

    def note_mailed(self, account_id: str, domain_id: str, addresses: Iterable[str], now: datetime) -> None:
        """Note that a domain has mailed these addresses for its account."""

    def note_soft_bounce(
        self, account_id: str, domain_id: str, address: str, activity_id: str, occurred_at: datetime
    ) -> Feedback:
        """Note a soft bounce, once for each activity, and give what is known then."""

    def note_complaint(
        self, account_id: str, domain_id: str, address: str, occurred_at: datetime
    ) -> Feedback:
        """Note that a recipient has complained, unless a later time is noted, and give what is known then."""

    def note_not_spam(self, account_id: str, domain_id: str, address: str, occurred_at: datetime) -> Feedback:
        """The same of a recipient who has taken a complaint back."""


class NoSuchRecipientError(Exception):
    """This account has no such recipient, or it isn't kept any more."""


class RecipientList(Protocol):
    """Where recipients are read, and forgotten when an account asks for it."""

    def by_id(self, account_id: str, recipient_id: str, now: datetime) -> Recipient | None:
        """The account's recipient of that id, or None."""

    def forget(self, account_id: str, recipient_id: str, now: datetime) -> bool:
        """Forget the account's recipient, or whoever has only given feedback, with all that is remembered; false for nobody."""

    def page(self, domain_id: str, *, size: int, after: str | None, now: datetime) -> Sequence[Recipient]:
        """At most `size` of a domain's recipients, in the order of their ids, behind the one of the id `after`."""


def domain_in(recipient_id: str) -> str | None:
    """The id of the domain in a recipient's id; None for what is no recipient's id."""
    domain_id, digest = recipient_id[:16], recipient_id[16:]
    is_one = identifiers.is_id(domain_id) and len(digest) == 16 and not digest.strip("0123456789abcdef")
    return domain_id if is_one else None


def recipient_id_of(domain_id: str, address: str) -> str:
    """The id of an address as a recipient of a domain."""
    digest = hashlib.sha256(f"{domain_id} {address}".encode("utf-8", "surrogatepass")).hexdigest()
    return domain_id + digest[:16]
