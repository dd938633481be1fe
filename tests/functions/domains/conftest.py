"""The domains function with everything around it: tables in moto, SES and DNS on loopback, and accounts with tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from tests.fakes.api_gateway import Answer


@dataclass(frozen=True)
class Account:
    """An account's tokens, by dialect."""

    account_id: str
    sendara: str
    sendmailos: str
    mailersend: str


class Domains:
    """The function, with calls as an account makes them."""

    def __init__(self, function, outside) -> None:
        self.function = function
        self.outside = outside

    def account(self) -> Account:
        now = datetime.now(UTC)
        account_id = identifiers.new_id(now)
        texts = {}
        for dialect in Dialect:
            made = issue(
                token_id=identifiers.new_id(now),
                account_id=account_id,
                dialect=dialect,
                name="first token",
                scopes=SCOPES[dialect],
                now=now,
            )
            TokenTable("TokensTable").add(made.token)
            texts[dialect.value] = made.text
        return Account(account_id, **texts)

    def register(self, account: Account, name: str = "mail.acme.com") -> Answer:
        return self.function.call("POST", "/v1/domains", account.sendara, json={"domain": name})

    def register_at_sendmailos(self, account: Account, name: str, **more: Any) -> Answer:
        return self.function.call("POST", "/api/v1/domains", account.sendmailos, json={"domain": name} | more)

    def show(self, account: Account, name_or_id: str) -> Answer:
        return self.function.call("GET", f"/v1/domains/{name_or_id}", account.sendara)

    def verify(self, account: Account, name_or_id: str) -> Answer:
        return self.function.call("POST", f"/v1/domains/{name_or_id}/verify", account.sendara)

    def list(self, account: Account) -> list[dict[str, Any]]:
        return self.function.call("GET", "/v1/domains", account.sendara).json["domains"]

    def list_at_sendmailos(self, account: Account) -> list[dict[str, Any]]:
        return self.function.call("GET", "/api/v1/domains", account.sendmailos).json["domains"]


@pytest.fixture
def domains(load, tables, outside) -> Domains:
    host, port = outside.dns
    function = load("domains", EMULATED="true", DNS_RESOLVERS=f"{host}:{port}")
    return Domains(function, outside)


@pytest.fixture
def mine(domains) -> Account:
    return domains.account()


@pytest.fixture
def theirs(domains) -> Account:
    return domains.account()
