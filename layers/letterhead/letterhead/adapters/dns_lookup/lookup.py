"""Looking up records in the DNS."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from letterhead.adapters.dns_lookup.system_resolvers import Address, system_resolvers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from letterhead.adapters.dns_lookup.zones import ZoneMemory
    from letterhead.domains.dns_answers import Conversation


class DnsLookup:
    """Asks the DNS: the servers of each name's own zone, and the recursive resolvers to find and to replace them.

    `resolvers` None takes the system's. `authoritative_port` and `allow_loopback` are for a nameserver on this machine;
    without the latter only servers with global addresses are asked. `random` chooses ids, letters' case and servers.
    """

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
        self._memory: ZoneMemory | None = None

    @contextmanager
    def conversation(self, *, seconds: float) -> Iterator[Conversation]:
        """A conversation that ends, whatever DNS does, after this many seconds. Not to be used inside a running event loop."""
        # Importing dnspython takes as long as several requests; whoever never looks anything up doesn't pay for it.
        from letterhead.adapters.dns_lookup.dns_conversation import DnsConversation
        from letterhead.adapters.dns_lookup.zones import ZoneMemory

        if self._memory is None:
            self._memory = ZoneMemory()
        conversation = DnsConversation(
            self._resolvers,
            self._memory,
            self._random,
            authoritative_port=self._authoritative_port,
            allow_loopback=self._allow_loopback,
            seconds=seconds,
        )
        try:
            yield conversation
        finally:
            conversation.close()
