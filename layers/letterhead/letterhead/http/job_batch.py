"""A batch of attempts that are due, made side by side: a slow endpoint keeps no other of its batch waiting."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from letterhead.http.api import utc_now
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools import Logger

    from letterhead.http.metrics import Metrics
    from letterhead.webhooks.delivering import Delivering
    from letterhead.webhooks.delivery import Job

AT_ONCE = 10


class JobBatch:
    """Lambda's handler of the queue of attempts. What isn't done stays in the queue, and comes again by itself."""

    def __init__(
        self,
        delivering: Delivering,
        read: Callable[[str], Job],
        logger: Logger,
        *,
        emulated: bool,
        metrics: Metrics | None = None,
    ) -> None:
        self._delivering = delivering
        self._read = read
        self._logger = logger
        self._emulated = emulated
        self._metrics = metrics
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="attempt")

    def __call__(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Carry out one batch; the answer names the messages that have to come again."""
        records = event["Records"]
        done = list(self._pool.map(self._carry_out, [record["body"] for record in records]))
        return {
            "batchItemFailures": [
                {"itemIdentifier": record["messageId"]}
                for record, is_done in zip(records, done, strict=True)
                if not is_done
            ]
        }

    def _carry_out(self, body: str) -> bool:
        line: dict[str, Any] = {}
        try:
            job = self._read(body)
            line = {"account": job.account_id, "endpoint": job.endpoint_id}
            line |= {"delivery": job.delivery_id, "event": job.event_id}
            now = job.now if self._emulated and job.now is not None else utc_now()
            began = time.monotonic()
            became = self._delivering.carry_out(job, now)
            if self._metrics is not None:
                self._metrics.took("WebhookDuration", "outcome", became.value, time.monotonic() - began)
        except UnavailableError as error:
            self._logger.warning("waits", extra={**line, "error": type(error).__name__})
            return False
        except Exception:  # what one attempt meets is no reason to make the others again
            self._logger.exception("failed", extra=line)
            return False
        self._logger.info(became.value, extra=line)
        return True
