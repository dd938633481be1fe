"""The function as Lambda loads it, and an agency whose clients ask it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency

NOW = datetime.now(UTC).replace(microsecond=0)


class Desk:
    """An agency with a domain, and its clients."""

    def __init__(self, function) -> None:
        self.function = function
        self.agency = Agency()
        self.domain = self.agency.domain("client.com")
        self.identity = self.agency.identity("amy@client.com", self.domain)
        self.tokens = {dialect: self.agency.token(dialect).text for dialect in Dialect}

    def mailersend(self, path: str, **query):
        return self._get(Dialect.MAILERSEND, path, query)

    def sendara(self, path: str, **query):
        return self._get(Dialect.SENDARA, path, query)

    def activity(self, domain=None, **query):
        span = {"date_from": seconds(NOW - timedelta(days=40)), "date_to": seconds(NOW + timedelta(hours=1))}
        domain = domain or self.domain
        return self.mailersend(f"/v1/activity/{domain.domain_id}", **{**span, **query})

    def follow(self, url: str):
        path, _, query = url.partition("?")
        path = "/" + path.split("/", 3)[3]
        return self.function.call("GET", path, self.tokens[Dialect.MAILERSEND], query=query)

    def _get(self, dialect: Dialect, path: str, query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self.function.call("GET", path, self.tokens[dialect], query=text)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@pytest.fixture
def desk(tables, load) -> Desk:
    return Desk(load("activity"))
