"""What becomes of a test token's mail: the recipient's local part decides (contracts B.6)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from letterhead.messages.draft import Mailbox


class Outcome(StrEnum):
    """What a test says that happened."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


_LOCAL_PARTS = {
    "bounced": Outcome.BOUNCED,
    "bounce": Outcome.BOUNCED,
    "complained": Outcome.COMPLAINED,
    "complaint": Outcome.COMPLAINED,
}


def outcome_for(recipient: Mailbox) -> Outcome:
    """`bounced@` and `complained@` any domain do what they say, with or without a `+label`; anyone else gets the mail."""
    local = recipient.address.local.casefold().partition("+")[0]
    return _LOCAL_PARTS.get(local, Outcome.DELIVERED)
