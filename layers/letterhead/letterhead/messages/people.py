"""Whom a test, and mail without a sender of the account's own, may reach (seed: Sendara, `test_send`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from letterhead.messages.draft import Draft


class OwnPeople(Protocol):
    """Whom an account may always write to."""

    def owner(self, account_id: str) -> str | None:
        """The owner's address, folded; None when there is no such account."""

    def test_recipients(self, account_id: str) -> frozenset[str]:
        """The account's verified test recipients, folded."""


def strangers(draft: Draft, account_id: str, people: OwnPeople) -> tuple[str, ...]:
    """The recipients, folded, of such a mail whom it may not reach. A test reaches verified test recipients only, other mail the
    account's owner too."""
    allowed = people.test_recipients(account_id)
    owner = None if draft.test_send else people.owner(account_id)
    return tuple(box.address.key for box in draft.recipients if box.address.key not in allowed | {owner})
