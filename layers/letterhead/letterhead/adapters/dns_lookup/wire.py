"""DNS messages: questions into packets, packets into replies (RFC 1035 section 4, RFC 6891 for EDNS)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from letterhead.domains.dns_answers import Question
from letterhead.domains.records import RecordType

# What fits through every path without fragments (DNS flag day 2020).
UDP_PAYLOAD = 1232
_NUMBER = {one: int(dns.rdatatype.from_text(one)) for one in RecordType}
_TYPE = {number: one for one, number in _NUMBER.items()}
_OPT = struct.pack("!BHHIH", 0, 41, UDP_PAYLOAD, 0, 0)
_RECURSION_DESIRED = 0x0100
_CHECKING_DISABLED = 0x0010
_RESPONSE = 0x80


class MalformedError(Exception):
    """The bytes aren't an answer to the question."""


class UnaskableError(ValueError):
    """The name can't be put into a question: a label over 63 octets, or more than 255 in all."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A question as it is sent."""

    id: int
    wire: bytes
    question: bytes

    @property
    def end_of_question(self) -> int:
        """Where the question section ends, in the question and in every answer to it."""
        return 12 + len(self.question)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a reply. `values` has the text form of `Present.values`; an SOA's is its serial and its minimum."""

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
    """A parsed response."""

    def __init__(self, wire: bytes) -> None:
        """Raises `MalformedError`."""
        try:
            self._message = dns.message.from_wire(wire, one_rr_per_rrset=True, ignore_trailing=True)
        except (dns.exception.DNSException, ValueError, struct.error, IndexError, KeyError) as error:
            raise MalformedError(type(error).__name__) from error

    @property
    def rcode(self) -> dns.rcode.Rcode:
        """The response code, with EDNS's extension."""
        return self._message.rcode()

    @property
    def authoritative(self) -> bool:
        """The AA bit."""
        return bool(self._message.flags & dns.flags.AA)

    @property
    def truncated(self) -> bool:
        """The TC bit."""
        return bool(self._message.flags & dns.flags.TC)

    def answer(self) -> Iterator[Record]:
        """The records of the answer section, of the types that are asked for here."""
        return _records(self._message.answer)

    def authority(self) -> Iterator[Record]:
        """The records of the authority section."""
        return _records(self._message.authority)

    def additional(self) -> Iterator[Record]:
        """The records of the additional section."""
        return _records(self._message.additional)


def _records(section: list[dns.rrset.RRset]) -> Iterator[Record]:
    for rrset in section:
        kind = _TYPE.get(int(rrset.rdtype))
        if kind is not None and rrset.rdclass == 1:
            for rdata in rrset:
                yield Record(name_text(rrset.name), kind, rrset.ttl, _value(kind, rdata))


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
