"""What the nameserver answers to a question: decisions only, no sockets.

As authority (RD=0): AA for what lies in a zone it has, the longest matching zone first; referrals at cuts whose
child it doesn't have; wildcards (RFC 4592); CNAME and DNAME followed through all zones it has (RFC 1034 §4.3.2,
RFC 6672); NODATA for empty non-terminals; NODATA and NXDOMAIN with the SOA (RFC 2308); REFUSED elsewhere.

As recursive resolver (RD=1, answers with RA): the same zones, and beneath them an empty root. A name in no zone
is NXDOMAIN with the root's SOA; a name above a zone, such as `com.` when `example.com.` is there, is NODATA with
it, and `.` itself has SOA and NS, so that a search for a zone cut climbs as on the internet and ends. A
delegation to a child that isn't here is lame (its servers are this one), hence SERVFAIL. There is no cache.

In both parts: a host that any NS record names has the address 127.0.0.1 whatever a zone says (an explicit
loopback address is kept), because the servers of every zone are this one; `localhost` and names below it are
loopback (RFC 6761 §6.3); ANY gets one RRset (RFC 8482 §4.1).
"""

from __future__ import annotations

import ipaddress

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset

from local.nameserver.world import ROOT, Fault, World, upwards
from local.nameserver.zones import DEFAULT_TTL, HostedZone

LOCALHOST = dns.name.from_text("localhost.")
EDNS_PAYLOAD = 1232
_MOST_CNAMES = 16
_LOOPBACK = {dns.rdatatype.A: "127.0.0.1", dns.rdatatype.AAAA: "::1"}
_BESIDE_CNAME = {dns.rdatatype.CNAME, dns.rdatatype.ANY, dns.rdatatype.RRSIG, dns.rdatatype.NSEC}
_NOT_IN_ZONES = {dns.rdatatype.AXFR, dns.rdatatype.IXFR, dns.rdatatype.MAILA, dns.rdatatype.MAILB}


def respond(query: dns.message.Message, world: World) -> dns.message.Message | None:
    """The whole response to a parsed query, or None where there is to be none."""
    if query.flags & dns.flags.QR:
        return None
    recursive = bool(query.flags & dns.flags.RD)
    response = dns.message.make_response(query, recursion_available=recursive, our_payload=EDNS_PAYLOAD)
    refusal = _refusal(query)
    if refusal is not None:
        response.set_rcode(refusal)
        return response
    question = query.question[0]
    name = question.name.canonicalize()
    match world.faults.get(name):
        case Fault.DROP:
            return None
        case Fault.SERVFAIL:
            response.set_rcode(dns.rcode.SERVFAIL)
        case Fault.REFUSED:
            response.set_rcode(dns.rcode.REFUSED)
        case _:
            _Answering(world, response, recursive).answer(name, question.rdtype)
    return response


def _refusal(query: dns.message.Message) -> dns.rcode.Rcode | None:
    if query.edns > 0:
        return dns.rcode.BADVERS
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    question = query.question[0]
    if question.rdclass != dns.rdataclass.IN or question.rdtype in _NOT_IN_ZONES:
        return dns.rcode.REFUSED
    if question.rdtype != dns.rdatatype.ANY and dns.rdatatype.is_metatype(question.rdtype):
        return dns.rcode.FORMERR
    return None


class _Answering:
    """One answer in the making: follows the names and fills the response's sections."""

    def __init__(self, world: World, response: dns.message.Message, recursive: bool) -> None:
        self._world = world
        self._response = response
        self._recursive = recursive

    def answer(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> None:
        seen: set[dns.name.Name] = set()
        next_name: dns.name.Name | None = name
        while next_name is not None:
            if next_name in seen or len(seen) > _MOST_CNAMES:
                self._response.set_rcode(dns.rcode.SERVFAIL)
                return
            seen.add(next_name)
            if len(seen) > 1 and self._is_broken(next_name):
                if self._recursive:
                    self._response.set_rcode(dns.rcode.SERVFAIL)
                return
            next_name = self._one_name(next_name, rdtype, first=len(seen) == 1)

    def _is_broken(self, name: dns.name.Name) -> bool:
        return self._world.faults.get(name, Fault.TRUNCATE) is not Fault.TRUNCATE

    def _one_name(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, first: bool
    ) -> dns.name.Name | None:
        """Answer for one name; the name to go on with when it is an alias."""
        if name.is_subdomain(LOCALHOST):
            self._add_loopback(name, rdtype, [dns.rdatatype.A, dns.rdatatype.AAAA])
            return None
        zone = self._world.zone_of(name, rdtype)
        if zone is None:
            self._outside_all_zones(name, rdtype, first)
            return None
        cut = next((candidate for candidate in _downwards(name, zone.origin) if candidate in zone.cuts), None)
        if cut is not None and not (cut == name and rdtype == dns.rdatatype.DS):
            if rdtype in _LOOPBACK and self._world.is_ns_target(name):
                self._add_ns_address(zone, name, rdtype)
            else:
                self._refer(zone, cut)
            return None
        if first:
            self._response.flags |= dns.flags.AA
        return self._in_zone(zone, name, rdtype)

    def _in_zone(
        self, zone: HostedZone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> dns.name.Name | None:
        for above in _downwards(name.parent(), zone.origin, with_origin=True) if name != zone.origin else ():
            dname = zone.rdataset(above, dns.rdatatype.DNAME)
            if dname is not None:
                return self._substitute(name, above, dname)
        is_ns_target = self._world.is_ns_target(name)
        if is_ns_target and rdtype in _LOOPBACK:
            self._add_ns_address(zone, name, rdtype)
            return None
        owner = _matching_owner(zone, name)
        if owner is None and not is_ns_target:
            self._response.set_rcode(dns.rcode.NXDOMAIN)
        if owner is None or owner not in zone.nodes:
            self._add_negative(zone)
            return None
        cname = zone.rdataset(owner, dns.rdatatype.CNAME)
        if cname is not None and rdtype not in _BESIDE_CNAME:
            self._add(self._response.answer, name, cname)
            aliased: dns.name.Name = cname[0].target.canonicalize()
            return aliased
        found = (
            zone.nodes[owner].rdatasets[0] if rdtype == dns.rdatatype.ANY else zone.rdataset(owner, rdtype)
        )
        if found is None:
            self._add_negative(zone)
        else:
            self._add(self._response.answer, name, found)
        return None

    def _substitute(
        self, name: dns.name.Name, owner: dns.name.Name, dname: dns.rdataset.Rdataset
    ) -> dns.name.Name | None:
        """The CNAME that a DNAME above the name makes of it (RFC 6672 §3)."""
        self._add(self._response.answer, owner, dname)
        try:
            target: dns.name.Name = name.relativize(owner).concatenate(dname[0].target)
        except dns.name.NameTooLong:
            self._response.set_rcode(dns.rcode.YXDOMAIN)
            return None
        cname = dns.rdataset.from_text("IN", "CNAME", dname.ttl, target.to_text())
        self._add(self._response.answer, name, cname)
        return target.canonicalize()

    def _outside_all_zones(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, first: bool) -> None:
        if self._world.is_ns_target(name):
            self._add_loopback(name, rdtype, [dns.rdatatype.A])
        elif self._recursive:
            if name == dns.name.root:
                self._in_zone(ROOT, name, rdtype)
                return
            if not self._world.is_above_a_zone(name):
                self._response.set_rcode(dns.rcode.NXDOMAIN)
            self._add_negative(ROOT)
        elif first:
            self._response.set_rcode(dns.rcode.REFUSED)

    def _refer(self, zone: HostedZone, cut: dns.name.Name) -> None:
        if self._recursive:
            self._response.set_rcode(dns.rcode.SERVFAIL)
            return
        ns = zone.nodes[cut].find_rdataset(dns.rdataclass.IN, dns.rdatatype.NS)
        self._add(self._response.authority, cut, ns)
        for target in {rdata.target.canonicalize() for rdata in ns}:
            if target.is_subdomain(zone.origin):
                glue = _ns_addresses(zone, target, dns.rdatatype.A)
                self._add(self._response.additional, target, glue)

    def _add_ns_address(self, zone: HostedZone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> None:
        addresses = _ns_addresses(zone, name, rdtype)
        if addresses:
            self._add(self._response.answer, name, addresses)
        else:
            self._add_negative(zone)

    def _add_loopback(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, types: list[dns.rdatatype.RdataType]
    ) -> None:
        if rdtype in types:
            found = dns.rdataset.from_text("IN", rdtype, DEFAULT_TTL, _LOOPBACK[rdtype])
            self._add(self._response.answer, name, found)
        else:
            self._add_negative(ROOT)

    def _add_negative(self, zone: HostedZone) -> None:
        self._add(self._response.authority, zone.origin, zone.negative_soa())

    @staticmethod
    def _add(section: list[dns.rrset.RRset], name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> None:
        section.append(dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset)))


def _ns_addresses(
    zone: HostedZone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> dns.rdataset.Rdataset:
    """Where an NS host is: its loopback addresses in the zone, else 127.0.0.1 and no IPv6 address."""
    written = zone.rdataset(name, rdtype) or ()
    kept = [rdata.address for rdata in written if ipaddress.ip_address(rdata.address).is_loopback]
    if not kept and rdtype == dns.rdatatype.A:
        kept = [_LOOPBACK[dns.rdatatype.A]]
    if not kept:
        return dns.rdataset.Rdataset(dns.rdataclass.IN, rdtype)
    return dns.rdataset.from_text_list("IN", rdtype, DEFAULT_TTL, kept)


def _matching_owner(zone: HostedZone, name: dns.name.Name) -> dns.name.Name | None:
    """The name in the zone whose records answer for `name`: itself, or the wildcard beside it (RFC 4592 §3.3.1)."""
    if name in zone.names:
        return name
    encloser = next(candidate for candidate in upwards(name.parent()) if candidate in zone.names)
    wildcard = dns.name.Name((b"*", *encloser.labels))
    return wildcard if wildcard in zone.names else None


def _downwards(name: dns.name.Name, origin: dns.name.Name, with_origin: bool = False) -> list[dns.name.Name]:
    """From just below the origin (or from it) down to the name."""
    most = len(name.labels) - len(origin.labels) + (1 if with_origin else 0)
    return list(reversed(upwards(name)[:most])) if most > 0 else []
