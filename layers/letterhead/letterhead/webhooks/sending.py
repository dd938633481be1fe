"""One attempt: the request that an endpoint gets, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from letterhead.outbound.exchange import Deadlines, TimedOutError, UnreachableError
from letterhead.outbound.rules import NotAllowedError
from letterhead.tokens.dialect import Dialect
from letterhead.values import value_type
from letterhead.webhooks.delivery import MOST_ANSWER_BYTES, Attempt, Cause, WebhookEvent
from letterhead.webhooks.schedule import asked_wait
from letterhead.webhooks.signatures import Message, headers_of
from letterhead.webhooks.signing_secrets import KeyPairs, Sealer, from_bytes, signing

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from letterhead.outbound.exchange import OutboundHttp
    from letterhead.webhooks.endpoint import Endpoint

USER_AGENT = "Letterhead-Webhooks/1"
_MOST_READ = 64 * 1024
_GONE = 410
_DEADLINES = {Dialect.MAILERSEND: Deadlines(connect=3.0, whole=3.0)}  # contracts A.6
_OTHERS = Deadlines(connect=3.0, whole=15.0)


@value_type
class Rendered:
    """An event in an endpoint's words: its id and name there, and the body."""

    event_id: str
    event_name: str
    body: bytes


Renderer = Callable[["Endpoint", WebhookEvent], Rendered]


@value_type
class Outcome:
    """An attempt, and what the answer asks for: to wait, or never to come again (`gone`)."""

    attempt: Attempt
    wait: timedelta | None = None
    gone: bool = False


class Clock(Protocol):
    """The clock on the wall: a request's timestamp is the real one, whatever day its work is of."""

    def __call__(self) -> datetime:
        """The moment."""


class Sending:
    """The act, with what it needs."""

    def __init__(
        self, http: OutboundHttp, sealer: Sealer, pairs: KeyPairs, render: Renderer, clock: Clock
    ) -> None:
        self._http = http
        self._sealer = sealer
        self._pairs = pairs
        self._render = render
        self._clock = clock

    def request(
        self, endpoint: Endpoint, event: WebhookEvent, now: datetime
    ) -> tuple[Mapping[str, str], bytes]:
        """Headers and body for an event. Raises `UnavailableError` while the secrets can't be decrypted."""
        rendered = self._render(endpoint, event)
        secrets = from_bytes(self._sealer.open(endpoint.sealed, endpoint.endpoint_id.encode()))
        message = Message(rendered.event_id, rendered.event_name, self._clock(), rendered.body)
        signed_by = signing(secrets, endpoint.overlap_until, now)
        return {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            **headers_of(endpoint.dialect, message, signed_by, self._pairs),
        }, rendered.body

    def attempt(self, endpoint: Endpoint, event: WebhookEvent, now: datetime) -> Outcome:
        """Send one request; whatever goes wrong with the endpoint is an outcome. Raises `UnavailableError` for what is ours."""
        headers, body = self.request(endpoint, event, now)
        return post(self._http, endpoint.dialect, endpoint.url, headers, body, now)


def post(
    http: OutboundHttp, dialect: Dialect, url: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> Outcome:
    """One request to an endpoint: only a 2xx is success, a redirect is none and isn't followed."""
    deadlines = _DEADLINES.get(dialect, _OTHERS)
    try:
        answer = http.post(url, headers=headers, body=body, deadlines=deadlines, most_bytes=_MOST_READ)
    except NotAllowedError as error:
        return Outcome(Attempt(now, cause=Cause.NOT_ALLOWED, detail=error.reason.value))
    except TimedOutError:
        return Outcome(Attempt(now, int(deadlines.whole * 1000), cause=Cause.TIMEOUT))
    except UnreachableError as error:
        return Outcome(Attempt(now, cause=Cause.UNREACHABLE, detail=error.cause.value))
    attempt = Attempt(
        now,
        int(answer.seconds * 1000),
        answer.status,
        None if 200 <= answer.status < 300 else Cause.STATUS,
        answer=readable(answer.first_bytes[:MOST_ANSWER_BYTES]),
    )
    return Outcome(attempt, asked_wait(answer.status, answer.retry_after, now), answer.status == _GONE)


def readable(raw: bytes) -> str:
    """The beginning of an answer as text; what isn't text shows as U+FFFD."""
    text = raw.decode("utf-8", "replace")
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)
