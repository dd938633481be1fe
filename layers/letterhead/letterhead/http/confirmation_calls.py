"""The pages behind a confirmation link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.people import confirmation_page as pages
from letterhead.dialects.reply import Reply
from letterhead.identities.link_host import deployment_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.http.consent_calls import ConsentCalls
    from letterhead.http.request import PublicRequest
    from letterhead.identities.identity import SenderIdentity
    from letterhead.identities.settings import SettingsLookup


class ConfirmationCalls:
    """The calls on `/confirmations/{link}`; `deployment` names this deployment."""

    def __init__(
        self, consent: ConsentCalls[SenderIdentity], settings: SettingsLookup, deployment: str
    ) -> None:
        self._consent = consent
        self._settings = settings
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
        opened, asker = self._consent.open(request)
        return pages.opened_page(opened, asker=asker, token=request.parameters["link"], now=request.now)

    def decide(self, request: PublicRequest) -> Reply:
        """`POST /confirmations/{link}`."""
        pressed, asker = self._consent.press(request)
        return pages.pressed_page(
            pressed,
            asker=asker,
            token=request.parameters["link"],
            now=request.now,
            success_message=self._success_message(pressed.opened.asked),
        )

    def tell_deployment(self, _request: PublicRequest) -> Reply:
        """`GET /.well-known/letterhead`: by this a host that leads here is told from one that doesn't."""
        return Reply(200, deployment_token(self._deployment), content_type="text/plain; charset=utf-8")

    def _success_message(self, identity: SenderIdentity | None) -> str | None:
        if identity is None or not identity.is_confirmed:
            return None
        return self._settings.of_account(identity.account_id).success_message
