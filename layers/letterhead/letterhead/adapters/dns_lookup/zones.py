"""The zones that names lie in, and their servers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from letterhead.domains.dns_answers import SilenceReason, Zone
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from letterhead.adapters.dns_lookup.system_resolvers import Address

# A customer who moves to another DNS host must not have the old one asked for long.
_LONGEST_MEMORY = 120.0


@value_type
class Server:
    """A zone's server: its name and one address of it."""

    name: str
    address: Address

    def __str__(self) -> str:
        return f"{self.name} ({self.address[0]})"


@dataclass(slots=True)
class ZoneServers:
    """A zone, its servers' names, and the addresses of those that have been resolved so far.

    `unreached` turns false with the first reply of any of them: then a question without an answer is that server's trouble
    and not a closed port 53.
    """

    apex: str
    names: tuple[str, ...]
    servers: list[Server] = field(default_factory=list)
    resolved: set[str] = field(default_factory=set)
    unreached: bool = True
    resolvers_fail: bool = False
    slow: set[Server] = field(default_factory=set)
    turn: int = 0

    def forget_troubles(self) -> None:
        """Give servers that kept an earlier conversation waiting another chance."""
        self.slow.clear()
        self.unreached = True

    @property
    def out_of_reach(self) -> bool:
        """Whether every server has kept us waiting and none has ever replied: port 53 is closed, or all are down."""
        return self.unreached and bool(self.servers) and self.slow.issuperset(self.servers)

    def described(self) -> Zone:
        """The zone as concepts see it."""
        return Zone(self.apex, self.names, self.resolvers_fail)

    def in_turn(self) -> list[Server]:
        """The servers in the order to ask them: each first in its turn, those that kept us waiting last."""
        self.turn += 1
        count = len(self.servers)
        rotated = [self.servers[(self.turn + at) % count] for at in range(count)]
        return sorted(rotated, key=self.slow.__contains__)


@value_type
class NoZone:
    """A name lies in no zone that can be found. `reason` None: because the name definitely doesn't exist."""

    reason: SilenceReason | None
    server: str | None = None


class ZoneMemory:
    """The zones known so far, each for a short time."""

    def __init__(self) -> None:
        self._zones: dict[str, tuple[ZoneServers, float]] = {}

    def enclosing(self, name: str, now: float) -> ZoneServers | None:
        """The deepest zone known that the name lies in."""
        labels = name.split(".")
        for at in range(len(labels)):
            known = self._zones.get(".".join(labels[at:]))
            if known is not None and known[1] > now:
                return known[0]
        return None

    def remember(self, zone: ZoneServers, ttl: int, now: float) -> None:
        """Keep a zone. Registries' zones of one label are left out: a question below them begins at the resolver."""
        if "." in zone.apex:
            self._zones[zone.apex] = (zone, now + min(ttl, _LONGEST_MEMORY))

    def forget(self, apex: str) -> None:
        """Drop a zone, for its servers turned out not to serve it."""
        self._zones.pop(apex, None)


def base_of(name: str) -> str:
    """Where to begin looking for a name's zone: below underscore names and host names there is rarely a cut, and a server of
    the zone above refers to the one below."""
    labels = name.split(".")
    for at in range(len(labels) - 1, -1, -1):
        if labels[at].startswith("_"):
            labels = labels[at + 1 :]
            return ".".join(labels) or name
    return ".".join(labels[1:]) if len(labels) > 2 else name


def parents(name: str) -> Iterable[str]:
    """The names above a name, nearest first."""
    labels = name.split(".")
    return (".".join(labels[at:]) for at in range(1, len(labels)))
