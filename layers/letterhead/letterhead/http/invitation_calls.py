"""The pages behind a test recipient's link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.people import invitation_page as pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.consent_calls import ConsentCalls
    from letterhead.http.request import PublicRequest
    from letterhead.sandbox.recipient import SandboxRecipient


class InvitationCalls:
    """The calls on `/test-recipients/{link}`."""

    def __init__(self, consent: ConsentCalls[SandboxRecipient]) -> None:
        self._consent = consent

    @property
    def operations(self) -> Mapping[str, Callable[[PublicRequest], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {"confirmations.show_invitation": self.show, "confirmations.answer_invitation": self.answer}

    def show(self, request: PublicRequest) -> Reply:
        """`GET /test-recipients/{link}`."""
        opened, asker = self._consent.open(request)
        return pages.opened_page(opened, asker=asker, token=request.parameters["link"], now=request.now)

    def answer(self, request: PublicRequest) -> Reply:
        """`POST /test-recipients/{link}`."""
        pressed, asker = self._consent.press(request)
        return pages.pressed_page(pressed, asker=asker, token=request.parameters["link"], now=request.now)
