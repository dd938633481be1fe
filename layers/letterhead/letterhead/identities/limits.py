"""How often people may be asked: a few times a day, and not at all for a while after they said no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from letterhead.values import value_type

MOST_RESENDS_A_DAY = 5
REFUSAL_HOLDS = timedelta(days=30)


class TooManyMailsError(Exception):
    """So many confirmation mails were asked for that the next one has to wait. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


@value_type
class AddressStanding:
    """How many confirmation mails an address got today over all accounts, and until when an account may not ask it again."""

    mails_today: int = 0
    refused_until: datetime | None = None


class AddressLedger(Protocol):
    """What is known of addresses over all accounts of the deployment, by their keys."""

    def standing(self, address_key: str, account_id: str, now: datetime) -> AddressStanding:
        """How an address stands towards an account."""

    def count_mail(self, address_key: str, most: int, now: datetime) -> bool:
        """Count one more mail today (UTC), or answer that there have been `most` already."""

    def note_refusal(self, address_key: str, account_id: str, until: datetime, now: datetime) -> None:
        """Note that the address's owner doesn't want to hear of the account; noting it twice is once."""


@value_type
class MailLimits:
    """The rule for new confirmation mails: `most_a_day` go to one address, whoever asks."""

    ledger: AddressLedger
    most_a_day: int

    def check(self, address_key: str, account_id: str, now: datetime) -> None:
        """Raise `TooManyMailsError` when the address may not be asked now, or not by this account."""
        standing = self.ledger.standing(address_key, account_id, now)
        if standing.refused_until is not None and standing.refused_until > now:
            raise TooManyMailsError(
                "The owner of this address refused; you can ask again later.",
                seconds_until(standing.refused_until, now),
            )
        if standing.mails_today >= self.most_a_day:
            raise TooManyMailsError(
                "This address got too many confirmation mails today; please try again tomorrow.",
                seconds_until(next_day(now), now),
            )


def day_of(now: datetime) -> str:
    """The day that mails are counted by: `2026-06-14`, in UTC."""
    return now.astimezone(UTC).date().isoformat()


def next_day(now: datetime) -> datetime:
    """When the next day begins."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds from now until a moment, at least one."""
    return max(1, -((now - moment) // timedelta(seconds=1)))
