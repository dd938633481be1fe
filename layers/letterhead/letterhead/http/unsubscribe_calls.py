"""The pages behind a link to unsubscribe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.people import unsubscribe_page as pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import PublicRequest
    from letterhead.messages.unsubscribing import Unsubscribing


class UnsubscribeCalls:
    """The calls on `/unsubscribe/{link}`."""

    def __init__(self, unsubscribing: Unsubscribing) -> None:
        self._unsubscribing = unsubscribing

    @property
    def operations(self) -> Mapping[str, Callable[[PublicRequest], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {"unsubscribes.show": self.show, "unsubscribes.carry_out": self.carry_out}

    def show(self, request: PublicRequest) -> Reply:
        """`GET /unsubscribe/{link}`."""
        found = self._unsubscribing.look(request.parameters["link"])
        return pages.unknown() if found is None else pages.asking(found)

    def carry_out(self, request: PublicRequest) -> Reply:
        """`POST /unsubscribe/{link}`: the page's button, or a mailbox provider's one click."""
        token = request.parameters["link"]
        if not pages.is_one_click(request.body, request.headers.get("content-type", "")):
            found = self._unsubscribing.look(token)
            return pages.unknown() if found is None else pages.asking(found, status=400)
        found = self._unsubscribing.carry_out(token, request.now)
        return pages.unknown() if found is None else pages.done(found)
