"""Zones as they are served: a master file read, completed and indexed by name.

A master file (RFC 1035 §5) may be as short as the five records that somebody wants to try. What is missing
is added, so that the zone is a real one:

- no `$TTL`: records without a TTL of their own get 300 seconds;
- no NS at the apex: one NS, `ns1.local-nameserver.test.`, a name that can't meet the zone's own names;
- no SOA: one that names the first NS as primary, `hostmaster.<zone>`, a serial that rises with every change
  and 60 seconds for negative answers (RFC 2308 §5).

`$ORIGIN`, `$TTL` and `$GENERATE` work, `$INCLUDE` doesn't. Records outside the zone are ignored, as
nameservers do. The server checks what it would refuse to load: a CNAME beside other data (RFC 1034 §3.6.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.node
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.tokenizer
import dns.zone
import dns.zonefile

DEFAULT_TTL = 300
NEGATIVE_TTL = 60
OWN_NS = dns.name.from_text("ns1.local-nameserver.test.")


class ZoneError(Exception):
    """This text can't be served as that zone; the message says why, with the line where one is at fault."""


@dataclass(frozen=True)
class HostedZone:
    """One zone, ready to be asked.

    `nodes` are the names that hold records, `names` also the empty non-terminals above them (RFC 4592 §2.2.2),
    `cuts` the names below the apex that are delegated away, `ns_targets` the hosts that its NS records name.
    All names are in lower case.
    """

    origin: dns.name.Name
    nodes: dict[dns.name.Name, dns.node.Node]
    soa: dns.rdataset.Rdataset
    names: frozenset[dns.name.Name] = field(repr=False)
    cuts: frozenset[dns.name.Name]
    ns_targets: frozenset[dns.name.Name]

    def rdataset(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.rdataset.Rdataset | None:
        """The records of one type at a name of the zone, or None."""
        node = self.nodes.get(name)
        return node.get_rdataset(dns.rdataclass.IN, rdtype) if node is not None else None

    def negative_soa(self) -> dns.rdataset.Rdataset:
        """The SOA as a negative answer carries it: its TTL is the lesser of its own and MINIMUM (RFC 2308 §3)."""
        return dns.rdataset.from_rdata(min(self.soa.ttl, self.soa[0].minimum), *self.soa)


def read_origin(text: str) -> dns.name.Name:
    """The zone's name from what was typed: with or without the last dot, any case, IDN as A-labels."""
    try:
        origin = dns.name.from_text(text.strip()).canonicalize()
    except (dns.exception.DNSException, ValueError) as error:
        raise ZoneError(f"{text!r} is no zone name: {error}") from None
    return origin


def read_zone(origin: dns.name.Name, text: str, serial: int) -> HostedZone:
    """The zone `origin` from a master file; ZoneError says what is wrong with it.

    `serial` is used for the SOA that is added when the file has none.
    """
    zone = dns.zone.Zone(origin, relativize=False)
    try:
        with zone.writer(True) as writer:
            tokenizer = dns.tokenizer.Tokenizer(text.removeprefix("\ufeff"), str(origin))
            dns.zonefile.Reader(tokenizer, dns.rdataclass.IN, writer, default_ttl=DEFAULT_TTL).read()
    except (dns.exception.DNSException, ValueError) as error:
        raise ZoneError(f"zone {origin}: {str(error) or type(error).__name__}") from None

    apex = zone.find_node(origin, create=True)
    nodes = {name.canonicalize(): node for name, node in zone.nodes.items()}
    if apex.get_rdataset(dns.rdataclass.IN, dns.rdatatype.CNAME) is not None:
        raise ZoneError(f"zone {origin}: a CNAME can't stand at the zone's own name (RFC 1034 §3.6.2)")
    if apex.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NS) is None:
        apex.replace_rdataset(dns.rdataset.from_text("IN", "NS", DEFAULT_TTL, str(OWN_NS)))
    ns = apex.find_rdataset(dns.rdataclass.IN, dns.rdatatype.NS)
    soa = apex.get_rdataset(dns.rdataclass.IN, dns.rdatatype.SOA)
    if soa is None:
        soa = dns.rdataset.from_text(
            "IN",
            "SOA",
            DEFAULT_TTL,
            f"{ns[0].target} {_hostmaster(origin)} {serial} 3600 600 86400 {NEGATIVE_TTL}",
        )
        apex.replace_rdataset(soa)

    return HostedZone(
        origin=origin,
        nodes=nodes,
        soa=soa,
        names=frozenset(_with_ancestors(nodes, origin)),
        cuts=frozenset(
            name
            for name, node in nodes.items()
            if name != origin and node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NS) is not None
        ),
        ns_targets=frozenset(
            rdata.target.canonicalize()
            for node in nodes.values()
            for rdata in node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NS) or ()
        ),
    )


def _hostmaster(origin: dns.name.Name) -> dns.name.Name:
    try:
        return dns.name.Name((b"hostmaster", *origin.labels))
    except dns.name.NameTooLong:
        return origin


def _with_ancestors(nodes: dict[dns.name.Name, dns.node.Node], origin: dns.name.Name) -> set[dns.name.Name]:
    names = {origin}
    for node_name in nodes:
        name = node_name
        while name not in names:
            names.add(name)
            name = name.parent()
    return names
