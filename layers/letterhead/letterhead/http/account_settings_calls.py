"""An account's settings over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.accounts import standing
from letterhead.accounts.account import AccountChangedError
from letterhead.dialects import account_settings as wire
from letterhead.tokens.authority import check_own_secret
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request


class AccountSettingsCalls:
    """The calls; `operations` has them by the names of the table of routes."""

    def __init__(self, accounts: standing.SettingsStore, tokens: standing.StandingCopies) -> None:
        self._accounts = accounts
        self._tokens = tokens

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by its operation's name."""
        return {"account_settings.show": self.show, "account_settings.change": self.change}

    def show(self, request: Request) -> Reply:
        """The settings, as the token knows them."""
        return wire.shown(request.token.settings, request.dialect)

    def change(self, request: Request) -> Reply:
        """Change some settings. Raises `UnavailableError` when somebody else changes the account just now."""
        check_own_secret(request.token)
        try:
            account = standing.settle(
                request.account_id,
                wire.read_change(request.json),
                accounts=self._accounts,
                tokens=self._tokens,
                now=request.now,
            )
        except AccountChangedError as error:
            raise UnavailableError from error
        return wire.shown(account.settings, request.dialect)
