"""Finding the zone that a name lies in, and its servers, with the help of the recursive resolvers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from letterhead.adapters.dns_lookup.addresses import usable
from letterhead.adapters.dns_lookup.exchange import Exchange, NoReplyError
from letterhead.adapters.dns_lookup.reading import (
    Found,
    Nothing,
    Reading,
    Referral,
    Useless,
    addresses_of,
    is_within,
    read_resolver,
)
from letterhead.adapters.dns_lookup.wire import MalformedError, UnaskableError
from letterhead.adapters.dns_lookup.zones import NoZone, Server, ZoneMemory, ZoneServers, base_of, parents
from letterhead.domains.dns_answers import Question, SilenceReason
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from letterhead.adapters.dns_lookup.system_resolvers import Address

_RESOLVER_SECONDS = 0.7
_FEWEST_TRIES = 2
# Two servers answer for each other when one is down; more are resolved only to hear every one of them.
_FIRST_SERVERS = 2
# No zone has more than thirteen for a reason; a delegation to hundreds is there to keep us busy.
_MOST_SERVERS = 13
_NOTHING_CAME_ALONG: Mapping[str, tuple[str, ...]] = {}


class Resolvers:
    """The recursive resolvers, asked one after the other until one gives a usable reply."""

    def __init__(self, exchange: Exchange, addresses: Sequence[Address]) -> None:
        self._exchange = exchange
        self._addresses = addresses

    async def read(
        self, question: Question, *, unchecked: bool = False
    ) -> tuple[Reading, str, dict[str, tuple[str, ...]]]:
        """What the first of them that has something to say says, which one it is, and the addresses that came along."""
        tries = max(len(self._addresses), _FEWEST_TRIES)
        reading: Reading = Useless(SilenceReason.NO_SERVER)
        asked = ""
        for at in range(tries):
            address = self._addresses[at % len(self._addresses)]
            if at >= len(self._addresses) and reading != Useless(SilenceReason.TIMEOUT):
                break
            asked = f"resolver {address[0]}"
            try:
                reply = await self._exchange.ask(
                    address, question, seconds=_RESOLVER_SECONDS, recursion=True, unchecked=unchecked
                )
            except NoReplyError:
                reading = Useless(SilenceReason.TIMEOUT)
                continue
            except (MalformedError, UnaskableError):
                reading = Useless(SilenceReason.MALFORMED)
                continue
            reading = read_resolver(reply, question)
            if isinstance(reading, Found):
                return reading, asked, addresses_of(reading.values, reply.additional)
            if not isinstance(reading, Useless):
                break
        return reading, asked, {}


class ZoneFinder:
    """Finds zones for one conversation; several questions that need the same zone wait for one search."""

    def __init__(
        self,
        resolvers: Resolvers,
        memory: ZoneMemory,
        random: Random,
        *,
        authoritative_port: int,
        allow_loopback: bool,
    ) -> None:
        self._resolvers = resolvers
        self._memory = memory
        self._random = random
        self._port = authoritative_port
        self._allow_loopback = allow_loopback
        self._met: set[str] = set()
        self._recalled: list[ZoneServers] = []
        self._searches: dict[str, asyncio.Task[ZoneServers | NoZone]] = {}

    async def zone_of(self, name: str) -> ZoneServers | NoZone:
        """The deepest zone known that a name lies in, or the one found from the resolvers."""
        known = self._memory.enclosing(name, self._now())
        if known is None:
            return await self._search(base_of(name))
        if known.apex not in self._met:
            self._met.add(known.apex)
            self._recalled.append(known)
            known.forget_troubles()
        return known

    async def search_again(self, name: str, stale: ZoneServers) -> ZoneServers | NoZone | None:
        """The zone of a name once more, when the servers remembered from an earlier conversation don't serve it any more;
        None when they were found in this one."""
        if not any(stale is recalled for recalled in self._recalled):
            return None
        self._memory.forget(stale.apex)
        return await self._search(base_of(name))

    async def enter(self, referral: Referral, above: ZoneServers) -> ZoneServers:
        """The zone that a server of the zone above refers to. Addresses that came along count for names in that zone only."""
        glue = {name: found for name, found in referral.addresses.items() if is_within(name, above.apex)}
        zone = ZoneServers(referral.apex, referral.servers)
        zone.resolvers_fail = above.resolvers_fail
        await self._resolve(zone, _FIRST_SERVERS, glue)
        self._keep(zone, referral.ttl)
        return zone

    async def resolve_all(self, zone: ZoneServers, count: int) -> Sequence[Server]:
        """Every server of the zone, up to that number."""
        await self._resolve(zone, count, _NOTHING_CAME_ALONG)
        return zone.servers[:count]

    def _keep(self, zone: ZoneServers, ttl: int) -> None:
        self._met.add(zone.apex)
        self._memory.remember(zone, ttl, self._now())

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _search(self, base: str) -> ZoneServers | NoZone:
        task = self._searches.get(base)
        if task is None:
            task = self._searches[base] = asyncio.create_task(self._find(base))
        return await asyncio.shield(task)

    async def _find(self, base: str) -> ZoneServers | NoZone:
        """Climb from a name to the first zone cut. Where the resolvers fail on a name the search goes on above it: the servers
        there refer to the ones below, whatever keeps the resolvers from answering."""
        failed: NoZone | None = None
        for candidate in (base, *parents(base)):
            reading, asked, addresses = await self._resolvers.read(Question(candidate, RecordType.NS))
            found: ZoneServers | NoZone | None = None
            match reading:
                case Found(chain=()):
                    found = ZoneServers(candidate, reading.values)
                    await self._resolve(found, _FIRST_SERVERS, addresses)
                    self._keep(found, reading.ttl)
                case Nothing(chain=(), apex=str(apex)) if _lies_above(candidate, apex):
                    found = await self._search(apex)
                case Useless(reason=SilenceReason.TIMEOUT):
                    return NoZone(SilenceReason.TIMEOUT, asked)
                case Useless(reason=reason):
                    failed = failed or NoZone(reason, asked)
                case _:  # an alias, or a name of which nothing more is known: its parent may tell
                    pass
            if isinstance(found, ZoneServers) and failed is not None:
                found.resolvers_fail = True
            if found is not None:
                return found
        return failed or NoZone(None)

    async def _resolve(self, zone: ZoneServers, count: int, known: Mapping[str, tuple[str, ...]]) -> None:
        """Find addresses that may be asked for at least `count` of the zone's servers, if there are as many."""
        names = [name for name in zone.names if name not in zone.resolved]
        self._random.shuffle(names)
        names.sort(key=lambda name: name not in known)
        while names and len(zone.servers) < count and len(zone.resolved) < _MOST_SERVERS:
            batch, names = names[: count - len(zone.servers)], names[count - len(zone.servers) :]
            zone.resolved.update(batch)
            found = await asyncio.gather(*(self._addresses(name, known) for name in batch))
            for name, addresses in zip(batch, found, strict=True):
                fresh = [one for one in addresses if all(one != server.address for server in zone.servers)]
                zone.servers.extend(Server(name, address) for address in fresh[:1])

    async def _addresses(self, name: str, known: Mapping[str, tuple[str, ...]]) -> list[Address]:
        came_along = usable(known.get(name, ()), self._port, allow_loopback=self._allow_loopback)
        if came_along:
            return came_along
        for kind in (RecordType.A, RecordType.AAAA):
            reading, _, _ = await self._resolvers.read(Question(name, kind))
            if isinstance(reading, Found):
                return usable(reading.values, self._port, allow_loopback=self._allow_loopback)
            if isinstance(reading, Useless):
                break
        return []


def _lies_above(name: str, apex: str) -> bool:
    return apex not in (name, ".") and is_within(name, apex)
