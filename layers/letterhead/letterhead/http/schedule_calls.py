"""Scheduled messages over HTTP: listed, shown, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.dialects.mailersend import schedules as wire
from letterhead.dialects.mailersend.ids import read_message_id
from letterhead.messages.message import MessageNotFoundError
from letterhead.messages.schedules import found, take_back

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.domains.domain import SendingDomain
    from letterhead.http.request import Request
    from letterhead.messages.schedules import ScheduledMessages


class ScheduleDomains(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""


class ScheduleCalls:
    """The calls. A restricted token sees and takes back its own domain's or identity's messages."""

    def __init__(self, store: ScheduledMessages, domains: ScheduleDomains) -> None:
        self._store = store
        self._domains = domains

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "schedules.list": self.list,
            "schedules.show": self.show,
            "schedules.cancel": self.cancel,
        }

    def list(self, request: Request) -> Reply:
        """`GET /v1/message-schedules`."""
        wanted = wire.read_list(request.query, request.token)
        messages = self._store.scheduled(request.account_id, wanted.query)
        return wire.listed(wanted, messages, request.base_url)

    def show(self, request: Request) -> Reply:
        """`GET /v1/message-schedules/{schedule}`."""
        message = found(self._store, request.token, _named(request))
        domain_id = message.domain_id
        domain = None if domain_id is None else self._domains.by_id(request.account_id, domain_id)
        return wire.shown(message, domain)

    def cancel(self, request: Request) -> Reply:
        """`DELETE /v1/message-schedules/{schedule}`."""
        take_back(self._store, request.token, _named(request))
        return wire.cancelled()


def _named(request: Request) -> str:
    message_id = read_message_id(request.parameters["schedule"])
    if message_id is None:
        raise MessageNotFoundError
    return message_id
