"""What a person's yes or no makes of a test recipient."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.identities.confirmation import Matter
from letterhead.identities.identity import ConsentChangedError, IdentityStatus
from letterhead.sandbox.recipient import SandboxChangedError, SandboxRecipient, SandboxStore

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.outbox.event import Event


class RecipientConsents:
    """Where test recipients are kept, for those who decide about themselves."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    def by_id_now(self, account_id: str, recipient_id: str) -> SandboxRecipient | None:
        """The recipient as it is now, or None."""
        return self._store.of_account_now(account_id).by_id(recipient_id)

    def decide(self, before: SandboxRecipient, after: SandboxRecipient, event: Event | None) -> None:
        """Store a decision if what is stored is still `before`, and undecided; nobody is told of it.

        Raises `ConsentChangedError` otherwise.
        """
        del event
        sandbox = self._store.of_account_now(before.account_id)
        found = sandbox.by_id(before.recipient_id)
        if found != before or found.status is not IdentityStatus.PENDING:
            raise ConsentChangedError
        try:
            self._store.change(sandbox, sandbox.changed(before.recipient_id, lambda _: after))
        except SandboxChangedError as error:
            raise ConsentChangedError from error


def consent_of(store: SandboxStore) -> Matter[SandboxRecipient]:
    """A person's consent to be a test recipient."""
    return Matter(RecipientConsents(store), _decided, lambda *_: None)


def _decided(recipient: SandboxRecipient, status: IdentityStatus, now: datetime) -> SandboxRecipient:
    return replace(recipient, status=status, decided_at=now)
