"""A write with an idempotency key is carried out once; its repetitions get the first answer."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from letterhead.dialects.problem import InvalidBodyError
from letterhead.dialects.reply import Reply
from letterhead.http.json_body import read_json_object
from letterhead.http.rendering import text_of
from letterhead.idempotency.answer import Answer, without_secrets
from letterhead.idempotency.fingerprint import fingerprint
from letterhead.idempotency.key import entry_name, key_in_body, key_in_header
from letterhead.idempotency.run import EntryStore, Run, begin, end
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from letterhead.http.event import HttpEvent
    from letterhead.http.routes import Route
    from letterhead.tokens.token import ApiToken

REPLAYED = "Idempotency-Replayed"
_KEY_FIELD = "idempotency_key"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Once:
    """Where runs and their answers are kept."""

    def __init__(self, store: EntryStore) -> None:
        self._store = store

    def carry_out(
        self, http: HttpEvent, token: ApiToken, route: Route, act: Callable[[], Reply], now: datetime
    ) -> Reply:
        """The reply of `act`, or the one that the same request with the same key got before.

        `act` never raises: its refusals are replies, for they are kept too. Raises `IdempotencyKeyError`, `KeyReusedError`,
        `InFlightError`, `AnswerNotKeptError`, and `UnavailableError` when the store can't say whether the request ran.
        """
        key = _key(http, route) if route.method in _WRITES else None
        if key is None:
            return act()
        entry = entry_name(token.token_id, route.method, route.path, http.parameters, key)
        return self._run(entry, fingerprint(http.body, http.query), act, now)

    def carry_out_one(
        self, body: Mapping[str, object], token: ApiToken, path: str, act: Callable[[], Reply], now: datetime
    ) -> Reply:
        """The same for one of many writes in a request, with a key in its own body: as if it had been posted to `path` alone."""
        key = key_in_body(body.get(_KEY_FIELD), _KEY_FIELD)
        if key is None:
            return act()
        entry = entry_name(token.token_id, "POST", path, {}, key)
        return self._run(entry, fingerprint(json.dumps(body).encode()), act, now)

    def _run(self, entry: str, asked: str, act: Callable[[], Reply], now: datetime) -> Reply:
        run = begin(self._store, entry=entry, fingerprint=asked, run_id=secrets.token_hex(8), now=now)
        if isinstance(run, Answer):
            return Reply(run.status, run.body, {**run.headers, REPLAYED: "true"}, run.content_type)
        reply = act()
        self._keep(run, reply)
        return reply

    def _keep(self, run: Run, reply: Reply) -> None:
        body = text_of(without_secrets(reply.body, reply.secrets))
        try:
            answer = Answer(reply.status, body, reply.content_type, dict(reply.headers), reply.provisional)
            end(self._store, run, answer)
        except UnavailableError:
            # The caller gets its answer; the key stays locked until the run's lock has passed.
            return


def _key(http: HttpEvent, route: Route) -> str | None:
    if route.key_in_body:
        with suppress(InvalidBodyError):  # a body that can't be read is refused by the operation
            key = key_in_body(read_json_object(http.body).get(_KEY_FIELD), _KEY_FIELD)
            if key is not None:
                return key
    return key_in_header(http.headers.get("idempotency-key"))
