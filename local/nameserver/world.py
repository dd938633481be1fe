"""The zones and faults that the nameserver answers from, indexed so that a question costs the same with ten
thousand zones as with one."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

import dns.name
import dns.rdatatype

from local.nameserver.zones import HostedZone, read_zone

ROOT = read_zone(dns.name.root, "@ NS a.root-servers.net.", serial=1)


class Fault(StrEnum):
    """How a name misbehaves. It acts on the exact name, whatever type is asked."""

    SERVFAIL = "servfail"
    REFUSED = "refused"
    DROP = "drop"
    TRUNCATE = "truncate"


class World:
    """All there is: zones by origin, faults by name. Names are in lower case throughout."""

    def __init__(self) -> None:
        self._zones: dict[dns.name.Name, HostedZone] = {}
        self._ns_targets: Counter[dns.name.Name] = Counter(ROOT.ns_targets)
        self._above_zones: Counter[dns.name.Name] = Counter()
        self.faults: dict[dns.name.Name, Fault] = {}

    def put(self, zone: HostedZone) -> None:
        self.remove(zone.origin)
        self._zones[zone.origin] = zone
        self._ns_targets.update(zone.ns_targets)
        self._above_zones.update(upwards(zone.origin)[1:])

    def remove(self, origin: dns.name.Name) -> bool:
        zone = self._zones.pop(origin, None)
        if zone is None:
            return False
        # Counter's `-=` walks the whole counter; with thousands of zones only these keys may be touched.
        for counter, names in ((self._ns_targets, zone.ns_targets), (self._above_zones, upwards(origin)[1:])):
            for name in names:
                counter[name] -= 1
                if not counter[name]:
                    del counter[name]
        return True

    def origins(self) -> list[dns.name.Name]:
        return list(self._zones)

    def zone_of(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> HostedZone | None:
        """The zone that answers for a name, the longest that matches; for DS at a zone's own name the one above
        the cut, if it is here (RFC 4035 §3.1.4.1)."""
        matching = [self._zones[candidate] for candidate in upwards(name) if candidate in self._zones]
        if rdtype == dns.rdatatype.DS and len(matching) > 1 and matching[0].origin == name:
            return matching[1]
        return matching[0] if matching else None

    def is_ns_target(self, name: dns.name.Name) -> bool:
        """Does any NS record name this host?"""
        return name in self._ns_targets

    def is_above_a_zone(self, name: dns.name.Name) -> bool:
        """Is there a zone below this name, as below `com.` when `example.com.` is served?"""
        return name in self._above_zones


def upwards(name: dns.name.Name) -> list[dns.name.Name]:
    """The name, its parent, and so on to the root."""
    return [dns.name.Name(name.labels[index:]) for index in range(len(name.labels))]
