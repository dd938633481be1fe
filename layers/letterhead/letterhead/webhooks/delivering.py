"""Carrying out one attempt of a delivery, and deciding what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type
from letterhead.webhooks import circuit as circuits
from letterhead.webhooks.delivery import Attempt, Cause, Delivery, DeliveryStatus, Job, WebhookEvent, job_of
from letterhead.webhooks.schedule import LONGEST_QUEUE_DELAY, wait_after

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.webhooks.circuit import Circuit, Streaks
    from letterhead.webhooks.endpoint import Endpoint
    from letterhead.webhooks.fan_out import Jobs
    from letterhead.webhooks.schedule import Chance
    from letterhead.webhooks.sending import Outcome, Sending

# What three days of failing and twenty failures in a day are looked at for: see `judging`.
_LOOK_AFTER_FAILURES = 3
_GIVING_UP_AFTER = timedelta(days=3)


@value_type
class Loaded:
    """All that an attempt is made of, as it is now; None is for what is gone."""

    delivery: Delivery | None
    endpoint: Endpoint | None
    event: WebhookEvent | None
    circuit: Circuit | None

    @property
    def opened(self) -> Circuit | None:
        """The circuit, if it has been opened and not closed again."""
        return self.circuit if self.circuit is not None and self.circuit.has_opened else None


class DeliveryStore(Protocol):
    """Where deliveries and circuits are kept."""

    def load(self, job: Job) -> Loaded:
        """Everything about a job, strongly consistent."""

    def save(self, delivery: Delivery, *, before: Delivery) -> bool:
        """Store what has become of a delivery; False when it isn't any more what it was before."""

    def wait(self, delivery: Delivery) -> None:
        """Put a delivery among those that the sweep looks at; putting it there twice is once."""

    def open_circuit(self, circuit: Circuit, *, before: Circuit | None) -> None:
        """Store an open circuit, unless another attempt has opened it meanwhile."""

    def count_failure(self, endpoint_id: str, counted: Circuit | None, now: datetime) -> int:
        """Count a failure on a circuit that isn't open; how many there are in a row, 0 when somebody has opened it."""

    def take_probe(self, circuit: Circuit, now: datetime) -> bool:
        """Whether this attempt is the one that may probe."""

    def close_circuit(self, endpoint_id: str) -> None:
        """Forget a circuit."""


class Judges(Protocol):
    """Who looks whether an endpoint is to be warned of or given up; this act itself can't change one."""

    def ask(self, account_id: str, endpoint_id: str, *, gone: bool, now: datetime | None) -> None:
        """Have an endpoint looked at; `gone`: it answered 410. Raises `UnavailableError`."""


class Became(StrEnum):
    """What came of a job. `repeated`: it has been carried out already. `waits`: its endpoint is spared for now."""

    DELIVERED = "delivered"
    RETRIED = "retried"
    FAILED = "failed"
    REPEATED = "repeated"
    WAITS = "waits"


class Delivering:
    """The act, with what it needs. What waits for longer than `longest_delay` is left to the sweep."""

    def __init__(
        self,
        store: DeliveryStore,
        sending: Sending,
        jobs: Jobs,
        judges: Judges,
        streaks: Streaks,
        chance: Chance,
        *,
        longest_delay: timedelta = LONGEST_QUEUE_DELAY,
    ) -> None:
        self._store = store
        self._sending = sending
        self._jobs = jobs
        self._judges = judges
        self._streaks = streaks
        self._chance = chance
        self._longest_delay = longest_delay

    def carry_out(self, job: Job, now: datetime) -> Became:
        """Make the attempt that is due, unless it was made already. Raises `UnavailableError`: the queue brings it again.

        Who dies between the request and its record leaves the job in the queue, and the same request goes out again with the
        same id: a delivery may come twice, it is never lost.
        """
        loaded = self._store.load(job)
        delivery, endpoint = loaded.delivery, loaded.endpoint
        if delivery is None or not _is_due(delivery, job):
            return Became.REPEATED
        circuit = loaded.opened
        if endpoint is None or not endpoint.enabled:
            if circuit is not None:  # those that wait behind it are given up without waiting for probes
                self._store.close_circuit(delivery.endpoint_id)
            return self._give_up(delivery, job, Cause.ENDPOINT_DISABLED, now)
        if loaded.event is None:
            return self._give_up(delivery, job, Cause.EVENT_GONE, now)
        if circuit is not None and (circuit.is_open(now) or not self._store.take_probe(circuit, now)):
            return self._spare(delivery, job)
        outcome = self._sending.attempt(endpoint, loaded.event, now)
        tried = delivery.after(*([job.carried] if job.carried else []), outcome.attempt)
        if outcome.attempt.succeeded:
            return self._succeed(delivery, tried, circuit, now)
        if circuit is not None or self._is_fifth_in_a_row(endpoint.endpoint_id, loaded.circuit, now):
            before, circuit = circuit, circuits.opened(endpoint.endpoint_id, circuit, now)
            self._store.open_circuit(circuit, before=before)
        return self._retry(job, endpoint, delivery, tried, outcome, circuit, now)

    def _is_fifth_in_a_row(self, endpoint_id: str, counted: Circuit | None, now: datetime) -> bool:
        if self._streaks.failed(endpoint_id):
            return True
        if self._streaks.knows_success(endpoint_id, now):
            return False
        return self._store.count_failure(endpoint_id, counted, now) >= circuits.FAILURES_IN_A_ROW

    def _succeed(self, before: Delivery, tried: Delivery, circuit: Circuit | None, now: datetime) -> Became:
        self._store.save(tried.delivered(), before=before)
        self._streaks.succeeded(before.endpoint_id, now)
        if circuit is not None:
            self._store.close_circuit(before.endpoint_id)
        return Became.DELIVERED

    def _retry(
        self,
        job: Job,
        endpoint: Endpoint,
        before: Delivery,
        tried: Delivery,
        outcome: Outcome,
        circuit: Circuit | None,
        now: datetime,
    ) -> Became:
        if outcome.gone:
            self._judges.ask(endpoint.account_id, endpoint.endpoint_id, gone=True, now=job.now)
        became = self._follow(job, endpoint, before, tried, outcome, circuit, now)
        if not outcome.gone and _worth_a_look(tried, circuit, now):
            self._judges.ask(endpoint.account_id, endpoint.endpoint_id, gone=False, now=job.now)
        return became

    def _follow(
        self,
        job: Job,
        endpoint: Endpoint,
        before: Delivery,
        tried: Delivery,
        outcome: Outcome,
        circuit: Circuit | None,
        now: datetime,
    ) -> Became:
        """Record a failure, and have it tried again."""
        wait = None if outcome.gone else wait_after(tried.failures, endpoint.pace, outcome.wait, self._chance)
        if wait is None:
            self._store.save(tried.failed(), before=before)
            return Became.FAILED
        due = tried.due_at(now + wait)
        if wait <= self._longest_delay and circuit is None and not before.waiting:
            self._soon(job, before, due, wait)
        else:
            self._later(before, due)
        return Became.RETRIED

    def _soon(self, job: Job, before: Delivery, due: Delivery, wait: timedelta) -> None:
        """By the queue's own delay. The first failure is carried along: it is written with what comes of its repetition."""
        delay = int(wait.total_seconds())
        if due.failures == 1 and due.count == before.count + 1:
            self._jobs.put([replace(job, carried=due.attempts[-1])], delay_seconds=delay)
        elif self._store.save(due, before=before):
            self._jobs.put([job_of(due, now=job.now)], delay_seconds=delay)

    def _later(self, before: Delivery, due: Delivery) -> None:
        if not before.waiting:
            self._store.wait(due)
        self._store.save(replace(due, waiting=True), before=before)

    def _spare(self, delivery: Delivery, job: Job) -> Became:
        """Leave it to the sweep, which looks at circuits first; what was carried is written now."""
        tried = delivery.after(job.carried) if job.carried else delivery
        if not delivery.waiting:
            self._store.wait(delivery)
        if tried is not delivery or not delivery.waiting:
            self._store.save(replace(tried, waiting=True), before=delivery)
        return Became.WAITS

    def _give_up(self, delivery: Delivery, job: Job, cause: Cause, now: datetime) -> Became:
        attempt = Attempt(now, cause=cause)
        tried = delivery.after(*([job.carried] if job.carried else []), attempt)
        self._store.save(tried.failed(), before=delivery)
        return Became.FAILED


def _is_due(delivery: Delivery, job: Job) -> bool:
    """Whether nobody has carried out this very attempt yet."""
    return (
        delivery.status is DeliveryStatus.PENDING
        and delivery.count == job.count
        and delivery.round == job.round
    )


def _worth_a_look(tried: Delivery, circuit: Circuit | None, now: datetime) -> bool:
    since = [circuit.failing_since] if circuit else []
    since += [tried.attempts[0].at] if tried.attempts else []
    return (
        tried.failures >= _LOOK_AFTER_FAILURES or circuit is not None or now - min(since) >= _GIVING_UP_AFTER
    )
