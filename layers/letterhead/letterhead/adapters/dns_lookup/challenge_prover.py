"""The strict way to ask DNS, for proofs of ownership."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from letterhead.adapters.dns_lookup.system_resolvers import Address, system_resolvers
from letterhead.domains.ports import ChallengeAnswer, ChallengeResult

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


class ChallengeProver:
    """Asks for ownership challenges. The parameters are those of `DnsLookup`."""

    def __init__(
        self,
        resolvers: Sequence[Address] | None = None,
        *,
        authoritative_port: int = 53,
        allow_loopback: bool = False,
        random: Random | None = None,
    ) -> None:
        self._resolvers = tuple(resolvers) if resolvers else system_resolvers()
        self._authoritative_port = authoritative_port
        self._allow_loopback = allow_loopback
        self._random = random or secrets.SystemRandom()

    def ask(self, name: str, value: str, *, seconds: float) -> ChallengeResult:
        """Whether a TXT record of that very value stands at that very name. Not to be used inside a running event loop."""
        # asyncio and dnspython are imported by whoever really asks.
        import asyncio

        from letterhead.adapters.dns_lookup.challenge import StrictInquiry

        loop = asyncio.new_event_loop()
        inquiry = StrictInquiry(
            loop,
            self._resolvers,
            self._random,
            authoritative_port=self._authoritative_port,
            allow_loopback=self._allow_loopback,
            seconds=seconds,
        )
        try:
            return loop.run_until_complete(asyncio.wait_for(inquiry.result(name, value), seconds))
        except TimeoutError:
            return ChallengeResult(
                ChallengeAnswer.UNKNOWN, "The servers of the zone did not all answer in time."
            )
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            inquiry.close()
            loop.close()
