"""What follows a link that asks for somebody's consent, whatever it is for: GET looks, only the form's POST decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from letterhead.dialects.people.consent_form import read_press
from letterhead.identities.confirmation import Asked, LinkLookup, Matter, Opened, Pressed, look, press
from letterhead.identities.limits import AddressLedger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.accounts.account import Account
    from letterhead.http.request import PublicRequest

_A = TypeVar("_A", bound=Asked)


class Links(LinkLookup, AddressLedger, Protocol):
    """Where links are kept, and what is known of addresses."""


class AccountLookup(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class ConsentCalls(Generic[_A]):
    """A link as it is opened and as one of its buttons is pressed. `new_id` makes the id of an event."""

    def __init__(
        self, *, links: Links, matter: Matter[_A], accounts: AccountLookup, new_id: Callable[[datetime], str]
    ) -> None:
        self._links = links
        self._matter = matter
        self._accounts = accounts
        self._new_id = new_id

    def open(self, request: PublicRequest) -> tuple[Opened[_A], str]:
        """What the link in the path opens, and the name of the account that asks; empty where nobody does."""
        opened = look(request.parameters["link"], links=self._links, matter=self._matter, now=request.now)
        return opened, self._asker(opened)

    def press(self, request: PublicRequest) -> tuple[Pressed[_A], str]:
        """What the press in the body made of the link in the path, and the name of the account that asks."""
        decision, visit = read_press(request.body)
        pressed = press(
            request.parameters["link"],
            decision,
            visit,
            links=self._links,
            matter=self._matter,
            ledger=self._links,
            now=request.now,
            event_id=self._new_id(request.now),
        )
        return pressed, self._asker(pressed.opened)

    def _asker(self, opened: Opened[_A]) -> str:
        account = self._accounts.by_id(opened.asked.account_id) if opened.asked else None
        return account.name if account else ""
