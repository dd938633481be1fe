"""One conversation with the DNS: its sockets, its deadline, its inquiries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from letterhead.adapters.dns_lookup.exchange import Exchange
from letterhead.adapters.dns_lookup.opinions import EveryServer
from letterhead.adapters.dns_lookup.resolution import Resolution
from letterhead.adapters.dns_lookup.zone_finding import Resolvers, ZoneFinder
from letterhead.domains.dns_answers import (
    Answer,
    Inquiry,
    Opinions,
    Question,
    Replies,
    SilenceReason,
    Unanswered,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from random import Random

    from letterhead.adapters.dns_lookup.system_resolvers import Address
    from letterhead.adapters.dns_lookup.zones import ZoneMemory

_T = TypeVar("_T")


class DnsConversation:
    """Inquiries that share one deadline and one set of sockets."""

    def __init__(
        self,
        resolvers: Sequence[Address],
        memory: ZoneMemory,
        random: Random,
        *,
        authoritative_port: int,
        allow_loopback: bool,
        seconds: float,
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._deadline = self._loop.time() + seconds
        self._exchange = Exchange(self._loop, random, self._deadline)
        asked = Resolvers(self._exchange, resolvers)
        finder = ZoneFinder(
            asked, memory, random, authoritative_port=authoritative_port, allow_loopback=allow_loopback
        )
        self._resolution = Resolution(self._exchange, asked, finder)
        self._every_server = EveryServer(self._resolution, finder)

    def ask(self, inquiry: Inquiry) -> Replies:
        """Everything asked at once and answered completely: what isn't answered in time is `Unanswered`."""
        return self._loop.run_until_complete(self._ask(inquiry))

    @property
    def packets_sent(self) -> int:
        """How many questions have gone out so far, to servers and resolvers."""
        return self._exchange.sent

    def close(self) -> None:
        """Give back the sockets."""
        try:
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            if left:
                self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._exchange.close()
        finally:
            self._loop.close()

    async def _ask(self, inquiry: Inquiry) -> Replies:
        zone = self._start(inquiry.zone, self._resolution.answer)
        resolver = self._start(inquiry.resolver, self._resolution.resolver_answer)
        opinions = self._start(inquiry.opinions, self._every_server.opinions)
        tasks = [*zone.values(), *resolver.values(), *opinions.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=max(self._deadline - self._loop.time(), 0))
        return Replies(
            {question: _result(task, _late(question)) for question, task in zone.items()},
            {question: _result(task, _late(question)) for question, task in resolver.items()},
            {question: _result(task, Opinions((), _late(question))) for question, task in opinions.items()},
        )

    def _start(
        self, questions: Iterable[Question], ask: Callable[[Question], Coroutine[Any, Any, _T]]
    ) -> dict[Question, asyncio.Task[_T]]:
        return {question: self._loop.create_task(ask(question)) for question in questions}


def _late(question: Question) -> Answer:
    return Unanswered(question, SilenceReason.TIMEOUT)


def _result(task: asyncio.Task[_T], late: _T) -> _T:
    if not task.done():
        task.cancel()
        return late
    return task.result()
