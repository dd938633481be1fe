"""The router with the real table of routes, operations that note what reached them, and its log in memory."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from letterhead.dialects.reply import Reply
from letterhead.http.api import Api
from letterhead.http.call_notes import CallLog
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.request import Request
from letterhead.http.routes import routes_of
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from tests.fakes.api_gateway import Answer, call
from tests.fakes.sending_domains import NOW
from tests.fakes.token_lookup import InMemoryTokens

_numbers = itertools.count()


class Door:
    """One function's router; `reached` are the requests that came through to an operation, with its name."""

    def __init__(
        self,
        function: str,
        *,
        gate: Gate | None = None,
        once: Once | None = None,
        access_log: CallLog | None = None,
    ) -> None:
        self.reached: list[tuple[str, Request]] = []
        self.acts: Callable[[Request], Reply] = lambda _: Reply(200, {"ok": True})
        self.tokens = InMemoryTokens()
        self.now = NOW
        self._log = io.StringIO()
        operations = {route.operation: self._operation(route.operation) for route in routes_of(function)}
        self.api = Api(
            function,
            operations,
            # Powertools keeps one handler for each service's name.
            logger=Logger(service=f"{function}-{next(_numbers)}", stream=self._log),
            metrics="letterhead-test",
            tokens=self.tokens,
            gate=gate,
            once=once,
            access_log=access_log,
            clock=lambda: self.now,
        )

    def token(self, dialect: Dialect, **changes: Any) -> str:
        """The text of a fresh token."""
        changes.setdefault("account_id", "0account0account")
        suspended = changes.pop("account_suspended", False)
        made = issue(
            **{
                "token_id": "0token0token0tok",
                "dialect": dialect,
                "name": "",
                "scopes": SCOPES[dialect],
                "now": NOW,
            }
            | changes
        )
        self.tokens.add(replace(made.token, account_suspended=suspended))
        return made.text

    def call(self, method: str, path: str, token: str | None = None, **request: Any) -> Answer:
        if token is not None:
            request["authorization"] = f"Bearer {token}"
        return call(self.api, method, path, **request)

    @property
    def log(self) -> str:
        return self._log.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines()]

    def _operation(self, name: str) -> Callable[[Request], Reply]:
        def act(request: Request) -> Reply:
            self.reached.append((name, request))
            return self.acts(request)

        return act


@pytest.fixture
def door() -> Door:
    return Door("domains")


@pytest.fixture
def page() -> Door:
    return Door("confirmations")
