"""What comes out of the queue of events: an event to be spread, an endpoint to be judged, or a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.http.api import utc_now
from letterhead.webhooks.fan_out import Announcement
from letterhead.webhooks.replaying import ReplayRequest

if TYPE_CHECKING:
    from datetime import datetime

    from aws_lambda_powertools import Logger

    from letterhead.webhooks.fan_out import FanOut
    from letterhead.webhooks.judging import Judging
    from letterhead.webhooks.replaying import Replaying, ReplayQueue


class LookRequest(Protocol):
    """An endpoint to be judged."""

    @property
    def account_id(self) -> str:
        """Its account."""

    @property
    def endpoint_id(self) -> str:
        """Which one."""

    @property
    def gone(self) -> bool:
        """Whether it answered 410."""

    @property
    def now(self) -> datetime | None:
        """The moment of the work that asked, in the local cloud."""


class WebhookDesk:
    """Who does each of them."""

    def __init__(
        self,
        fan_out: FanOut,
        judging: Judging,
        replaying: Replaying,
        replays: ReplayQueue,
        logger: Logger,
        *,
        emulated: bool,
    ) -> None:
        self._fan_out = fan_out
        self._judging = judging
        self._replaying = replaying
        self._replays = replays
        self._logger = logger
        self._emulated = emulated

    def take(self, request: Announcement | ReplayRequest | LookRequest) -> None:
        """Do what one message asks for; raises `UnavailableError` for what may pass."""
        now = utc_now()
        if isinstance(request, Announcement):
            deliveries = self._fan_out.spread(request, now)
            self._logger.info(
                "spread",
                extra={
                    "account": request.key.account_id,
                    "event": request.key.event_id,
                    "deliveries": deliveries,
                },
            )
        elif isinstance(request, ReplayRequest):
            again = self._replaying.some(request, self._replays, now)
            self._logger.info(
                "replayed",
                extra={"account": request.account_id, "endpoint": request.endpoint_id, "deliveries": again},
            )
        else:
            if self._emulated and request.now is not None:
                now = request.now
            verdict = self._judging.look(request.account_id, request.endpoint_id, gone=request.gone, now=now)
            self._logger.info(
                "judged",
                extra={"account": request.account_id, "endpoint": request.endpoint_id, "verdict": verdict},
            )
