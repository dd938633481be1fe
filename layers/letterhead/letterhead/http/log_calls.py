"""The access log over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.access_log.reading import KeptCalls, page_of
from letterhead.dialects import logs as wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request


class LogCalls:
    """The calls; `operations` has them by the names of the table of routes."""

    def __init__(self, log: KeptCalls) -> None:
        self._log = log

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by its operation's name."""
        return {"logs.list": self.list}

    def list(self, request: Request) -> Reply:
        """The account's calls, newest first."""
        query = dict(request.query)
        page = page_of(request.account_id, wire.read_query(query), self._log, request.now)
        return wire.listed(page, query, request.base_url, request.dialect)
