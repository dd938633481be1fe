"""Answering questions: from the servers of each name's own zone, and from recursive resolvers where those can't be reached."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.adapters.dns_lookup.exchange import Exchange, NoReplyError
from letterhead.adapters.dns_lookup.reading import (
    MOST_ALIASES,
    Elsewhere,
    Found,
    Nothing,
    Reading,
    Referral,
    Useless,
    read_authority,
)
from letterhead.adapters.dns_lookup.wire import MalformedError, UnaskableError
from letterhead.adapters.dns_lookup.zones import NoZone, Server, ZoneServers
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Present,
    Question,
    SilenceReason,
    Unanswered,
    Witness,
    Zone,
)
from letterhead.domains.records import RecordType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from letterhead.adapters.dns_lookup.zone_finding import Resolvers, ZoneFinder

# Half the world away is 0.3 s. With a resolver's two tries after these the whole stays below 3 s.
_TRY_SECONDS = (0.6, 0.8, 0.5)
_MOST_CUTS = 8
_STALE = (SilenceReason.REFUSED, SilenceReason.LAME)


@value_type
class Failed:
    """None of a zone's servers gave a usable reply: the first one's reason and name."""

    zone: ZoneServers
    reason: SilenceReason
    server: str | None


class Resolution:
    """Answers the questions of one conversation."""

    def __init__(self, exchange: Exchange, resolvers: Resolvers, finder: ZoneFinder) -> None:
        self._exchange = exchange
        self._resolvers = resolvers
        self._finder = finder

    async def answer(self, question: Question) -> Answer:
        """The answer of the name's own zone; aliases are followed from zone to zone."""
        return await _follow(question, self._step)

    async def resolver_answer(self, question: Question, *, unchecked: bool = False) -> Answer:
        """The recursive resolver's answer."""

        async def step(at: Question) -> Answer | Elsewhere:
            reading, asked, _ = await self._resolvers.read(at, unchecked=unchecked)
            return (
                reading
                if isinstance(reading, Elsewhere)
                else as_answer(reading, at, asked, None, Witness.RESOLVER)
            )

        return await _follow(question, step)

    async def at_authority(self, question: Question) -> Answer | Elsewhere | Failed | NoZone:
        """What the zone's own servers say of a name, its aliases not followed out of the zone."""
        zone = await self._finder.zone_of(question.name)
        for _ in range(_MOST_CUTS):
            if isinstance(zone, NoZone):
                return zone
            reading, server = await self._ask_in_turn(zone, question)
            if isinstance(reading, Referral):
                zone = await self._finder.enter(reading, zone)
                continue
            if isinstance(reading, Useless):
                again = (
                    await self._finder.search_again(question.name, zone) if reading.reason in _STALE else None
                )
                if again is not None:
                    zone = again
                    continue
                alias = (
                    await self._alias(zone, question) if reading.reason is SilenceReason.SERVFAIL else None
                )
                return alias or Failed(zone, reading.reason, server)
            if isinstance(reading, Elsewhere):
                return reading
            return as_answer(reading, question, server or "", zone.described(), Witness.AUTHORITY)
        return NoZone(SilenceReason.LAME)

    async def ask_server(
        self, zone: ZoneServers, server: Server, question: Question, *, seconds: float, tcp: bool = False
    ) -> Reading:
        """What one server of a zone says."""
        try:
            reply = await self._exchange.ask(server.address, question, seconds=seconds, tcp=tcp)
        except NoReplyError:
            zone.slow.add(server)
            return Useless(SilenceReason.TIMEOUT)
        except (MalformedError, UnaskableError):
            return Useless(SilenceReason.MALFORMED)
        zone.unreached = False
        return read_authority(reply, question, zone.apex)

    async def _step(self, question: Question) -> Answer | Elsewhere:
        said = await self.at_authority(question)
        if isinstance(said, Failed | NoZone):
            return await self._fall_back(question, said)
        return said

    async def _ask_in_turn(self, zone: ZoneServers, question: Question) -> tuple[Reading, str | None]:
        """The first usable reading of the zone's servers; the first useless one when there is none."""
        useless: tuple[Reading, str | None] | None = None
        servers = zone.in_turn()
        if zone.out_of_reach:
            return Useless(SilenceReason.TIMEOUT), str(servers[0])
        for at, seconds in enumerate(_TRY_SECONDS):
            if at >= max(len(servers), 2) or not servers:
                break
            server = servers[at % len(servers)]
            reading = await self.ask_server(zone, server, question, seconds=seconds)
            if not isinstance(reading, Useless):
                return reading, str(server)
            useless = useless or (reading, str(server))
        return useless or (Useless(SilenceReason.NO_SERVER), None)

    async def _alias(self, zone: ZoneServers, question: Question) -> Elsewhere | None:
        """The alias behind which a server's failure lies: some fail as a whole when a target of theirs leads nowhere."""
        if question.type is RecordType.CNAME:
            return None
        reading, _ = await self._ask_in_turn(zone, Question(question.name, RecordType.CNAME))
        return Elsewhere(reading.values[:1]) if isinstance(reading, Found) else None

    async def _fall_back(self, question: Question, said: Failed | NoZone) -> Answer | Elsewhere:
        """What the recursive resolver says instead. It stands in for servers that can't be reached at all; when they can be and
        failed to answer this one question, what it remembers of old is no proof that a record is gone."""
        zone = said.zone.described() if isinstance(said, Failed) else None
        stands_in = said.zone.unreached if isinstance(said, Failed) else said.reason is None
        reading, asked, _ = await self._resolvers.read(question)
        # Without the zone's SOA beside it (RFC 2308 section 2) it may be anybody in between who says that there is nothing.
        proven = stands_in and isinstance(reading, Nothing) and reading.apex is not None
        if isinstance(reading, Nothing | Useless) and not proven:
            reason = said.reason or (
                reading.reason if isinstance(reading, Useless) else SilenceReason.SERVFAIL
            )
            return Unanswered(question, reason, said.server or asked, zone=zone)
        if isinstance(reading, Elsewhere):
            return reading
        return as_answer(reading, question, asked, zone, Witness.RESOLVER if stands_in else Witness.CACHE)


async def _follow(question: Question, step: Callable[[Question], Awaitable[Answer | Elsewhere]]) -> Answer:
    """Ask for a name, then for each alias's target, until there is an answer that isn't another alias."""
    chain: tuple[str, ...] = ()
    at = question
    while True:
        said = await step(at)
        before = {question.name, *chain}
        loops = any(target in before for target in said.chain)
        chain += said.chain
        if loops:
            return Absent(question, AbsenceReason.CNAME_LOOP, "", chain=chain)
        if len(chain) > MOST_ALIASES:
            return Absent(question, AbsenceReason.CNAME_CHAIN_TOO_LONG, "", chain=chain[: MOST_ALIASES + 1])
        if not isinstance(said, Elsewhere):
            return replace(said, question=question, chain=chain) if chain else said
        at = Question(chain[-1], question.type)


def as_answer(
    reading: Found | Nothing | Referral | Useless,
    question: Question,
    server: str,
    zone: Zone | None,
    witness: Witness,
) -> Answer:
    """A reading as concepts see it."""
    match reading:
        case Found():
            return Present(question, reading.values, reading.ttl, server, reading.chain, witness, zone)
        case Nothing():
            if reading.apex is not None and (zone is None or reading.apex != zone.apex):
                zone = Zone(reading.apex, zone.servers if zone else ())
            return Absent(
                question, reading.reason, server, reading.negative_ttl, reading.chain, witness, zone
            )
        case Useless():
            return Unanswered(question, reading.reason, server or None, zone=zone)
        case Referral():
            return Unanswered(question, SilenceReason.LAME, server, zone=zone)
