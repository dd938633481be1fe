"""The pages behind a test recipient's link: GET shows, only the form's POST decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.people import invitation_page as pages
from letterhead.dialects.people.consent_form import read_press
from letterhead.identities.confirmation import Opened, look, press
from letterhead.sandbox.consent import consent_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from letterhead.dialects.reply import Reply
    from letterhead.http.confirmation_calls import AccountLookup, Links
    from letterhead.http.request import PublicRequest
    from letterhead.sandbox.recipient import SandboxRecipient, SandboxStore


class InvitationCalls:
    """The calls on `/test-recipients/{link}`. `new_id` makes the id of an event."""

    def __init__(
        self,
        *,
        links: Links,
        sandboxes: SandboxStore,
        accounts: AccountLookup,
        new_id: Callable[[datetime], str],
    ) -> None:
        self._links = links
        self._matter = consent_of(sandboxes)
        self._accounts = accounts
        self._new_id = new_id

    @property
    def operations(self) -> Mapping[str, Callable[[PublicRequest], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {"confirmations.show_invitation": self.show, "confirmations.answer_invitation": self.answer}

    def show(self, request: PublicRequest) -> Reply:
        """`GET /test-recipients/{link}`."""
        token = request.parameters["link"]
        opened = look(token, links=self._links, matter=self._matter, now=request.now)
        return pages.opened_page(opened, asker=self._asker(opened), token=token, now=request.now)

    def answer(self, request: PublicRequest) -> Reply:
        """`POST /test-recipients/{link}`."""
        token = request.parameters["link"]
        decision, visit = read_press(request.body)
        pressed = press(
            token,
            decision,
            visit,
            links=self._links,
            matter=self._matter,
            ledger=self._links,
            now=request.now,
            event_id=self._new_id(request.now),
        )
        return pages.pressed_page(pressed, asker=self._asker(pressed.opened), token=token, now=request.now)

    def _asker(self, opened: Opened[SandboxRecipient]) -> str:
        account = self._accounts.by_id(opened.asked.account_id) if opened.asked else None
        return account.name if account else ""
