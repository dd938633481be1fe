"""Each store twice: in memory, as rules are tested with it, and as DynamoDB keeps it. Both pass the same tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from letterhead.adapters.tables import transactions
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.tokens.token import ApiToken
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.kept_tokens import keep
from tests.fakes.scripted_server import ScriptedServer, scripted_server
from tests.fakes.token_lookup import InMemoryTokens


class KeptTokens(TokenTable):
    """The table, with tokens put straight into it."""

    def add(self, token: ApiToken) -> None:
        keep(token)


@pytest.fixture
def domain_table(tables) -> DomainTable:
    return DomainTable("DomainsTable", ClaimTable("ClaimsTable"))


@pytest.fixture(params=["in memory", "in DynamoDB"])
def domains(request):
    return InMemoryDomains() if request.param == "in memory" else request.getfixturevalue("domain_table")


@pytest.fixture(params=["in memory", "in DynamoDB"])
def tokens(request):
    if request.param == "in memory":
        return InMemoryTokens()
    request.getfixturevalue("tables")
    return KeptTokens("TokensTable")


@pytest.fixture
def dynamodb_script(aws_environment, no_pauses, monkeypatch) -> Iterator[ScriptedServer]:
    """A DynamoDB that answers as it is told; nobody waits between two tries."""
    monkeypatch.setattr(transactions, "_PAUSE_SECONDS", 0)
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        connection.cache_clear()
        yield server
        connection().client.close()
        connection.cache_clear()
