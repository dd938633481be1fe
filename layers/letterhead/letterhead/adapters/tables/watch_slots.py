"""Where things that are looked at again lie in the index of their table.

What is well lies in one of 360 fixed slots (`well#037`) under its id; a sweep reads the slots whose time has come. What is due
at a moment lies in one of a few shards (`due#3`) under that moment and its id; a sweep reads what is due by now. Identities whose
addresses SES verifies are few, for a day each: they lie together (`asked`), and every sweep reads them.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from letterhead.domains.rhythm import slot_of

SHARDS = 8
ASKED_SLOT = "asked"


def watched_at(thing_id: str, due_at: datetime | None) -> tuple[str, str]:
    """The slot and the key of a thing that is due then, or has its fixed slot."""
    if due_at is None:
        return well_slot(slot_of(thing_id)), thing_id
    shard = hashlib.blake2b(thing_id.encode(), digest_size=1).digest()[0] % SHARDS
    return due_slot(shard), f"{due_key(due_at)}#{thing_id}"


def well_slot(number: int) -> str:
    """The name of a fixed slot."""
    return f"well#{number:03d}"


def due_slot(shard: int) -> str:
    """The name of a shard of what is due at a moment."""
    return f"due#{shard}"


def due_key(moment: datetime) -> str:
    """What keys of that moment begin with; they sort by it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
