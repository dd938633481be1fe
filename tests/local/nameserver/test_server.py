"""The nameserver's sockets: sizes, TCP, faults by name, and packets that are no queries."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import time

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.nameserver import Nameserver

LONG = "\n".join(f'@ TXT "{number:03d} {"x" * 200}"' for number in range(20))


def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp(nameserver):
    nameserver.set_zone("long.com", LONG)

    cut = nameserver.ask("long.com", "TXT")
    whole = nameserver.ask("long.com", "TXT", tcp=True)

    assert cut.flags & dns.flags.TC
    assert len(cut.to_wire()) <= 1232
    assert not whole.flags & dns.flags.TC
    assert len(whole.answer[0]) == 20


@pytest.mark.parametrize(("payload", "fits"), [(512, False), (1232, True), (4096, True)])
def test_an_answer_keeps_to_the_size_that_the_asker_takes(nameserver, payload, fits):
    nameserver.set_zone("mid.com", "\n".join(f'@ TXT "{number} {"x" * 200}"' for number in range(4)))

    answer = nameserver.ask("mid.com", "TXT", payload=payload)

    assert bool(answer.flags & dns.flags.TC) is not fits


def test_several_questions_go_over_one_connection(nameserver):
    nameserver.set_zone("a.com", "@ A 192.0.2.1")
    queries = [dns.message.make_query(name, "A") for name in ("a.com", "b.a.com")]

    with socket.create_connection((nameserver.host, nameserver.port)) as connection:
        connection.sendall(b"".join(query.to_wire(prepend_length=True) for query in queries))
        with connection.makefile("rb") as stream:
            answers = [read_over_tcp(stream) for _ in queries]

    assert [answer.id for answer in answers] == [query.id for query in queries]
    assert [answer.rcode() for answer in answers] == [dns.rcode.NOERROR, dns.rcode.NXDOMAIN]


def read_over_tcp(stream):
    (length,) = struct.unpack("!H", stream.read(2))
    return dns.message.from_wire(stream.read(length))


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("mode", "rcode"), [("servfail", dns.rcode.SERVFAIL), ("refused", dns.rcode.REFUSED)]
)
def test_a_name_can_fail(nameserver, mode, rcode, tcp):
    nameserver.set_zone("a.com", "@ A 192.0.2.1\nwww A 192.0.2.2")
    nameserver.set_fault("A.com", mode)

    answer = nameserver.ask("a.com", "A", tcp=tcp)

    assert answer.rcode() == rcode
    assert answer.answer == []
    assert nameserver.ask("www.a.com", "A", tcp=tcp).rcode() == dns.rcode.NOERROR


@pytest.mark.parametrize("tcp", [False, True])
def test_a_name_can_stay_unanswered(nameserver, tcp):
    nameserver.set_zone("a.com", "@ A 192.0.2.1")
    nameserver.set_fault("a.com.", "drop")

    with pytest.raises(dns.exception.Timeout):
        nameserver.ask("a.com", "A", tcp=tcp, timeout=0.2)


def test_a_name_can_be_cut_over_udp_and_whole_over_tcp(nameserver):
    nameserver.set_zone("a.com", "@ A 192.0.2.1")
    nameserver.set_fault("a.com", "truncate")

    cut = nameserver.ask("a.com", "A")

    assert cut.flags & dns.flags.TC
    assert cut.answer == []
    assert nameserver.ask("a.com", "A", tcp=True).answer


def test_a_fault_ends_with_ok(nameserver):
    nameserver.set_zone("a.com", "@ A 192.0.2.1")
    nameserver.set_fault("a.com", "servfail")
    nameserver.set_fault("a.com", "ok")

    assert nameserver.ask("a.com", "A").rcode() == dns.rcode.NOERROR


@pytest.mark.parametrize(("mode", "rcode"), [("servfail", dns.rcode.SERVFAIL), ("drop", dns.rcode.SERVFAIL)])
def test_a_resolver_meets_the_fault_of_an_aliass_target(nameserver, mode, rcode):
    nameserver.set_zone("a.com", "alias CNAME www\nwww A 192.0.2.2")
    nameserver.set_fault("www.a.com", mode)

    assert nameserver.ask("alias.a.com", "A", recursive=True).rcode() == rcode
    assert nameserver.ask("alias.a.com", "A").rcode() == dns.rcode.NOERROR


@pytest.mark.parametrize("mode", ["", "SERVFAIL!", "timeout"])
def test_an_unknown_fault_is_refused(nameserver, mode):
    with pytest.raises(ValueError, match="Fault"):
        nameserver.set_fault("a.com", mode)


def test_a_fault_needs_a_name(nameserver):
    with pytest.raises(ValueError, match="no domain name"):
        nameserver.set_fault("a..com", "drop")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x00" * 11,
        dns.message.make_response(dns.message.make_query("a.com", "A", id=1)).to_wire(),
    ],
)
def test_what_is_no_query_gets_no_answer(nameserver, packet):
    assert nameserver.send(packet, timeout=0.2) is None


def test_a_malformed_query_is_a_format_error(nameserver):
    packet = dns.message.make_query("a.com", "A", id=4711).to_wire()[:-3]

    answer = dns.message.from_wire(nameserver.send(packet))

    assert (answer.id, answer.rcode()) == (4711, dns.rcode.FORMERR)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80), st.binary(min_size=4, max_size=4))
def test_no_packet_breaks_the_nameserver(rest, header):
    nameserver = Nameserver()
    nameserver.set_zone("a.com", "@ A 192.0.2.1")

    for packet in (header + rest, header + b"\x00\x01" + bytes(6) + rest):
        answer = nameserver.answer(packet, over_udp=True)
        assert answer is None or (answer[:2] == packet[:2] and answer[2] & 0x80)


def test_zones_are_listed_and_deleted(nameserver):
    nameserver.set_zone("Example.COM.", "@ A 192.0.2.1")
    nameserver.set_zone("a.example.com", "@ A 192.0.2.1")
    nameserver.set_zone("bücher.example", "@ A 192.0.2.1")

    assert nameserver.zones() == ["example.com.", "a.example.com.", "xn--bcher-kva.example."]
    assert nameserver.delete_zone("EXAMPLE.com")
    assert not nameserver.delete_zone("example.com")
    assert nameserver.zones() == ["a.example.com.", "xn--bcher-kva.example."]


def test_a_thousand_zones_cost_a_question_nothing():
    nameserver = Nameserver()
    packet = dns.message.make_query("www.a.com", "A").to_wire()

    def seconds_for_questions():
        started = time.perf_counter()
        for _ in range(100):
            nameserver.answer(packet, over_udp=True)
        return time.perf_counter() - started

    nameserver.set_zone("a.com", "www A 192.0.2.1")
    alone = min(seconds_for_questions() for _ in range(5))
    for number in range(1000):
        nameserver.set_zone(f"d{number}.net", f"@ NS ns.d{number}.org.")
    among_many = min(seconds_for_questions() for _ in range(5))

    assert among_many < alone * 3


def test_udp_and_tcp_share_the_port_that_was_asked_for():
    async def started_twice():
        nameserver = Nameserver()
        host, port = await nameserver.start("127.0.0.1")
        await nameserver.stop()
        again = await nameserver.start("127.0.0.1", port)
        other = Nameserver()
        with contextlib.suppress(OSError):
            await other.start("127.0.0.1", port)
            await other.stop()
            pytest.fail("two nameservers had one port")
        await nameserver.stop()
        return (host, port), again

    first, again = asyncio.run(started_twice())

    assert again == first


def test_a_connection_left_open_does_not_keep_the_nameserver_from_stopping():
    async def stopped_with_an_open_connection():
        nameserver = Nameserver()
        host, port = await nameserver.start("127.0.0.1")
        _reader, writer = await asyncio.open_connection(host, port)
        writer.write(bytes([random.randrange(256)]))
        await writer.drain()
        await asyncio.sleep(0.05)
        async with asyncio.timeout(2):
            await nameserver.stop()
        writer.close()

    asyncio.run(stopped_with_an_open_connection())
