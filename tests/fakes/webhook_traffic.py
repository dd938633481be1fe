"""Thousands of deliveries over simulated days: Letterhead's own acts, in memory, on a clock that a simulation turns.

What an environment reads it reads when an attempt begins, and what it writes it writes when the answer is there, as on Lambda: so
environments that wait for a dead endpoint don't know of each other's time-outs. The queue is first come, first served, which is
worse for others than SQS's fair queues.
"""

from __future__ import annotations

import heapq
import itertools
import random
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from letterhead import identifiers
from letterhead.adapters.sodium import Ed25519, SealedBox
from letterhead.dialects.webhook_payloads import render
from letterhead.outbound.exchange import Answer, Cause, TimedOutError, UnreachableError
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.circuit import Streaks
from letterhead.webhooks.delivering import Delivering
from letterhead.webhooks.delivery import Delivery, DeliveryStatus, EventKey, Job, WebhookEvent
from letterhead.webhooks.endpoint import Endpoint, Subject
from letterhead.webhooks.fan_out import Announcement, FanOut
from letterhead.webhooks.judging import Judging
from letterhead.webhooks.replaying import Replaying, ReplayRequest
from letterhead.webhooks.sending import Sending
from letterhead.webhooks.signing_secrets import Secrets, new_secret, public_key_text, to_bytes
from letterhead.webhooks.sweeping import Sweep
from tests.fakes.delivery_store import InMemoryDeliveries, InMemoryEndpoints

BEGIN = datetime(2026, 6, 14, 9, tzinfo=UTC)
ACCOUNT = "0kx2m9ab1c3d4e5f"
ENVIRONMENTS, BATCH = 25, 10  # template.yaml: MaximumConcurrency, BatchSize
LIVE_SECONDS, HANG_SECONDS = 0.1, 15.0
HOW_DEAD = ("hangs", "refuses", "fails")


class OneKey:
    """A data key that is known already."""

    def current(self) -> tuple[bytes, bytes]:
        return b"k" * 32, b"encrypted"

    def decrypted(self, encrypted: bytes) -> bytes:
        return b"k" * 32


class _UnderWayError(BaseException):
    """An attempt's request has been sent; its answer comes later."""


class _Attempt:
    """The store as one attempt sees it: what it has read stays what it was, however long the answer takes."""

    def __init__(self, store: InMemoryDeliveries) -> None:
        self._store = store
        self._read: dict[str, Any] = {}

    def load(self, job: Job) -> Any:
        if "loaded" not in self._read:
            self._read["loaded"] = self._store.load(job)
        return self._read["loaded"]

    def take_probe(self, circuit: Any, now: datetime) -> bool:
        if "probe" not in self._read:
            self._read["probe"] = self._store.take_probe(circuit, now)
        return bool(self._read["probe"])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class Traffic:
    """One account's endpoints, some of them dead, and the environments that deliver to them.

    `received` has the ids that each live endpoint took, `finished` when each delivery was taken, in seconds.
    """

    def __init__(self, endpoints: int, dead: int) -> None:
        self._box, self._pairs = SealedBox(OneKey()), Ed25519()
        made = [self._endpoint(number) for number in range(endpoints)]
        step = endpoints // max(dead, 1)
        self.dead = {one.endpoint_id: HOW_DEAD[n % 3] for n, one in enumerate(made[step - 1 :: step][:dead])}
        self.endpoints = InMemoryEndpoints(made)
        self.store = InMemoryDeliveries(self.endpoints)
        self.now = BEGIN
        self.received: dict[str, set[str]] = {one.endpoint_id: set() for one in made}
        self.finished: dict[tuple[str, str], float] = {}
        self._serial = itertools.count()
        self._queue: list[tuple[datetime, int, Job]] = []
        self._answers: list[tuple[datetime, int, Any]] = []
        self._streaks = [Streaks() for _ in range(ENVIRONMENTS)]
        self._free = [(BEGIN, number) for number in range(ENVIRONMENTS)]
        self._sweep = Sweep(self.store, self)
        self._judging = Judging(self.endpoints, self.store, identifiers.new_id)
        self._is_answered = False

    # --- what Letterhead asks of the outside ---------------------------------------------------------------------------

    def put(self, jobs: Sequence[Job], *, delay_seconds: int = 0) -> None:
        """The queue of attempts."""
        for job in jobs:
            heapq.heappush(
                self._queue, (self.now + timedelta(seconds=delay_seconds), next(self._serial), job)
            )

    def ask(self, account_id: str, endpoint_id: str, *, gone: bool, now: datetime | None) -> None:
        """Have an endpoint judged, at once."""
        self._judging.look(account_id, endpoint_id, gone=gone, now=self.now)

    def post(self, url: str, *, headers: Any, **_: object) -> Answer:
        """An endpoint."""
        endpoint_id = url.rpartition("/")[2]
        how = self.dead.get(endpoint_id)
        if how == "hangs":
            raise TimedOutError
        if how == "refuses":
            raise UnreachableError(Cause.CONNECT, "")
        if how is None:
            self.received[endpoint_id].add(headers["webhook-id"])
        return Answer(500 if how else 200, b"", False, LIVE_SECONDS)

    # --- the simulation --------------------------------------------------------------------------------------------------

    def happen(self, events: int) -> None:
        """So many events at once, spread to all endpoints."""
        fan_out = FanOut(self.endpoints, self.store, self)
        for _ in range(events):
            key = EventKey(ACCOUNT, identifiers.new_id(self.now))
            data = {"name": "mail.acme.com", "status": "verified", "records": []}
            self.store.events[key.event_id] = WebhookEvent(key, "domain.verified", None, None, self.now, data)
            fan_out.spread(Announcement(key, Subject("domain.verified"), self.now), self.now)

    def run(self, until: datetime) -> None:
        """Attempts as they become due, until nothing is due before a moment."""
        while True:
            begins = max(self._free[0][0], self._queue[0][0]) if self._queue and self._free else None
            answered = self._answers[0][0] if self._answers else None
            moments = [moment for moment in (begins, answered) if moment is not None]
            if not moments or min(moments) > until:
                self.now = max(self.now, until)
                return
            self.now = max(self.now, min(moments))
            if answered is not None and answered <= min(moments):
                heapq.heappop(self._answers)[2]()
            else:
                self._begin_batch()

    def sweep(self) -> None:
        """What the schedule does every minute."""
        self._sweep.run(self.now, None)

    def replay_failed(self) -> None:
        """Enable what was disabled, and send again what failed."""
        for endpoint_id in self.dead:
            before = self.endpoints.kept[endpoint_id]
            self.endpoints.kept[endpoint_id] = replace(before.switched(True), updated_at=self.now)
        self.dead = {}
        replaying = Replaying(self.store, self)
        for endpoint_id in self.endpoints.kept:
            self._replay(replaying, ReplayRequest(ACCOUNT, endpoint_id, BEGIN, self.now, only_failed=True))

    def count(self, status: DeliveryStatus, endpoint_id: str | None = None) -> int:
        """How many deliveries, of all endpoints or of one, are so."""
        return sum(
            one.status is status and endpoint_id in (None, one.endpoint_id)
            for one in self.store.kept.values()
        )

    def _replay(self, replaying: Replaying, request: ReplayRequest) -> None:
        class Rest:
            def ask_replay(_, rest: ReplayRequest) -> None:  # noqa: N805 - `self` is the traffic
                self._replay(replaying, rest)

        replaying.some(request, Rest(), self.now)

    def _begin_batch(self) -> None:
        began, environment = self.now, heapq.heappop(self._free)[1]
        ends = [began]
        for _ in range(BATCH):
            if not self._queue or self._queue[0][0] > began:
                break
            ends.append(self._begin(heapq.heappop(self._queue)[2], environment))
        heapq.heappush(self._free, (max(ends), environment))

    def _begin(self, job: Job, environment: int) -> datetime:
        """Begin one attempt; when it ends."""
        began, seen = self.now, _Attempt(self.store)
        act = Delivering(
            seen,
            _Sending(self, self._box, self._pairs, render, lambda: began),
            self,
            self,
            self._streaks[environment],
            random.Random(next(self._serial)).random,
        )
        try:
            act.carry_out(job, began)
        except _UnderWayError:
            seconds = HANG_SECONDS if self.dead.get(job.endpoint_id) == "hangs" else LIVE_SECONDS
            ends = began + timedelta(seconds=seconds)
            heapq.heappush(self._answers, (ends, next(self._serial), lambda: self._end(act, job, began)))
            return ends
        return began

    def _end(self, act: Delivering, job: Job, began: datetime) -> None:
        self._is_answered = True
        try:
            act.carry_out(job, began)
        finally:
            self._is_answered = False
        key = (job.endpoint_id, job.delivery_id)
        kept: Delivery = self.store.kept[key]
        if kept.status is DeliveryStatus.DELIVERED:
            self.finished.setdefault(key, (self.now - BEGIN).total_seconds())

    def _endpoint(self, number: int) -> Endpoint:
        endpoint_id = identifiers.new_id(BEGIN - timedelta(days=1, seconds=number))
        secret = new_secret(Dialect.SENDARA, secrets.token_bytes)
        return Endpoint(
            account_id=ACCOUNT,
            endpoint_id=endpoint_id,
            dialect=Dialect.SENDARA,
            url=f"https://hooks.acme.com/{endpoint_id}",
            events=(),
            sealed=self._box.seal(to_bytes(Secrets(secret)), endpoint_id.encode()),
            public_key=public_key_text(secret, self._pairs),
            created_at=BEGIN - timedelta(days=1),
            updated_at=BEGIN - timedelta(days=1),
        )


class _Sending(Sending):
    """The act of sending, which has its answer only once it has come."""

    def attempt(self, *given: Any) -> Any:
        traffic: Any = self._http
        if not traffic._is_answered:
            raise _UnderWayError
        return super().attempt(*given)
