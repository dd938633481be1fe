"""The pages behind a confirmation link: GET shows, only the form's POST decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.dialects.people import confirmation_page as pages
from letterhead.dialects.people.consent_form import read_press
from letterhead.dialects.reply import Reply
from letterhead.identities.confirmation import Decidable, LinkLookup, Opened, look, press
from letterhead.identities.decisions import consent_of
from letterhead.identities.limits import AddressLedger
from letterhead.identities.link_host import deployment_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from letterhead.accounts.account import Account
    from letterhead.http.request import PublicRequest
    from letterhead.identities.identity import SenderIdentity
    from letterhead.identities.settings import SettingsLookup


class Links(LinkLookup, AddressLedger, Protocol):
    """Where links are kept, and what is known of addresses."""


class AccountLookup(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class ConfirmationCalls:
    """The calls on `/confirmations/{link}`. `new_id` makes the id of an event; `deployment` names this deployment."""

    def __init__(
        self,
        *,
        links: Links,
        identities: Decidable[SenderIdentity],
        accounts: AccountLookup,
        settings: SettingsLookup,
        new_id: Callable[[datetime], str],
        deployment: str,
    ) -> None:
        self._links = links
        self._matter = consent_of(identities)
        self._accounts = accounts
        self._settings = settings
        self._new_id = new_id
        self._deployment = deployment

    @property
    def operations(self) -> Mapping[str, Callable[[PublicRequest], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "confirmations.show": self.show,
            "confirmations.decide": self.decide,
            "confirmations.tell_deployment": self.tell_deployment,
        }

    def show(self, request: PublicRequest) -> Reply:
        """`GET /confirmations/{link}`."""
        token = request.parameters["link"]
        opened = look(token, links=self._links, matter=self._matter, now=request.now)
        return pages.opened_page(opened, asker=self._asker(opened), token=token, now=request.now)

    def decide(self, request: PublicRequest) -> Reply:
        """`POST /confirmations/{link}`."""
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
        return pages.pressed_page(
            pressed,
            asker=self._asker(pressed.opened),
            token=token,
            now=request.now,
            success_message=self._success_message(pressed.opened),
        )

    def tell_deployment(self, _request: PublicRequest) -> Reply:
        """`GET /.well-known/letterhead`: by this a host that leads here is told from one that doesn't."""
        return Reply(200, deployment_token(self._deployment), content_type="text/plain; charset=utf-8")

    def _asker(self, opened: Opened[SenderIdentity]) -> str:
        account = self._accounts.by_id(opened.asked.account_id) if opened.asked else None
        return account.name if account else ""

    def _success_message(self, opened: Opened[SenderIdentity]) -> str | None:
        identity = opened.asked
        if identity is None or not identity.is_confirmed:
            return None
        return self._settings.of_account(identity.account_id).success_message
