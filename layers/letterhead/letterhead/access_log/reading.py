"""Reading the access log: newest first, some of the calls or all, always a bounded piece of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.access_log.call import KEPT, LoggedCall
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST_READ = 1000
_READ_AT_ONCE = 250


@value_type
class CallQuery:
    """Which calls are wanted: at most `size`, older than the one of the id `after`; None leaves a filter out.

    `token` is a token's id or its preview.
    """

    size: int
    after: str | None = None
    route: str | None = None
    method: str | None = None
    status: int | None = None
    token: str | None = None
    domain_id: str | None = None

    @property
    def filters(self) -> bool:
        """Whether some calls may be left out."""
        wanted = (self.route, self.method, self.status, self.token, self.domain_id)
        return any(each is not None for each in wanted)

    def means(self, call: LoggedCall) -> bool:
        """Whether a call is wanted."""
        return (
            self.route in (None, call.route)
            and self.method in (None, call.method)
            and self.status in (None, call.status)
            and self.token in (None, call.token_id, call.token_preview)
            and self.domain_id in (None, call.domain_id)
        )


@value_type
class CallPage:
    """Some calls, newest first; `following` is the id behind which to go on, None at the end of what is kept."""

    calls: tuple[LoggedCall, ...]
    following: str | None


class KeptCalls(Protocol):
    """Where calls are kept."""

    def of_account(
        self, account_id: str, *, since: str, before: str | None, most: int
    ) -> Sequence[LoggedCall]:
        """At most so many of an account's calls, newest first, not older than the id `since` and older than `before`."""


def page_of(account_id: str, query: CallQuery, store: KeptCalls, now: datetime) -> CallPage:
    """The wanted calls of the last seven days.

    Without a filter it costs one read of the page's size. With one, at most `MOST_READ` calls are looked through: a page may then
    be short or even empty and still have one behind it.
    """
    since = identifiers.first_of(now - KEPT)
    found: list[LoggedCall] = []
    last, looked_at = query.after, 0
    while looked_at < MOST_READ:
        most = min(_READ_AT_ONCE, MOST_READ - looked_at) if query.filters else query.size + 1
        calls = store.of_account(account_id, since=since, before=last, most=most)
        for place, call in enumerate(calls):
            if len(found) == query.size:
                return CallPage(tuple(found), last)
            looked_at, last = looked_at + 1, call.call_id
            if query.means(call):
                found.append(call)
            if place + 1 == len(calls) < most:
                return CallPage(tuple(found), None)
        if not calls:
            return CallPage(tuple(found), None)
    return CallPage(tuple(found), last)
