"""Many drafts in one request: each accepted or refused by itself, and the account of it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity
    from letterhead.messages.sender import SenderDomains, SenderIdentities
    from letterhead.suppressions.blocking import Block, Suppressed

MOST_DRAFTS = 500  # contracts A.8


class BulkNotFoundError(Exception):
    """This account has sent no such bulk."""


@value_type
class Bulk:
    """What became of a bulk. `errors` has, by the draft's position, what is wrong with its fields; `suppressed` has, by
    address, why nothing was sent to it."""

    account_id: str
    bulk_id: str
    created_at: datetime
    message_ids: tuple[str, ...] = ()
    recipients: int = 0
    errors: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    suppressed: Mapping[str, Sequence[str]] = field(default_factory=dict)


class BulkStore(Protocol):
    """Where the accounts of bulks are kept, as long as their messages."""

    def add(self, bulk: Bulk) -> None:
        """Store one."""

    def by_id(self, account_id: str, bulk_id: str) -> Bulk | None:
        """The account's bulk of that id, or None."""


class RememberedSenders:
    """Domains and identities looked up once a request, however many of its drafts name them."""

    def __init__(self, domains: SenderDomains, identities: SenderIdentities) -> None:
        self._domains = domains
        self._identities = identities
        self._by_name: dict[tuple[str, str], SendingDomain | None] = {}
        self._by_email: dict[tuple[str, str, str], SenderIdentity | None] = {}

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name."""
        key = account_id, name
        if key not in self._by_name:
            self._by_name[key] = self._domains.by_name(account_id, name)
        return self._by_name[key]

    def by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        """The account's identity of that address."""
        return self._remembered(account_id, address_key, self._identities.by_email)

    def lately_by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        """The same as it was lately."""
        return self._remembered(account_id, address_key, self._identities.lately_by_email)

    def _remembered(
        self, account_id: str, address_key: str, look: Callable[[str, str], SenderIdentity | None]
    ) -> SenderIdentity | None:
        key = account_id, address_key, look.__name__
        if key not in self._by_email:
            self._by_email[key] = look(account_id, address_key)
        return self._by_email[key]


class RememberedLists:
    """Suppression lists asked for many addresses at once, then answering for each of them."""

    def __init__(self, lists: Suppressed) -> None:
        self._lists = lists
        self._asked: set[tuple[str | None, str]] = set()
        self._found: dict[tuple[str | None, str], tuple[Block, ...]] = {}

    def ask(self, account_id: str, domain_id: str | None, addresses: Sequence[str], now: datetime) -> None:
        """Ask for all of these in as few reads as there can be. Raises `UnavailableError`."""
        new = [each for each in dict.fromkeys(addresses) if (domain_id, each) not in self._asked]
        if not new:
            return
        found = self._lists.blocking(account_id, domain_id, new, now)
        self._asked.update((domain_id, each) for each in new)
        self._found.update({(domain_id, each): blocks for each, blocks in found.items()})

    def blocking(
        self, account_id: str, domain_id: str | None, addresses: Sequence[str], now: datetime
    ) -> Mapping[str, tuple[Block, ...]]:
        """What blocks each of these; what wasn't asked before is asked now."""
        self.ask(account_id, domain_id, addresses, now)
        return {each: self._found[domain_id, each] for each in addresses if (domain_id, each) in self._found}
