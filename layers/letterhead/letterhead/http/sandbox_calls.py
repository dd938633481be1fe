"""Test recipients and what an account may do so far, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.sendara import sandbox as wire
from letterhead.domains.pages import DomainQuery
from letterhead.messages.sender import sends
from letterhead.sandbox.inviting import dismiss, invite, invite_again
from letterhead.sandbox.recipient import SandboxRecipient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.domains.pages import DomainList
    from letterhead.http.request import Request
    from letterhead.identities.addresses import AddressRules
    from letterhead.identities.limits import MailLimits
    from letterhead.sandbox.recipient import SandboxStore


class SandboxCalls:
    """The calls on `/v1/test-recipients`, and `/v1/account/verification`. `shared_sender` is the operator's, if it has one."""

    def __init__(
        self,
        *,
        store: SandboxStore,
        domains: DomainList,
        limits: MailLimits,
        addresses: AddressRules,
        shared_sender: str | None,
    ) -> None:
        self._store = store
        self._domains = domains
        self._limits = limits
        self._addresses = addresses
        self._shared_sender = shared_sender

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "sandbox.list": self.list,
            "sandbox.add": self.add,
            "sandbox.resend": self.resend,
            "sandbox.remove": self.remove,
            "sandbox.verification": self.verification,
        }

    def list(self, request: Request) -> Reply:
        """`GET /v1/test-recipients`."""
        return wire.listed(self._store.of_account_now(request.account_id), request.now)

    def add(self, request: Request) -> Reply:
        """`POST /v1/test-recipients`."""
        recipient = SandboxRecipient(
            account_id=request.account_id,
            recipient_id=identifiers.new_id(request.now),
            email=wire.read_invitation(request.json, self._addresses),
            created_at=request.now,
        )
        invite(recipient, store=self._store, limits=self._limits, now=request.now)
        return wire.added(recipient, request.now)

    def resend(self, request: Request) -> Reply:
        """`POST /v1/test-recipients/{recipient}/resend`."""
        recipient_id = wire.read_id(request.parameters["recipient"])
        invite_again(
            request.account_id, recipient_id, store=self._store, limits=self._limits, now=request.now
        )
        return wire.done()

    def remove(self, request: Request) -> Reply:
        """`DELETE /v1/test-recipients/{recipient}`."""
        dismiss(request.account_id, wire.read_id(request.parameters["recipient"]), store=self._store)
        return wire.done()

    def verification(self, request: Request) -> Reply:
        """`GET /v1/account/verification`: whether anything but the sandbox is open to the account.

        Looks at the 25 newest verified domains; costs two Queries.
        """
        page = self._domains.page(request.account_id, DomainQuery(verified=True, counted=False))
        live = any(sends(domain, request.dialect) for domain in page.domains)
        return wire.verification(live=live, shared_sender=self._shared_sender)
