"""Logged calls, and a log in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from letterhead import identifiers
from letterhead.access_log.call import LoggedCall
from letterhead.tokens.dialect import Dialect
from tests.fakes.sending_domains import NOW

ACCOUNT = "0account0account"


def logged(seconds: float = 0, **changes: Any) -> LoggedCall:
    """A call that came so many seconds before `NOW`."""
    at: datetime = NOW - timedelta(seconds=seconds)
    facts: dict[str, Any] = {
        "call_id": identifiers.new_id(at),
        "account_id": ACCOUNT,
        "request_id": "request-1",
        "dialect": Dialect.MAILERSEND,
        "method": "GET",
        "route": "/v1/domains/{domain}",
        "status": 200,
        "token_id": "0token0token0tok",
        "token_preview": "mlsn.Ab1c…9xYz",
        "source_address": "203.0.113.9",
        "user_agent": "agency/1.0",
        "milliseconds": 12,
    }
    return LoggedCall(**facts | changes)


class InMemoryCalls:
    """A `KeptCalls` and a `CallLog`; `read` says how many calls each read gave."""

    def __init__(self, calls: Sequence[LoggedCall] = ()) -> None:
        self.calls = list(calls)
        self.read: list[int] = []

    def add(self, call: LoggedCall) -> None:
        self.calls.append(call)

    def of_account(
        self, account_id: str, *, since: str, before: str | None, most: int
    ) -> Sequence[LoggedCall]:
        kept = [
            call
            for call in sorted(self.calls, key=lambda call: call.call_id, reverse=True)
            if call.account_id == account_id
            and call.call_id >= since
            and (before is None or call.call_id < before)
        ]
        self.read.append(len(kept[:most]))
        return kept[:most]
