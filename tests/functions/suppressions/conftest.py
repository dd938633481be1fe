"""The suppressions of an agency with two clients by domain, asked for with its tokens."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.sending_domains import NOW
from tests.fakes.suppressed import suppression


class Caller:
    """An agency with two clients by domain, and calls with its tokens."""

    def __init__(self, function) -> None:
        self._function = function
        self.agency = Agency()
        self.client = self.agency.domain("client.com")
        self.other = self.agency.domain("other.com")
        self.account_id = self.agency.account.account_id
        self.store = SuppressionTable("SuppressionsTable", OutboxTable("OutboxTable"))
        self._tokens = {dialect: self.agency.token(dialect).text for dialect in Dialect}

    def token(self, dialect=Dialect.MAILERSEND, **grant):
        return self.agency.token(dialect, **grant).text

    def __call__(self, method, path, dialect=Dialect.MAILERSEND, token=None, **request):
        return self._function.call(method, path, token or self._tokens[dialect], **request)

    def add(self, which, *recipients, domain=None, **more):
        body = {"domain_id": (domain or self.client).domain_id, "recipients": list(recipients), **more}
        return self("POST", f"/v1/suppressions/{which}", json=body)

    def shown(self, which, query="", **more):
        answer = self("GET", f"/v1/suppressions/{which}", query=query, **more)
        assert answer.status == 200, answer.text
        return [one.get("pattern") or one["recipient"]["email"] for one in answer.json["data"]]

    def remove(self, which, token=None, **body):
        return self("DELETE", f"/v1/suppressions/{which}", token=token, json=body)

    def look_up(self, recipient, **query):
        text = "&".join(f"{name}={quote(value)}" for name, value in {"recipient": recipient, **query}.items())
        return self("GET", "/v1/suppressions/lookup", query=text)

    def put(self, *args, **more):
        entry = suppression(*args, account_id=self.account_id, **more)
        self.store.add([entry], NOW)
        return entry


@pytest.fixture
def call(tables, load):
    return Caller(load("suppressions"))
