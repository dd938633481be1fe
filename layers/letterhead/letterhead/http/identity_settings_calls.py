"""The settings of confirmation mails over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.dialects.mailersend import identity_settings as wire
from letterhead.identities.creation import UnknownDomainError
from letterhead.identities.settings import (
    NamedDomains,
    SettingsChange,
    SettingsStore,
    looked_at,
    sender_for,
    with_link_hosts,
    with_sender,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.accounts.account import Account
    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request
    from letterhead.identities.link_host import LinkHostCheck
    from letterhead.identities.settings import IdentitySettings


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
        link_hosts: LinkHostCheck,
        own_host: str | None = None,
    ) -> None:
        self._store = store
        self._domains = domains
        self._accounts = accounts
        self._rules = rules
        self._link_hosts = link_hosts
        self._own_host = own_host

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "identity_settings.show": self.show,
            "identity_settings.change": self.change,
            "identity_settings.preview": self.preview,
        }

    def show(self, request: Request) -> Reply:
        """`GET /v1/identities/settings`."""
        return self._shown(request, self._store.of_account(request.account_id))

    def change(self, request: Request) -> Reply:
        """`PUT /v1/identities/settings`."""
        wanted = wire.read_settings(request.json, self._rules)
        change = self._settled(wanted, request)
        return self._shown(request, self._store.change(request.account_id, change))

    def preview(self, request: Request) -> Reply:
        """`POST /v1/identities/settings/preview`: what is stored, with what the body names otherwise."""
        wanted = wire.read_settings(request.json, self._rules)
        domain_id = wire.read_preview_domain(request.json)
        change = self._settled(wanted, request)
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

    def _settled(self, wanted: wire.WantedSettings, request: Request) -> SettingsChange:
        change = with_sender(wanted.change, wanted.sender, request.account_id, self._domains)
        target = self._own_host or request.own_host
        return with_link_hosts(change, wanted.link_hosts, target, request.account_id, self._domains)

    def _shown(self, request: Request, settings: IdentitySettings) -> Reply:
        """The settings, after a look at the link hosts that weren't looked at of late."""
        seen = looked_at(settings, self._own_host or request.own_host, self._link_hosts, request.now)
        if seen != settings.link_hosts:
            settings = self._store.change(request.account_id, SettingsChange({"link_hosts": seen}))
        return wire.shown(settings)
