"""An account's test recipients: at most three, each asked before anything goes to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.identity import IdentityStatus, MailFailure
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.identities.addresses import EmailAddress

MOST_RECIPIENTS = 3  # contracts B.6
_ATTEMPTS = 5


class RecipientNotFoundError(Exception):
    """This account has no such test recipient."""


class RecipientExistsError(Exception):
    """The address is a test recipient of this account already."""


class TooManyRecipientsError(Exception):
    """The account has as many test recipients as it may have."""


class RecipientVerifiedError(Exception):
    """The recipient has agreed; there is nothing to ask."""


class SandboxChangedError(Exception):
    """The account's test recipients aren't any more what they were when they were read."""


@value_type
class SandboxRecipient:
    """A test recipient. Mail, links and what they stand for are as a sender identity's (`letterhead.identities.identity`)."""

    account_id: str
    recipient_id: str
    email: EmailAddress
    created_at: datetime
    status: IdentityStatus = IdentityStatus.PENDING
    decided_at: datetime | None = None
    generation: int = 1
    resent_on: str | None = None
    resent_today: int = 0
    mailed_generation: int = 0
    expires_at: datetime | None = None
    mail_failure: MailFailure | None = None

    @property
    def is_verified(self) -> bool:
        """Whether they have agreed."""
        return self.status is IdentityStatus.VERIFIED

    @property
    def mailed(self) -> bool:
        """Whether the mail with the present link has left."""
        return self.mailed_generation == self.generation

    def status_at(self, now: datetime) -> IdentityStatus:
        """The status as it is at a moment: a pending one whose link has run out is expired."""
        expired = self.mailed and self.expires_at is not None and self.expires_at <= now
        return IdentityStatus.EXPIRED if expired and self.status is IdentityStatus.PENDING else self.status


@value_type
class Sandbox:
    """An account's test recipients, oldest first. `version` grows with each change."""

    account_id: str
    recipients: tuple[SandboxRecipient, ...] = ()
    version: int = 0

    def by_id(self, recipient_id: str) -> SandboxRecipient | None:
        """The recipient of that id, or None."""
        return next((one for one in self.recipients if one.recipient_id == recipient_id), None)

    @property
    def verified(self) -> frozenset[str]:
        """The addresses, folded, of those who have agreed."""
        return frozenset(one.email.key for one in self.recipients if one.is_verified)

    def with_new(self, recipient: SandboxRecipient) -> Sandbox:
        """One more; raises `RecipientExistsError`, `TooManyRecipientsError`."""
        if any(one.email.key == recipient.email.key for one in self.recipients):
            raise RecipientExistsError
        if len(self.recipients) >= MOST_RECIPIENTS:
            raise TooManyRecipientsError
        return replace(self, recipients=(*self.recipients, recipient))

    def changed(
        self, recipient_id: str, change: Callable[[SandboxRecipient], SandboxRecipient | None]
    ) -> Sandbox:
        """One of them changed, or gone where that gives None; raises `RecipientNotFoundError`."""
        if self.by_id(recipient_id) is None:
            raise RecipientNotFoundError
        each = (change(one) if one.recipient_id == recipient_id else one for one in self.recipients)
        return replace(self, recipients=tuple(one for one in each if one is not None))


class SandboxStore(Protocol):
    """Where test recipients are kept."""

    def of_account(self, account_id: str) -> Sandbox:
        """An account's, as they were lately; empty when it never had any."""

    def of_account_now(self, account_id: str) -> Sandbox:
        """The same as they are now (strongly consistent)."""

    def change(self, before: Sandbox, after: Sandbox) -> None:
        """Store `after` as the next version; raises `SandboxChangedError` when what is stored isn't `before` any more."""


def changed(store: SandboxStore, account_id: str, change: Callable[[Sandbox], Sandbox]) -> Sandbox:
    """Carry a change out on what is there now, again if somebody else was quicker; the sandbox then.

    Raises what `change` raises, and `UnavailableError` when others are quicker each time.
    """
    for _ in range(_ATTEMPTS):
        before = store.of_account_now(account_id)
        after = change(before)
        if after == before:
            return after
        try:
            store.change(before, after)
        except SandboxChangedError:
            continue
        return after
    raise UnavailableError
