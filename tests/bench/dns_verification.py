"""CPU per domain verified, as a ratio to the floor "reused sockets + dns.message", both measured in this run.

    python -m tests.bench.dns_verification [domains]

A process of its own plays a nameserver with canned answers, so that its CPU isn't counted. The floor asks the same six
questions of each domain with `dns.message` over one reused socket, as many in flight, and compares the answers with what is
required. Ours is `verify_all`: questions, zone, judgement and findings; for ten domains at a time and for one.
"""

from __future__ import annotations

import multiprocessing
import resource
import socket
import statistics
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.records import RecordType, RequiredRecord, required_records
from letterhead.domains.verification import DomainCheck, verify, verify_all
from tests.bench.results import note

ZONE = "bench.test"
ROUNDS = 7
IN_FLIGHT = (
    60  # more than that overflow the kernel's buffer of one loopback socket, which sends nothing again
)
BOUND = 1.5


def main(domains: int = 300) -> None:
    """Measure and print."""
    records = [_required(number) for number in range(domains)]
    with _nameserver(records) as port:
        cases: dict[str, Callable[[], None]] = {
            "floor": lambda: _floor(records, port),
            "ours, ten domains at a time": lambda: _ours(records, port, batch=10),
            "ours, one domain at a time": lambda: _ours(records, port, batch=1),
        }
        measured = [{name: _measured(work, domains) for name, work in cases.items()} for _ in range(ROUNDS)]
        for name in cases:
            cpu, rate = zip(*(one[name] for one in measured), strict=True)
            ratio = statistics.median(one[name][0] / one["floor"][0] for one in measured)
            if name != "floor":
                least = statistics.median(one["floor"][0] for one in measured)
                note("DNS check", name, least * ratio, "ms CPU a domain", floor=least, bound=BOUND)
            verdict = f"ratio {ratio:.2f}, bound {BOUND}: {'within' if ratio <= BOUND else 'BEYOND'}"
            print(
                f"{name:<28} CPU {statistics.median(cpu):.3f} ms a domain ({min(cpu):.3f}-{max(cpu):.3f}), "
                f"{statistics.median(rate):.0f} domains/s; {verdict}"
            )
        print(f"one verification, its zone known: {_latency(records[0], port):.2f} ms")


def _measured(work: Callable[[], None], domains: int) -> tuple[float, float]:
    began, before = time.perf_counter(), _cpu()
    work()
    return (_cpu() - before) / domains * 1000, domains / (time.perf_counter() - began)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _latency(required: tuple[RequiredRecord, ...], port: int) -> float:
    lookup, check = _lookup(port), DomainCheck(_subject(required))
    verify(check, lookup, now=datetime.now(UTC))
    took = []
    for _ in range(50):
        began = time.perf_counter()
        verify(check, lookup, now=datetime.now(UTC))
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


# --- ours ---------------------------------------------------------------------------------------------------------------


def _ours(domains: Sequence[tuple[RequiredRecord, ...]], port: int, *, batch: int) -> None:
    lookup = _lookup(port)
    now = datetime.now(UTC)
    for at in range(0, len(domains), batch):
        checks = [DomainCheck(_subject(required)) for required in domains[at : at + batch]]
        for verification in verify_all(checks, lookup, now=now):
            if not verification.dkim_verified or not verification.dmarc_verified:
                raise AssertionError(verification)


def _lookup(port: int) -> DnsLookup:
    return DnsLookup([("127.0.0.1", port)], authoritative_port=port, allow_loopback=True)


def _subject(required: tuple[RequiredRecord, ...]) -> Subject:
    domain = required[-1].name.removeprefix("_dmarc.")
    return Subject(domain, ZONE, "us-east-1", f"mail.{domain}", required)


def _required(number: int) -> tuple[RequiredRecord, ...]:
    domain = f"customer{number}.{ZONE}"
    return required_records(
        domain=domain,
        dkim_tokens=[f"{letter * 20}{number}" for letter in "abc"],
        signing_hosted_zone="dkim.amazonses.com",
        mail_from_domain=f"mail.{domain}",
        region="us-east-1",
    )


# --- the floor ----------------------------------------------------------------------------------------------------------


def _floor(domains: Sequence[tuple[RequiredRecord, ...]], port: int) -> None:
    questions = [record for required in domains for record in required]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(2)
        one.connect(("127.0.0.1", port))
        waiting: dict[int, RequiredRecord] = {}
        at, done = 0, 0
        while done < len(questions):
            while at < len(questions) and len(waiting) < IN_FLIGHT:
                record = questions[at]
                query = dns.message.make_query(
                    record.name, record.type.value, use_edns=0, payload=1232, flags=0
                )
                query.id = at & 0xFFFF
                waiting[query.id] = record
                one.send(query.to_wire())
                at += 1
            response = dns.message.from_wire(one.recv(4096))
            record = waiting.pop(response.id)
            values = [rdata.to_text() for rrset in response.answer for rdata in rrset]
            if _plain(record) not in values:
                raise AssertionError(record)
            done += 1


def _plain(record: RequiredRecord) -> str:
    return f'"{record.value}"' if record.type is RecordType.TXT else record.value + "."


# --- the nameserver -------------------------------------------------------------------------------------------------------


@contextmanager
def _nameserver(domains: Sequence[tuple[RequiredRecord, ...]]) -> Iterator[int]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(domains, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def _serve(domains: Sequence[tuple[RequiredRecord, ...]], ready: Connection) -> None:
    answers = {
        _key(record.name, record.type): _sections(record) for required in domains for record in required
    }
    answers[_key(ZONE, RecordType.NS)] = _sections_of(ZONE, "NS", f"ns.{ZONE}.")
    answers[_key(f"ns.{ZONE}", RecordType.A)] = _sections_of(f"ns.{ZONE}", "A", "127.0.0.1")
    nothing = _soa()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 2**20)
        one.bind(("127.0.0.1", 0))
        ready.send(one.getsockname()[1])
        while True:
            packet, source = one.recvfrom(4096)
            end = packet.index(b"\0", 12) + 5
            found = answers.get(packet[12:end].lower())
            counts = (1, 1, 0, 0) if found else (1, 0, 1, 0)
            header = (
                packet[:2] + struct.pack("!H", 0x8400 | (packet[2] & 1) << 8) + struct.pack("!4H", *counts)
            )
            one.sendto(header + packet[12:end] + (found or nothing), source)


def _key(name: str, kind: RecordType) -> bytes:
    return dns.name.from_text(name).to_wire() + struct.pack("!HH", dns.rdatatype.from_text(kind), 1)


def _sections(record: RequiredRecord) -> bytes:
    return _sections_of(record.name, record.type.value, _plain(record))


def _sections_of(name: str, kind: str, text: str) -> bytes:
    rdata = dns.rrset.from_text(name + ".", 300, "IN", kind, text)[0].to_wire()
    return (
        b"\xc0\x0c"
        + struct.pack("!HHIH", dns.rdatatype.from_text(kind), dns.rdataclass.IN, 300, len(rdata))
        + rdata
    )


def _soa() -> bytes:
    rdata = dns.rrset.from_text(ZONE + ".", 60, "IN", "SOA", f"ns.{ZONE}. host.{ZONE}. 1 2 3 4 60")[
        0
    ].to_wire()
    return (
        dns.name.from_text(ZONE).to_wire()
        + struct.pack("!HHIH", dns.rdatatype.SOA, 1, 60, len(rdata))
        + rdata
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
