"""One whole sweep of N domains that are well, by the real sweep and worker code, beside the floor measured in the same run.

    python -m tests.bench.reverify [N] [delay in ms]

A process of its own plays the zones' servers with canned answers, at two hundred loopback addresses (customers' zones lie at many
hosts, and ten questions at most are in flight to one), each answer after the delay, so that neither its CPU nor a proxy's is
counted. The floor sends the same six questions a domain over the same kind of sockets
(random ports, 0x20), as many in flight, and reads the answers with `dns.message`. The store is in memory on both sides, for the
client of DynamoDB is left out of both; its units are counted apart, with the real tables in moto, on a sample of the domains.

The rate's ideal is what is in flight, a round trip and the questions of a domain allow, or what one core gets done at the floor's
CPU a domain, whichever is less: on a slow core it is the latter.
"""

from __future__ import annotations

import heapq
import multiprocessing
import random
import resource
import select
import socket
import struct
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

import dns.message
import dns.name

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.domains.domain import SendingDomain
from letterhead.domains.records import RecordPurpose, RecordStatus, RecordType
from tests.bench.dns_verification import _key, _plain, _sections, _sections_of, _soa
from tests.bench.results import note
from tests.fakes.deployment import Deployment
from tests.fakes.domain_world import MINE
from tests.fakes.mail_provider import SAYS_YES, Identity
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put

SERVERS = 200
IN_FLIGHT, AT_SERVER = 200, 10
SAMPLE = 120
HOURS_A_MONTH, INTERVAL_HOURS = 730, 6
# us-east-1, list prices: arm64 GB-seconds and requests, request units, SQS requests, logs.
GB_SECOND, INVOCATION, WRU, RRU, SQS, LOG_GB = 0.0000133334, 0.2e-6, 0.625e-6, 0.125e-6, 0.4e-6, 0.50
MEMORY_GB = 0.5
# A put's share of a batch of ten, a receive, a delete; and the poller's empty receives: SQS's poller asks about 5 times in 20 s.
SQS_PER_MESSAGE = 0.1 + 1 + 1
IDLE_POLLS_A_MONTH = 5 * 3 * 60 * HOURS_A_MONTH
LOG_BYTES_PER_MESSAGE = 700


def main(count: int = 10_000, delay: float = 0.0) -> None:
    """Measure and print."""
    domains = [_domain(number) for number in range(count)]
    with _nameserver(domains, delay / 1000) as port:
        floor_cpu, floor_rate = _measured(lambda: _floor(domains, port), count)
        deployment, counting = _deployment(domains, port)
        deployment.sweep()
        messages = len(deployment.queue.waiting)
        warm = deployment.queue.waiting[0][1]
        several = [request for _, request in deployment.queue.waiting[:10]]
        deployment._reverification.look(warm, deployment.now)
        counting.sent = 0
        cpu, rate = _measured(deployment.work, count)
        checked = sum(looked.checked for looked in deployment.looked)
        queries = counting.sent / count
        peak, over_several = _peak(deployment, [warm]), _peak(deployment, several)
    if checked != count or deployment.world.store.events:
        raise AssertionError((checked, deployment.world.store.events[:3]))
    calls = 3 * len(deployment.statuses.asked)
    note("re-verify", "CPU of a look", cpu, "ms", floor=floor_cpu, bound=1.5)
    note("re-verify", "DNS questions of a look", queries, "questions", bound=6.5)
    read_units, write_units = _units()
    note("re-verify", "reads of a look", read_units, "RRU", bound=0.5)
    note("re-verify", "writes of a look", write_units, "WRU", bound=1.0)
    note("units", "a re-check", read_units, "RRU")
    note("units", "a re-check", write_units, "WRU")
    print(f"{count} domains, {messages} messages, {delay:g} ms round trip; store in memory, units from moto")
    print(f"floor   CPU {floor_cpu:.3f} ms a domain, {floor_rate:.0f} domains/s")
    print(f"ours    CPU {cpu:.3f} ms a domain, {rate:.0f} domains/s; ratio {cpu / floor_cpu:.2f} (goal 1.5)")
    print(f"DNS     {queries:.2f} queries a domain (goal 6.5)")
    if delay:
        network, core = IN_FLIGHT / (delay / 1000) / 6, 1000 / floor_cpu
        ideal = min(network, core)
        print(
            f"rate    {rate / ideal:.2f} of what is possible (goal 0.85): {network:.0f}/s in flight / round trip / queries,"
        )
        print(f"        {core:.0f}/s one core; the floor itself {floor_rate / ideal:.2f}")
    print(f"SES     {calls} calls, {100 * calls / count:.2f} a hundred domains (goal 4)")
    print(f"store   {read_units:.2f} RRU and {write_units:.2f} WRU a domain (goals 0.5 and 1)")
    print(f"memory  {peak:.1f} MiB for a batch at its peak, {over_several:.1f} MiB over {len(several)}")
    _print_cost(count, messages, rate, read_units, write_units)


def _print_cost(count: int, messages: int, rate: float, read_units: float, write_units: float) -> None:
    sweeps = HOURS_A_MONTH / INTERVAL_HOURS
    checks = count * sweeps
    parts = {
        "DynamoDB": checks * (write_units * WRU + read_units * RRU),
        "Lambda": checks / rate * MEMORY_GB * GB_SECOND + messages * sweeps * INVOCATION,
        "SQS": (messages * sweeps * SQS_PER_MESSAGE + IDLE_POLLS_A_MONTH) * SQS,
        "logs": messages * sweeps * LOG_BYTES_PER_MESSAGE / 2**30 * LOG_GB,
    }
    told = ", ".join(f"{name} {dollars:.2f}" for name, dollars in parts.items())
    print(
        f"a month ${sum(parts.values()):.2f} for {count} domains every {INTERVAL_HOURS} h ({told}; goal $3.00 for 10000)"
    )


def _measured(work: Any, count: int) -> tuple[float, float]:
    began, before = time.perf_counter(), _cpu()
    work()
    return (_cpu() - before) / count * 1000, count / (time.perf_counter() - began)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# --- ours ---------------------------------------------------------------------------------------------------------------


class _Counting:
    """A look-up whose packets are counted."""

    def __init__(self, lookup: DnsLookup) -> None:
        self._lookup = lookup
        self.sent = 0

    @contextmanager
    def conversation(self, *, seconds: float) -> Iterator[Any]:
        with self._lookup.conversation(seconds=seconds) as conversation:
            yield conversation
            self.sent += conversation.packets_sent  # type: ignore[attr-defined]


def _domain(number: int) -> SendingDomain:
    zone = f"zone{number % SERVERS}.test"
    name = f"customer{number}.{zone}"
    return registered_domain(
        name,
        MINE,
        registrable=zone,
        dkim_tokens=tuple(f"{letter * 20}{number}" for letter in "abc"),
        statuses=dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED),
        once_verified=frozenset(RecordPurpose),
        announced=RecordStatus.VERIFIED,
        can_send=True,
        domain_id=f"{number:016d}",
    )


def _deployment(domains: list[SendingDomain], port: int) -> tuple[Deployment, _Counting]:
    deployment = Deployment()
    world = deployment.world
    world.provider.says = SAYS_YES
    for domain in domains:
        put(world.store, domain)
        world.provider.identities[domain.name] = Identity(domain.domain_id, domain.mail_from_domain)
    _give_tokens(world.provider, domains)
    counting = _Counting(DnsLookup([("127.0.0.1", port)], authoritative_port=port, allow_loopback=True))
    world.dns = counting  # type: ignore[assignment]
    # Every domain has a history, and remembers its newest entry.
    deployment.ledger.moment = NOW
    deployment.now = NOW + timedelta(hours=INTERVAL_HOURS)
    deployment.sweep()
    deployment.work()
    deployment.looked.clear()
    world.store.events.clear()
    deployment.statuses.asked.clear()
    deployment.now += timedelta(hours=INTERVAL_HOURS)
    return deployment, counting


def _give_tokens(provider: Any, domains: list[SendingDomain]) -> None:
    tokens = {domain.name: domain.dkim_tokens for domain in domains}
    find = provider.find
    provider.find = lambda name: replace(find(name), dkim_tokens=tokens[name])


def _peak(deployment: Deployment, requests: list[Any]) -> float:
    """The most memory that looking at these batches one after the other takes, in MiB, beside what is there before."""
    tracemalloc.start()
    for request in requests:
        deployment._reverification.look(request, deployment.now)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def _units() -> tuple[float, float]:
    """Request units a domain, of the sweep's and the workers' reads and of the workers' writes, at 28 domains a slot."""
    import os

    from letterhead.adapters.tables.checks import CheckTable
    from letterhead.adapters.tables.claims import ClaimTable
    from letterhead.adapters.tables.connection import connection
    from letterhead.adapters.tables.domain_watch import DomainWatchTable
    from letterhead.adapters.tables.domains import DomainTable
    from letterhead.adapters.tables.outbox import OutboxTable
    from letterhead.domains.rhythm import slot_of
    from tests.capacity_meter import metered
    from tests.fakes.aws import ENVIRONMENT, aws_with_tables
    from tests.fakes.domain_world import World

    os.environ.update(ENVIRONMENT)
    with aws_with_tables():
        store = DomainTable("DomainsTable", ClaimTable("ClaimsTable"), OutboxTable("OutboxTable"))
        deployment = Deployment(World(store=store, history=CheckTable("ChecksTable")))
        deployment.watch = DomainWatchTable("DomainsTable")
        deployment.world.provider.says = SAYS_YES
        wanted = 28
        for number in range(360 * wanted):
            name = f"customer{number}.zone{number}.test"
            domain = registered_domain(name, MINE, domain_id=f"{number:016d}", due_at=None)
            if slot_of(domain.domain_id) >= SAMPLE // wanted:
                continue
            put(store, domain)
            deployment.world.provider.identities[name] = Identity(domain.domain_id, domain.mail_from_domain)
            found = deployment.world.provider.find(name)
            stored = store.save(replace(domain, dkim_tokens=found.dkim_tokens), before=domain)
            deployment.world.dns.publish(stored.records())
            deployment.world.check(stored, NOW)
        begins = deployment.rhythm.slot_begins(0, after=NOW)
        deployment.ledger.moment = begins - timedelta(seconds=1)
        deployment.now = begins + timedelta(minutes=SAMPLE // wanted - 1)
        with metered(connection().client) as meter:
            swept = deployment.sweep()
            reads = meter.read_units() - 8 * 0.5
            deployment.work()
            reads += meter.read_units() - reads - 8 * 0.5
        return reads / swept.well, meter.write_units() / swept.well


# --- the floor ----------------------------------------------------------------------------------------------------------


def _floor(domains: list[SendingDomain], port: int) -> None:
    """The same questions over the same kind of sockets, with `dns.message` and nothing else."""
    questions = [
        (record, (f"127.0.0.{2 + number % SERVERS}", port))
        for number, domain in enumerate(domains)
        for record in domain.records()
    ]
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(32)]
    poller = select.epoll()
    for one in sockets:
        one.setblocking(False)
        poller.register(one, select.EPOLLIN)
    by_number = {one.fileno(): one for one in sockets}
    waiting: dict[tuple[int, int], Any] = {}
    at = done = 0
    chance = random.SystemRandom()
    while done < len(questions):
        while at < len(questions) and len(waiting) < IN_FLIGHT:
            record, server = questions[at]
            name = "".join(letter.upper() if chance.getrandbits(1) else letter for letter in record.name)
            query = dns.message.make_query(name, record.type.value, use_edns=0, payload=1232, flags=0)
            one = sockets[at % len(sockets)]
            while (one.fileno(), query.id) in waiting:
                query.id = chance.getrandbits(16)
            waiting[one.fileno(), query.id] = record
            one.sendto(query.to_wire(), server)
            at += 1
        for number, _ in poller.poll(1):
            while True:
                try:
                    wire = by_number[number].recv(4096)
                except BlockingIOError:
                    break
                response = dns.message.from_wire(wire)
                record = waiting.pop((number, response.id))
                values = [rdata.to_text() for rrset in response.answer for rdata in rrset]
                if _plain(record) not in values:
                    raise AssertionError(record)
                done += 1
    for one in sockets:
        one.close()


# --- the zones' servers -------------------------------------------------------------------------------------------------


@contextmanager
def _nameserver(domains: list[SendingDomain], delay: float) -> Iterator[int]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(domains, delay, there), daemon=True
    )
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def _serve(domains: list[SendingDomain], delay: float, ready: Connection) -> None:
    answers = {
        _key(record.name, record.type): _sections(record) for domain in domains for record in domain.records()
    }
    for number in range(SERVERS):
        zone = f"zone{number}.test"
        answers[_key(zone, RecordType.NS)] = _sections_of(zone, "NS", f"ns.{zone}.")
        answers[_key(f"ns.{zone}", RecordType.A)] = _sections_of(f"ns.{zone}", "A", f"127.0.0.{2 + number}")
    sockets = _bound()
    poller = select.epoll()
    for one in sockets:
        poller.register(one, select.EPOLLIN)
    by_number = {one.fileno(): one for one in sockets}
    ready.send(sockets[0].getsockname()[1])
    later: list[tuple[float, int, int, bytes, Any]] = []
    serial = 0
    while True:
        timeout = max(0.0, later[0][0] - time.perf_counter()) if later else None
        for number, _ in poller.poll(timeout):
            one = by_number[number]
            while True:
                try:
                    packet, source = one.recvfrom(4096)
                except BlockingIOError:
                    break
                reply = _reply(packet, answers)
                if delay:
                    serial += 1
                    heapq.heappush(later, (time.perf_counter() + delay, serial, number, reply, source))
                else:
                    one.sendto(reply, source)
        while later and later[0][0] <= time.perf_counter():
            _, _, number, reply, source = heapq.heappop(later)
            by_number[number].sendto(reply, source)


def _bound() -> list[socket.socket]:
    """One socket an address, all at one port."""
    port = 0
    sockets = []
    for last in range(1, SERVERS + 2):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 2**20)
        one.setblocking(False)
        one.bind((f"127.0.0.{last}", port))
        port = one.getsockname()[1]
        sockets.append(one)
    return sockets


def _reply(packet: bytes, answers: dict[bytes, bytes]) -> bytes:
    end = packet.index(b"\0", 12) + 5
    found = answers.get(packet[12:end].lower())
    if found is None:
        return packet[:2] + b"\x84\x03" + struct.pack("!4H", 1, 0, 1, 0) + packet[12:end] + _soa()
    header = packet[:2] + struct.pack("!H", 0x8400 | (packet[2] & 1) << 8) + struct.pack("!4H", 1, 1, 0, 0)
    return header + packet[12:end] + found


if __name__ == "__main__":
    main(*(float(argument) if at else int(argument) for at, argument in enumerate(sys.argv[1:])))
