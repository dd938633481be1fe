"""Whether an address is blocked for a sending domain, by which entries and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.suppressions.suppression import EntryKey, Reason, SuppressionList
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from letterhead.suppressions.pattern import Pattern


@value_type
class Entry:
    """What a look-up knows of an entry without reading its provenance."""

    key: EntryKey
    suppression_id: str
    reason: Reason
    expires_at: datetime | None = None

    def blocks(self, domain_id: str | None, now: datetime) -> bool:
        """Whether it stands between this domain (None: any of the account's) and its address."""
        in_scope = domain_id is None or self.key.domain_id in (None, domain_id)
        return in_scope and (self.expires_at is None or self.expires_at > now)


@value_type
class ScopedPattern:
    """A pattern of a domain's blocklist, or of the account's."""

    domain_id: str | None
    pattern: Pattern

    def blocks(self, domain_id: str | None, address: str) -> bool:
        """Whether it stands between this domain (None: any of the account's) and a folded address."""
        in_scope = domain_id is None or self.domain_id in (None, domain_id)
        return in_scope and self.pattern.means(address)


@value_type
class Block:
    """Why an address can't be mailed now. `suppression_id` is None for a pattern, which its own text names."""

    list: SuppressionList
    domain_id: str | None
    reason: Reason
    suppression_id: str | None = None
    pattern: str | None = None
    until: datetime | None = None


@value_type
class Standing:
    """What stands on the lists of some folded addresses, all read at one time: their entries by account and address, also where
    there are none, and all patterns of their accounts."""

    entries: Mapping[tuple[str, str], tuple[Entry, ...]]
    patterns: Mapping[str, tuple[ScopedPattern, ...]]

    def covers(self, account_id: str, addresses: Iterable[str]) -> bool:
        """Whether all of these addresses of an account were read."""
        return all((account_id, address) in self.entries for address in addresses)

    def blocking(
        self, account_id: str, domain_id: str | None, addresses: Iterable[str], now: datetime
    ) -> Mapping[str, tuple[Block, ...]]:
        """What blocks each of these addresses, which have to be among those that were read."""
        found = {}
        for address in addresses:
            entries, patterns = self.entries[account_id, address], self.patterns[account_id]
            if (entries or patterns) and (blocks := blocks_of(address, domain_id, entries, patterns, now)):
                found[address] = blocks
        return found


class Suppressed(Protocol):
    """Where suppressions are looked up before a mail leaves."""

    def blocking(
        self, account_id: str, domain_id: str | None, addresses: Sequence[str], now: datetime
    ) -> Mapping[str, tuple[Block, ...]]:
        """What blocks each of these folded addresses; those that nothing blocks aren't in it. Raises `UnavailableError`."""


def blocks_of(
    address: str,
    domain_id: str | None,
    entries: Iterable[Entry],
    patterns: Iterable[ScopedPattern],
    now: datetime,
) -> tuple[Block, ...]:
    """What blocks a folded address for a domain, the gravest first."""
    found = [
        Block(
            entry.key.list,
            entry.key.domain_id,
            entry.reason,
            suppression_id=entry.suppression_id,
            until=entry.expires_at,
        )
        for entry in entries
        if entry.blocks(domain_id, now)
    ]
    found += [
        Block(SuppressionList.BLOCKLIST, each.domain_id, Reason.BLOCKLIST, pattern=each.pattern.text)
        for each in patterns
        if each.blocks(domain_id, address)
    ]
    order = list(SuppressionList)
    return tuple(sorted(found, key=lambda block: order.index(block.list)))
