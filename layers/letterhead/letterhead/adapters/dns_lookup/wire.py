"""DNS messages: questions into packets, packets into replies (RFC 1035 section 4, RFC 6891 for EDNS)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.wire

from letterhead.domains.records import RecordType
from letterhead.values import value_type

if TYPE_CHECKING:
    from random import Random

    from letterhead.domains.dns_answers import Question

# What fits through every path without fragments (DNS flag day 2020).
UDP_PAYLOAD = 1232
_NUMBER = {one: int(dns.rdatatype.from_text(one)) for one in RecordType}
_TYPE = {number: one for one, number in _NUMBER.items()}
_OPT = struct.pack("!BHHIH", 0, 41, UDP_PAYLOAD, 0, 0)
_IN = dns.rdataclass.IN
_OPT_NUMBER = 41
# The largest TXT answers in use have some sixty records; more are there to keep us busy.
_MOST_RECORDS = 200
_RECURSION_DESIRED = 0x0100
_CHECKING_DISABLED = 0x0010
_RESPONSE = 0x80


class MalformedError(Exception):
    """The bytes aren't an answer to the question."""


class UnaskableError(ValueError):
    """The name can't be put into a question: a label over 63 octets, or more than 255 in all."""


@value_type
class Packet:
    """A question as it is sent."""

    id: int
    wire: bytes
    question: bytes

    @property
    def end_of_question(self) -> int:
        """Where the question section ends, in the question and in every answer to it."""
        return 12 + len(self.question)


@value_type
class Record:
    """One record of a reply. `value` is in the text form of `Present.values`; an SOA's is its serial and its minimum."""

    name: str
    type: RecordType
    ttl: int
    value: str


def encode(
    question: Question,
    random: Random,
    *,
    recursion: bool = False,
    unchecked: bool = False,
    edns: bool = True,
    mixed_case: bool = True,
) -> Packet:
    """A packet that asks the question, under a random id and with the name in random case, so that a forged answer has to
    guess both (RFC 5452; draft-vixie-dnsext-dns0x20). Raises `UnaskableError`."""
    name = _name_to_wire(question.name)
    if mixed_case:
        name = _mixed(name, random)
    section = name + struct.pack("!HH", _NUMBER[question.type], 1)
    identity = random.getrandbits(16)
    flags = (_RECURSION_DESIRED if recursion else 0) | (_CHECKING_DISABLED if unchecked else 0)
    header = struct.pack("!HHHHHH", identity, flags, 1, 0, 0, 1 if edns else 0)
    return Packet(identity, header + section + (_OPT if edns else b""), section)


def answers_to(packet: Packet, wire: bytes) -> bool:
    """Whether these bytes are a response that repeats the question's id and the question itself, letter by letter."""
    return (
        len(wire) >= packet.end_of_question
        and wire[:2] == packet.wire[:2]
        and bool(wire[2] & _RESPONSE)
        and wire[12 : packet.end_of_question] == packet.question
    )


def repeats_in_other_case(packet: Packet, wire: bytes) -> bool:
    """Whether these bytes would answer the question but for the case of its letters."""
    return (
        len(wire) >= packet.end_of_question
        and wire[:2] == packet.wire[:2]
        and bool(wire[2] & _RESPONSE)
        and wire[12 : packet.end_of_question].lower() == packet.question.lower()
    )


def refuses_without_question(packet: Packet, wire: bytes) -> bool:
    """Whether these bytes are an error without a question section, as some servers send to what they don't like."""
    return (
        len(wire) == 12 and wire[:2] == packet.wire[:2] and bool(wire[2] & _RESPONSE) and bool(wire[3] & 0x0F)
    )


class Reply:
    """A response, read record by record with dnspython's parser. (`dns.message` would gather the records into sets; comparing
    their names costs a hostile message of long names seconds of CPU.)"""

    def __init__(self, packet: Packet, wire: bytes) -> None:
        """Read an answer to the packet. Raises `MalformedError`."""
        try:
            flags, _, answers, authorities, additionals = struct.unpack_from("!5H", wire, 2)
            self.authoritative = bool(flags & dns.flags.AA)
            self.truncated = bool(flags & dns.flags.TC)
            self.rcode = flags & 0x0F
            parser = dns.wire.Parser(wire, min(packet.end_of_question, len(wire)))
            self.answer = self._section(parser, answers)
            self.authority = self._section(parser, authorities)
            self.additional = self._section(parser, additionals)
        except (dns.exception.DNSException, ValueError, struct.error) as error:
            raise MalformedError(type(error).__name__) from error

    def _section(self, parser: dns.wire.Parser, count: int) -> list[Record]:
        """The records of a section, of the types that are asked for here."""
        records: list[Record] = []
        if self.truncated:
            return records
        if count > _MOST_RECORDS:
            raise MalformedError("too many records")
        for _ in range(count):
            name = dns.name.from_wire_parser(parser)
            number, rdclass, ttl, length = parser.get_struct("!HHIH")
            if number == _OPT_NUMBER:
                self.rcode |= ttl >> 24 << 4
            kind = _TYPE.get(number)
            if kind is None or rdclass != _IN:
                parser.get_bytes(length)
                continue
            with parser.restrict_to(length):
                rdata = dns.rdata.from_wire_parser(_IN, number, parser)
            records.append(Record(name_text(name), kind, ttl if ttl < 2**31 else 0, _value(kind, rdata)))
        return records


def _value(kind: RecordType, rdata: object) -> str:
    match kind:
        case RecordType.A | RecordType.AAAA:
            return str(rdata.address)  # type: ignore[attr-defined]
        case RecordType.CNAME | RecordType.NS:
            return name_text(rdata.target)  # type: ignore[attr-defined]
        case RecordType.MX:
            return f"{rdata.preference} {name_text(rdata.exchange)}"  # type: ignore[attr-defined]
        case RecordType.SOA:
            return f"{rdata.serial} {rdata.minimum}"  # type: ignore[attr-defined]
        case RecordType.TXT:
            return _text(b"".join(rdata.strings))  # type: ignore[attr-defined]


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def name_text(name: dns.name.Name) -> str:
    """A name in lower case without the trailing dot; the root is "."."""
    return name.to_text(omit_final_dot=True).lower()


def _name_to_wire(name: str) -> bytes:
    if "\\" in name or not name.isascii():
        try:
            return dns.name.from_text(name).to_wire() or b"\0"
        except (dns.exception.DNSException, UnicodeError) as error:
            raise UnaskableError(name) from error
    if name in ("", "."):
        return b"\0"
    labels = name.encode("ascii").split(b".")
    wire = b"".join(bytes((len(label),)) + label for label in labels if len(label) < 64) + b"\0"
    if len(wire) != len(name) + 2 or len(wire) > 255 or not all(labels):
        raise UnaskableError(name)
    return wire


def _mixed(name: bytes, random: Random) -> bytes:
    """The name with each letter's case chosen at random; length octets are below 64 and so are no letters."""
    bits = random.getrandbits(len(name))
    return bytes(
        octet ^ 0x20 if bits >> at & 1 and (65 <= octet <= 90 or 97 <= octet <= 122) else octet
        for at, octet in enumerate(name)
    )
