"""Which calls go into the access log, and in which words. A call never fails or waits long for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.access_log.call import LONGEST_USER_AGENT, LoggedCall
from letterhead.tokens.secret import without_secrets

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.http.event import HttpEvent
    from letterhead.tokens.token import ApiToken


class CallLog(Protocol):
    """Where calls are kept."""

    def add(self, call: LoggedCall) -> None:
        """Keep a call."""


class CallNotes:
    """Notes the calls of accounts that want it.

    A refusal that the limits didn't count (a paused token, another network, too many requests) is noted once a minute for each
    token and environment, so that a flood of them costs no write each.
    """

    def __init__(self, log: CallLog) -> None:
        self._log = log
        self._minute = -1
        self._uncounted: set[str] = set()

    def note(
        self,
        http: HttpEvent,
        route: str,
        token: ApiToken,
        *,
        counted: bool,
        status: int,
        seconds: float,
        domain_id: str | None,
        now: datetime,
    ) -> None:
        """Note a call whose token is known, if its account wants that; raises whatever the log raises."""
        if not token.settings.api_logging or not (counted or self._is_first(token, now)):
            return
        self._log.add(
            LoggedCall(
                call_id=identifiers.new_id(now),
                account_id=token.account_id,
                request_id=http.request_id,
                dialect=token.dialect,
                method=http.method,
                route=route,
                status=status,
                token_id=token.token_id,
                token_preview=token.preview,
                source_address=http.source_address,
                user_agent=_outline(http.headers.get("user-agent", "")),
                milliseconds=math.ceil(seconds * 1000),
                domain_id=domain_id,
            )
        )

    def _is_first(self, token: ApiToken, now: datetime) -> bool:
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._uncounted = minute, set()
        if token.token_hash in self._uncounted:
            return False
        self._uncounted.add(token.token_hash)
        return True


def _outline(user_agent: str) -> str:
    """What a client says that it is: one printable line, cut, with no token in it."""
    printable = "".join(
        character for character in user_agent if character.isascii() and character.isprintable()
    )
    return without_secrets(printable)[:LONGEST_USER_AGENT]
