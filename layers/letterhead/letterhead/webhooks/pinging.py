"""MailerSend's ping: an endpoint has to take one before it is stored (contracts A.6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.event_names import TEST
from letterhead.webhooks.sending import USER_AGENT, post
from letterhead.webhooks.signatures import mailersend_ping_headers

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.outbound.exchange import OutboundHttp
    from letterhead.webhooks.delivery import Attempt

PING_MESSAGE = "This is a ping test message"


class PingFailedError(Exception):
    """The endpoint didn't answer the ping by a 2xx; the attempt says what it did."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.cause)
        self.attempt = attempt


class Ping:
    """The act, with the HTTP that it needs."""

    def __init__(self, http: OutboundHttp) -> None:
        self._http = http

    def __call__(self, url: str, now: datetime) -> None:
        """Send a ping, signed with MailerSend's published test secret; raises `PingFailedError`."""
        told = {"type": TEST, "message": PING_MESSAGE, "created_at": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}"}
        body = json.dumps(told, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            **mailersend_ping_headers(body),
        }
        outcome = post(self._http, Dialect.MAILERSEND, url, headers, body, now)
        if not outcome.attempt.succeeded:
            raise PingFailedError(outcome.attempt)
