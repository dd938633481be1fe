"""Asking somebody to be a test recipient: the first time, once more, and no longer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.identities.identity import IdentityStatus
from letterhead.identities.limits import (
    MOST_RESENDS_A_DAY,
    MailLimits,
    TooManyMailsError,
    day_of,
    next_day,
    seconds_until,
)
from letterhead.sandbox.recipient import (
    RecipientNotFoundError,
    RecipientVerifiedError,
    SandboxRecipient,
    SandboxStore,
    changed,
)

if TYPE_CHECKING:
    from datetime import datetime


def invite(recipient: SandboxRecipient, *, store: SandboxStore, limits: MailLimits, now: datetime) -> None:
    """Add a test recipient; being there asks for the mail.

    Raises `RecipientExistsError`, `TooManyRecipientsError`, `TooManyMailsError`.
    """
    limits.check(recipient.email.key, recipient.account_id, now)
    changed(store, recipient.account_id, lambda sandbox: sandbox.with_new(recipient))


def invite_again(
    account_id: str, recipient_id: str, *, store: SandboxStore, limits: MailLimits, now: datetime
) -> None:
    """Have the mail sent once more; its link replaces the one before.

    Raises `RecipientNotFoundError`, `RecipientVerifiedError`, `TooManyMailsError`.
    """
    found = store.of_account_now(account_id).by_id(recipient_id)
    if found is None:
        raise RecipientNotFoundError
    limits.check(found.email.key, account_id, now)
    changed(store, account_id, lambda sandbox: sandbox.changed(recipient_id, lambda one: _again(one, now)))


def dismiss(account_id: str, recipient_id: str, *, store: SandboxStore) -> None:
    """Remove a test recipient; their link is as unknown then as an invented one. Raises `RecipientNotFoundError`."""
    changed(store, account_id, lambda sandbox: sandbox.changed(recipient_id, lambda _: None))


def _again(recipient: SandboxRecipient, now: datetime) -> SandboxRecipient:
    if recipient.is_verified:
        raise RecipientVerifiedError
    today = recipient.resent_today if recipient.resent_on == day_of(now) else 0
    if today >= MOST_RESENDS_A_DAY:
        raise TooManyMailsError(
            f"This test recipient was asked {MOST_RESENDS_A_DAY} times more today; please try again tomorrow.",
            seconds_until(next_day(now), now),
        )
    return replace(
        recipient,
        status=IdentityStatus.PENDING,
        decided_at=None,
        generation=recipient.generation + 1,
        resent_on=day_of(now),
        resent_today=today + 1,
        mail_failure=None,
    )
