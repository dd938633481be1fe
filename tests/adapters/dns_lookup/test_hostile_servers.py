"""Servers that mean harm: whatever they send, the verification ends in time, small, and without an exception."""

from __future__ import annotations

import asyncio
import struct
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import dns.flags
import dns.message
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letterhead.adapters.dns_lookup import resolution, zone_finding
from letterhead.adapters.dns_lookup.wire import MalformedError, Reply, encode
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.dns_answers import Absent, Present, Question, SilenceReason, Unanswered
from letterhead.domains.records import RecordPurpose, RecordStatus, RecordType
from letterhead.domains.verification import Verification, verify
from tests.adapters.dns_lookup.asking import ask
from tests.domains.diagnosis.cases import Case, master_line, required
from tests.domains.diagnosis.dns_world import SECOND, DnsWorld

NAME = "mail.acme.test"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
MOST_SECONDS, MOST_BYTES = 5.0, 64 * 2**20
Handler = Callable[[dns.message.Message, bool], bytes | None]


@pytest.fixture(autouse=True)
def half_the_patience(monkeypatch):
    """What these servers send is no answer however long it is waited for."""
    monkeypatch.setattr(resolution, "_TRY_SECONDS", tuple(one / 2 for one in resolution._TRY_SECONDS))
    monkeypatch.setattr(zone_finding, "_RESOLVER_SECONDS", zone_finding._RESOLVER_SECONDS / 2)


def answering(*lines: str, authoritative: bool = True) -> Handler:
    """Answers with these records, `name type value`, whatever was asked."""

    def handler(query: dns.message.Message, over_udp: bool) -> bytes:
        response = dns.message.make_response(query)
        if authoritative:
            response.flags |= dns.flags.AA
        for line in lines:
            name, kind, value = line.split(" ", 2)
            response.answer.append(dns.rrset.from_text(name, 300, "IN", kind, value))
        return response.to_wire(max_size=65535)

    return handler


def large_over_tcp(body: Callable[[dns.message.Message], bytes]) -> Handler:
    """Sends the asker to TCP, and there something large."""

    def handler(query: dns.message.Message, over_udp: bool) -> bytes:
        if over_udp:
            response = dns.message.make_response(query)
            response.flags |= dns.flags.TC | dns.flags.AA
            return response.to_wire()
        return body(query)

    return handler


def records(query: dns.message.Message, *sections: bytes, count: int) -> bytes:
    """A response whose answer section is put together by hand."""
    wire = query.to_wire()
    question = wire[12 : 12 + len(query.question[0].name.to_wire()) + 4]
    return struct.pack("!6H", query.id, 0x8400, 1, count, 0, 0) + question + b"".join(sections)


def txt_of_many_strings(query: dns.message.Message) -> bytes:
    strings = b"\x01a" * 10_000
    return records(query, b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 300, len(strings)) + strings, count=1)


def many_txt(query: dns.message.Message) -> bytes:
    return records(query, (b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 300, 2) + b"\x01a") * 4_600, count=4_600)


def long_names(query: dns.message.Message) -> bytes:
    """Records whose names and targets are each 126 labels long, by compression."""
    start = 12 + len(query.question[0].name.to_wire()) + 4
    first = b"\x01a" * 126 + b"\0" + struct.pack("!HHIH", 1, 1, 300, 4) + b"\1\2\3\4"
    pointer = struct.pack("!H", 0xC000 | start)
    return records(query, first, (pointer + struct.pack("!HHIH", 5, 1, 300, 2) + pointer) * 199, count=200)


def pointing_at_itself(query: dns.message.Message) -> bytes:
    start = 12 + len(query.question[0].name.to_wire()) + 4
    pointer = struct.pack("!H", 0xC000 | start)
    return records(query, pointer + struct.pack("!HHIH", 16, 1, 300, 2) + b"\x01a", count=1)


def chain_of_aliases(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    for at in range(150):
        name = NAME if at == 0 else f"c{at}.acme.test"
        response.answer.append(dns.rrset.from_text(name + ".", 300, "IN", "CNAME", f"c{at + 1}.acme.test."))
    return response.to_wire(max_size=65535)


def always(wire: Callable[[dns.message.Message], bytes]) -> Handler:
    """The same over UDP and TCP."""

    def handler(query: dns.message.Message, over_udp: bool) -> bytes:
        return wire(query)

    return handler


def header_alone(query: dns.message.Message) -> bytes:
    return query.to_wire()[:2] + b"\x84\x00" + bytes(8)


def truncated_again(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC | dns.flags.AA
    return response.to_wire()


def counts_that_lie(query: dns.message.Message) -> bytes:
    return struct.pack("!6H", query.id, 0x8400, 1, 65535, 65535, 65535) + query.to_wire()[12:]


def endless_spf(query: dns.message.Message) -> bytes:
    strings = " ".join(["v=spf1", *['"' + " a:x.test" * 25 + '"'] * 200])
    return answering(f"{NAME}. TXT {strings}")(query, False) or b""


HOSTILE: dict[str, Handler] = {
    "answers for other names": answering(
        'other.acme.test. TXT "v=spf1 include:amazonses.com ~all"', "other.test. MX 10 evil.test."
    ),
    "an answer of another zone": answering(f"{NAME}. CNAME bank.test.", 'bank.test. TXT "v=spf1 +all"'),
    "not authoritative": answering(f'{NAME}. TXT "v=spf1 -all"', authoritative=False),
    "garbage": always(lambda _: b"\xff" * 60_000),
    "an empty datagram": always(lambda _: b""),
    "a header alone": always(header_alone),
    "the question itself": always(lambda query: query.to_wire()),
    "counts that lie": always(counts_that_lie),
    "a pointer at itself": always(pointing_at_itself),
    "always truncated": always(truncated_again),
    "ten thousand strings": large_over_tcp(txt_of_many_strings),
    "thousands of records": large_over_tcp(many_txt),
    "names of 126 labels": large_over_tcp(long_names),
    "hundreds of aliases": large_over_tcp(chain_of_aliases),
    "an SPF record of thousands of terms": large_over_tcp(endless_spf),
    "a mail server with control characters": answering(f"{NAME}. MX 10 \\000\\001\\255\\010.test."),
    "bytes that are no text": answering(f'{NAME}. TXT "\\255\\254\\000v=spf1"'),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_other_records_are_verified_and_this_one_is_not(world: DnsWorld, hostile: Handler):
    verification = hurried(world, hostile, (RecordPurpose.MAIL_FROM_MX, RecordPurpose.MAIL_FROM_SPF))

    for row in verification.rows:
        if row.record.name == NAME:
            assert row.status is not RecordStatus.VERIFIED
            assert row.findings
            assert all(finding.as_dict() for finding in row.findings)
        else:
            assert row.status is RecordStatus.VERIFIED


def test_every_record_hostile_at_once_is_still_in_time(world: DnsWorld):
    verification = hurried(world, large_over_tcp(long_names), tuple(RecordPurpose))
    assert [row.status for row in verification.rows] == [RecordStatus.PENDING] * 6


def hurried(
    world: DnsWorld, hostile: Handler, purposes: tuple[RecordPurpose, ...], seconds: float = MOST_SECONDS
) -> Verification:
    """The verification of a zone in which these records are hostile, which costs little, whatever else the machine does."""
    case = Case("hostile", "RFC 1035 section 7.3")
    world.do(
        lambda: world.first.set_zone("acme.test", "".join(master_line(one) for one in required("acme.test")))
    )
    world.first.raw = {record.name: hostile for record in case.required if record.purpose in purposes}
    began, spent = time.monotonic(), time.process_time()
    verification = verify(case.check(), world.lookup(), now=NOW)
    assert (time.process_time() - spent < seconds, time.monotonic() - began < 4 * seconds) == (True, True)
    return verification


@pytest.mark.parametrize("hostile", ["ten thousand strings", "thousands of records", "names of 126 labels"])
def test_large_answers_take_little_memory(world: DnsWorld, hostile: str):
    tracemalloc.start()
    try:
        hurried(world, HOSTILE[hostile], tuple(RecordPurpose), seconds=2 * MOST_SECONDS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES


def test_a_server_that_drips_over_tcp_is_given_up(world: DnsWorld):
    """It sends to TCP by UDP, and there a byte every tenth of a second."""
    zone = "@ NS ns9\nns9 A 127.0.0.9\n"
    world.do(lambda: world.first.set_zone("acme.test", zone))
    drips = world.do_async(drip_server("127.0.0.9", world.port))
    try:
        began = time.monotonic()
        answer = ask(world.lookup(), NAME)
        assert not isinstance(answer, Present)
        assert time.monotonic() - began < MOST_SECONDS
    finally:
        world.do(drips.close)


async def drip_server(host: str, port: int) -> asyncio.Server:
    class Truncates(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
            self.transport = transport

        def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
            self.transport.sendto(data[:2] + b"\x86\x00" + data[4:6] + bytes(6) + data[12:], address)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for byte in struct.pack("!H", 60_000) + bytes(200):
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(0.1)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Truncates, local_addr=(host, port)
    )
    server = await asyncio.start_server(drip, host, port)
    close = server.close
    server.close = lambda: (close(), transport.close())  # type: ignore[method-assign, func-returns-value]
    return server


# --- forged answers -----------------------------------------------------------------------------------------------------


def test_an_answer_in_another_case_is_asked_for_again_over_tcp(world: DnsWorld):
    """A forger who can't see the question doesn't know its case (0x20); a server that changes it is no forger."""
    world.do(lambda: world.first.set_zone("acme.test", 'x TXT "true"'))
    over: list[bool] = []

    def in_lower_case(query: dns.message.Message, over_udp: bool) -> bytes:
        over.append(over_udp)
        forged = dns.message.from_wire(query.to_wire().lower() if over_udp else query.to_wire())
        forged.id = query.id
        return answering(f'x.acme.test. TXT "{"forged" if over_udp else "true"}"')(forged, over_udp)

    world.first.raw = {"x.acme.test": in_lower_case}
    answer = ask(world.lookup(), "x.acme.test")
    assert isinstance(answer, Present)
    assert answer.values == ("true",)
    assert over == [True, False]


@pytest.mark.parametrize("spoiled", ["id", "question", "type"])
def test_an_answer_to_something_else_is_not_taken(world: DnsWorld, spoiled: str):
    world.do(lambda: world.first.set_zone("acme.test", 'x TXT "true"'))

    def to_something_else(query: dns.message.Message, over_udp: bool) -> bytes:
        wire = bytearray(answering('x.acme.test. TXT "forged"')(query, over_udp) or b"")
        end = 12 + len(query.question[0].name.to_wire())
        at = {"id": 0, "question": 13, "type": end + 1}[spoiled]
        wire[at] ^= 0x01
        return bytes(wire)

    world.first.raw = {"x.acme.test": to_something_else}
    answer = ask(world.lookup(), "x.acme.test")
    assert isinstance(answer, Unanswered)
    assert answer.reason is SilenceReason.TIMEOUT


def test_questions_leave_from_different_ports_with_different_ids_and_in_mixed_case(world: DnsWorld):
    world.do(lambda: world.first.set_zone("acme.test", ""))
    seen: list[tuple[int, str]] = []

    def remember(query: dns.message.Message, over_udp: bool) -> bytes | None:
        seen.append((query.id, query.question[0].name.to_text()))
        return answering('abcdefghijklmnop.acme.test. TXT "x"')(query, over_udp)

    world.first.raw = {"abcdefghijklmnop.acme.test": remember}
    for _ in range(6):
        ask(world.lookup(), "abcdefghijklmnop.acme.test")
    assert len({identity for identity, _ in seen}) > 1
    assert len({name for _, name in seen}) > 1


def test_an_answer_from_another_address_is_not_taken(world: DnsWorld):
    """Only the server that was asked is listened to, at the address and port that were asked."""
    world.do(lambda: world.first.set_zone("acme.test", f"@ NS ns9\nns9 A 127.0.0.9\nx.acme.test. A {SECOND}"))
    assert isinstance(ask(world.lookup(), "x.acme.test"), Absent | Unanswered)


# --- any bytes ----------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_no_bytes_make_reading_raise_anything_but_malformed(
    body: bytes, answers: int, authorities: int, additionals: int
):
    packet = encode(Question(NAME, RecordType.TXT), Random(1))
    header = struct.pack("!6H", packet.id, 0x8400, 1, answers, authorities, additionals)
    try:
        reply = Reply(packet, header + packet.question + body)
    except MalformedError:
        return
    assert len(reply.answer) <= answers


def test_seen_is_unknown_when_nothing_follows_from_an_answer(world: DnsWorld):
    verification = hurried(world, HOSTILE["a pointer at itself"], (RecordPurpose.DMARC,))
    row = verification.row(RecordPurpose.DMARC)
    assert row is not None
    assert row.seen is Seen.UNKNOWN
