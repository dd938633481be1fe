"""What was looked up a moment ago: mails leave many at a time, and mostly from the same account and domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from letterhead.accounts.account import Account
    from letterhead.domains.domain import SendingDomain

# As old as an eventually consistent read may be anyway (DynamoDB developer guide, read consistency: usually within a second).
GOOD_FOR = 1.0  # seconds
_MOST = 1_000

_Found = TypeVar("_Found")


class AccountsById(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class DomainsById(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""


class _Memory(Generic[_Found]):
    """Answers that are remembered for `GOOD_FOR`. A look-up that fails is remembered by nobody."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: dict[tuple[str, ...], tuple[float, _Found]] = {}

    def get(self, key: tuple[str, ...], look: Callable[[], _Found]) -> _Found:
        now = self._clock()
        kept = self._found.get(key)
        if kept is not None and now - kept[0] < GOOD_FOR:
            return kept[1]
        if len(self._found) >= _MOST:
            self._found.clear()
        found = look()
        self._found[key] = now, found
        return found


class LatelyAccounts:
    """Accounts as they were within the last second. `clock` is in seconds and only ever grows."""

    def __init__(self, accounts: AccountsById, clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._memory: _Memory[Account | None] = _Memory(clock)

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""
        return self._memory.get((account_id,), lambda: self._accounts.by_id(account_id))


class LatelyDomains:
    """Sending domains as they were within the last second. `clock` is in seconds and only ever grows."""

    def __init__(self, domains: DomainsById, clock: Callable[[], float]) -> None:
        self._domains = domains
        self._memory: _Memory[SendingDomain | None] = _Memory(clock)

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""
        return self._memory.get((account_id, domain_id), lambda: self._domains.by_id(account_id, domain_id))
