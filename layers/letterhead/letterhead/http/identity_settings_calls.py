"""The settings of confirmation mails over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.dialects.mailersend import identity_settings as wire
from letterhead.identities.creation import UnknownDomainError
from letterhead.identities.settings import NamedDomains, SettingsStore, sender_for, with_sender

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.accounts.account import Account
    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request


class AccountLookup(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class IdentitySettingsCalls:
    """The calls on `/v1/identities/settings`."""

    def __init__(
        self,
        *,
        store: SettingsStore,
        domains: NamedDomains,
        accounts: AccountLookup,
        rules: wire.SettingsRules,
    ) -> None:
        self._store = store
        self._domains = domains
        self._accounts = accounts
        self._rules = rules

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "identities.settings": self.show,
            "identities.change_settings": self.change,
            "identities.preview_settings": self.preview,
        }

    def show(self, request: Request) -> Reply:
        """`GET /v1/identities/settings`."""
        return wire.shown(self._store.of_account(request.account_id))

    def change(self, request: Request) -> Reply:
        """`PUT /v1/identities/settings`."""
        wanted = wire.read_settings(request.json, self._rules)
        change = with_sender(wanted.change, wanted.sender, request.account_id, self._domains)
        return wire.shown(self._store.change(request.account_id, change))

    def preview(self, request: Request) -> Reply:
        """`POST /v1/identities/settings/preview`: what is stored, with what the body names otherwise."""
        wanted = wire.read_settings(request.json, self._rules)
        domain_id = wire.read_preview_domain(request.json)
        change = with_sender(wanted.change, wanted.sender, request.account_id, self._domains)
        domain = self._domains.by_id(request.account_id, domain_id) if domain_id else None
        if domain_id and domain is None:
            raise UnknownDomainError
        settings = self._store.of_account(request.account_id).changed(change)
        account = self._accounts.by_id(request.account_id)
        asker = account.name if account else ""
        name, shown_name = wire.sample_domain(domain)
        return wire.previewed(
            wire.Preview(
                settings=settings,
                sender=sender_for(settings, request.account_id, asker, name, self._domains),
                asker=asker,
                domain=shown_name,
                base_url=request.base_url,
                now=request.now,
            )
        )
