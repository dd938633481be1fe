"""An account's tokens in memory: what their tables promise, without DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from letterhead.accounts.account import Account
from letterhead.domains.domain import SendingDomain
from letterhead.identities.identity import SenderIdentity
from letterhead.tokens.account_token import AccountToken, TokenChangedError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.management import TokenPage, TokenPageRequest


class InMemoryAccountTokens:
    """Every protocol of the concept that keeps an account's tokens; passes the same contract test as the tables.

    `used` are the days of last use by hash.
    """

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, Dialect, str], AccountToken] = {}
        self.used: dict[str, date] = {}

    def add(
        self, token: AccountToken, *, domain: SendingDomain | None, identity: SenderIdentity | None
    ) -> None:
        self._put(token)

    def by_id(self, account_id: str, dialect: Dialect, token_id: str) -> AccountToken | None:
        return self._tokens.get((account_id, dialect, token_id))

    def page(self, account_id: str, dialect: Dialect, request: TokenPageRequest) -> TokenPage:
        found = [token for token in self.of_account(account_id) if token.dialect is dialect][::-1]
        if request.size is None:
            return TokenPage(request, tuple(found), len(found))
        start = (request.number - 1) * request.size
        if request.after is not None:
            shown = [token for token in found if token.token_id < request.after][: request.size]
        else:
            shown = found[start : start + request.size]
        return TokenPage(request, tuple(shown), len(found))

    def of_account(self, account_id: str) -> Iterator[AccountToken]:
        held = [token for token in self._tokens.values() if token.account_id == account_id]
        return iter(sorted(held, key=lambda token: (token.dialect, token.token_id)))

    def restricted_to(
        self, account_id: str, *, domain_id: str | None = None, identity_id: str | None = None
    ) -> Iterator[AccountToken]:
        held = sorted(self.of_account(account_id), key=lambda token: token.token_id)
        if identity_id is not None:
            return iter([token for token in held if token.grant.identity_id == identity_id])
        return iter([token for token in held if token.grant.domain_id == domain_id])

    def with_last_use(self, tokens: Sequence[AccountToken]) -> tuple[AccountToken, ...]:
        return tuple(replace(token, last_used=self.used.get(token.token_hash)) for token in tokens)

    def save(self, token: AccountToken, *, before: AccountToken, now: datetime) -> AccountToken:
        return self._changed(token, before)

    def rotate(self, token: AccountToken, *, before: AccountToken) -> AccountToken:
        return self._changed(token, before)

    def remove(self, token: AccountToken) -> None:
        self._unchanged(token)
        del self._tokens[token.account_id, token.dialect, token.token_id]

    def end_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_id: str | None = None
    ) -> None:
        for token in self.restricted_to(account_id, domain_id=domain_id, identity_id=identity_id):
            self.remove(token)

    def end_all(self, account_id: str) -> None:
        for token in list(self.of_account(account_id)):
            self.remove(token)

    def copy_standing(self, account: Account, now: datetime) -> None:
        for token in list(self.of_account(account.account_id)):
            self._put(
                replace(
                    token,
                    account_suspended=account.is_suspended,
                    limits=account.limits,
                    settings=account.settings,
                )
            )

    def _changed(self, token: AccountToken, before: AccountToken) -> AccountToken:
        self._unchanged(before)
        return self._put(replace(token, revision=before.revision + 1))

    def _unchanged(self, token: AccountToken) -> None:
        kept = self.by_id(token.account_id, token.dialect, token.token_id)
        if kept is None or kept.revision != token.revision:
            raise TokenChangedError

    def _put(self, token: AccountToken) -> AccountToken:
        self._tokens[token.account_id, token.dialect, token.token_id] = token
        return token
