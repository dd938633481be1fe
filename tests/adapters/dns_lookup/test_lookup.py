"""Looking things up: whom it asks, how often, and what it makes of the answers."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import dns.message
import dns.rcode
import pytest

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Inquiry,
    Present,
    Question,
    SilenceReason,
    Unanswered,
    Witness,
    Zone,
)
from letterhead.domains.records import RecordType
from tests.adapters.dns_lookup.asking import SECONDS, ask, ask_resolver, opinions
from tests.domains.diagnosis.cases import master_line, required
from tests.domains.diagnosis.dns_world import RESOLVER, DnsWorld

LAYER = Path(__file__).parents[3] / "layers" / "letterhead"
TWO_SERVERS = "@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns2 A 127.0.0.2\n"


def serve(world: DnsWorld, text: str, *, second: str | None = None, origin: str = "acme.test") -> None:
    world.do(lambda: world.first.set_zone(origin, text))
    if second is not None:
        world.do(lambda: world.second.set_zone(origin, second))


def healthy(domain: str) -> str:
    return "".join(master_line(record) for record in required(domain))


# --- cost -------------------------------------------------------------------------------------------------------------


def test_dnspython_is_imported_with_the_first_conversation_and_not_before():
    program = (
        "import sys; from letterhead.adapters.dns_lookup import DnsLookup; lookup = DnsLookup([('127.0.0.1', 9)]);"
        "early = [name for name in sys.modules if name == 'dns' or name.startswith('dns.')];"
        "lookup.conversation(seconds=1).__enter__().close(); print(early, 'dns.name' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(LAYER)},
    )
    assert done.stdout.strip() == "[] True"


@pytest.mark.parametrize("domain", ["acme.test", "mail.acme.test", "a.b.acme.test"])
def test_a_healthy_domain_costs_at_most_ten_questions_cold(world, domain):
    serve(world, TWO_SERVERS + healthy(domain), second=TWO_SERVERS + healthy(domain))
    asked = [*six(domain)]
    with world.lookup().conversation(seconds=SECONDS) as conversation:
        replies = conversation.ask(Inquiry(zone=frozenset(asked)))

    assert all(isinstance(answer, Present) for answer in replies.zone.values())
    assert len(world.first.asked) + len(world.second.asked) <= 10


def test_once_the_zone_is_known_each_record_costs_one_question(world):
    serve(world, healthy("acme.test"))
    lookup = world.lookup()
    for _ in range(2):
        world.first.asked.clear()
        with lookup.conversation(seconds=SECONDS) as conversation:
            conversation.ask(Inquiry(zone=frozenset(six("acme.test"))))
    assert len(world.first.asked) == 6


def test_the_questions_are_shared_among_the_zone_s_servers(world):
    serve(world, TWO_SERVERS + healthy("acme.test"), second=TWO_SERVERS + healthy("acme.test"))
    with world.lookup().conversation(seconds=SECONDS) as conversation:
        conversation.ask(Inquiry(zone=frozenset(six("acme.test"))))
    assert len([name for name, kind in world.second.asked if kind in ("CNAME", "MX", "TXT")]) == 3


def six(domain: str) -> list[Question]:
    return [Question(record.name, record.type) for record in required(domain)]


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "line", "values"),
    [
        ("TXT", 'x TXT "one " "two"', ("one two",)),
        ("TXT", r'x TXT "\195\188"', ("ü",)),
        ("TXT", r'x TXT "\252"', ("ü",)),
        ("MX", "x MX 10 Mail.Other.Test.", ("10 mail.other.test",)),
        ("MX", "x MX 0 .", ("0 .",)),
        ("CNAME", "x CNAME Target.Other.Test.", ("target.other.test",)),
        ("A", "x A 203.0.113.1\nx A 203.0.113.2", ("203.0.113.1", "203.0.113.2")),
        ("AAAA", "x AAAA 2001:db8::1", ("2001:db8::1",)),
    ],
)
def test_values_are_given_as_text(world, kind, line, values):
    serve(world, line)
    answer = ask(world.lookup(), "x.acme.test", kind)
    assert isinstance(answer, Present)
    assert sorted(answer.values) == sorted(values)
    assert answer.witness is Witness.AUTHORITY
    assert answer.zone == Zone("acme.test", ("ns1.local-nameserver.test",))
    assert answer.server == "ns1.local-nameserver.test (127.0.0.1)"


def test_absence_says_whether_the_name_exists_and_how_long_others_remember_it(world):
    serve(world, "x A 203.0.113.1\n@ 900 SOA ns host 1 2 3 4 120")
    nothing, no_name = ask(world.lookup(), "x.acme.test"), ask(world.lookup(), "y.acme.test")
    assert isinstance(nothing, Absent)
    assert isinstance(no_name, Absent)
    assert (nothing.reason, no_name.reason) == (AbsenceReason.NO_DATA, AbsenceReason.NO_SUCH_NAME)
    assert nothing.negative_ttl == no_name.negative_ttl == 120


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("servfail", SilenceReason.SERVFAIL),
        ("refused", SilenceReason.REFUSED),
        ("drop", SilenceReason.TIMEOUT),
    ],
)
def test_a_name_that_fails_is_unanswered_and_its_server_is_named(world, mode, reason):
    serve(world, 'x TXT "hello"\ny TXT "hello"')
    world.do(lambda: world.first.set_fault("x.acme.test", mode))
    with world.lookup().conversation(seconds=SECONDS) as conversation:
        questions = frozenset(Question(name, RecordType.TXT) for name in ("x.acme.test", "y.acme.test"))
        answers = conversation.ask(Inquiry(zone=questions)).zone
    answer = answers[Question("x.acme.test", RecordType.TXT)]
    assert isinstance(answer, Unanswered)
    assert answer.reason is reason
    assert answer.server == "ns1.local-nameserver.test (127.0.0.1)"


# --- the zone's own servers, and what stands in for them ---------------------------------------------------------------


def test_the_zone_s_servers_are_asked_and_not_what_a_resolver_remembers(world):
    serve(world, 'x TXT "new"')
    world.do(lambda: world.resolver.set_zone("acme.test", '@ NS ns1.acme-dns.test.\nx TXT "old"'))
    answer = ask(world.lookup(RESOLVER), "x.acme.test")
    assert isinstance(answer, Present)
    assert answer.values == ("new",)


def test_a_resolver_stands_in_for_servers_that_cannot_be_reached(world):
    world.do(lambda: world.resolver.set_zone("acme.test", '@ NS ns9\nns9 A 127.0.0.9\nx TXT "hello"'))
    present, absent = ask(world.lookup(RESOLVER), "x.acme.test"), ask(world.lookup(RESOLVER), "y.acme.test")
    assert isinstance(present, Present)
    assert isinstance(absent, Absent)
    assert present.witness is absent.witness is Witness.RESOLVER


def test_a_resolvers_no_without_the_zones_soa_is_no_proof(world):
    """As somebody gives it who answers in the resolver's place, at a network's edge."""
    world.do(lambda: world.resolver.set_zone("acme.test", "@ NS ns9\nns9 A 127.0.0.9"))

    def no_such_name(query: dns.message.Message, _: bool) -> bytes:
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()

    world.resolver.raw["x.acme.test"] = no_such_name
    assert isinstance(ask(world.lookup(RESOLVER), "x.acme.test"), Unanswered)


def test_what_a_resolver_remembers_is_no_proof_of_absence_while_the_servers_are_there(world):
    serve(world, 'x TXT "hello"\ny TXT "hello"')
    world.do(lambda: world.resolver.set_zone("acme.test", '@ NS ns1.acme-dns.test.\ny TXT "old"'))
    for name in ("x.acme.test", "y.acme.test"):
        world.do(lambda name=name: world.first.set_fault(name, "servfail"))
    gone, old = ask(world.lookup(RESOLVER), "x.acme.test"), ask(world.lookup(RESOLVER), "y.acme.test")
    assert isinstance(gone, Unanswered)
    assert isinstance(old, Present)
    assert old.witness is Witness.CACHE


def test_one_dead_server_costs_less_than_a_second(world):
    serve(world, TWO_SERVERS + 'x TXT "hello"')
    world.second.misbehaves = "drops"
    lookup, began = world.lookup(), time.monotonic()
    for _ in range(2):  # one of the two begins with the dead one
        assert isinstance(ask(lookup, "x.acme.test"), Present)
    assert time.monotonic() - began < 1


def test_servers_of_a_delegated_part_are_asked_about_it(world):
    serve(world, "_domainkey NS ns2\nns2 A 127.0.0.2")
    world.do(lambda: world.second.set_zone("_domainkey.acme.test", "k CNAME target.other.test."))
    answer = ask(world.lookup(), "k._domainkey.acme.test", "CNAME")
    assert isinstance(answer, Present)
    assert answer.zone == Zone("_domainkey.acme.test", ("ns2.acme.test",))
    assert "127.0.0.2" in answer.server


def test_a_zone_that_moved_to_other_servers_is_found_again(world):
    serve(world, TWO_SERVERS.replace("@ NS ns2\n", "") + 'x TXT "old"')
    lookup = world.lookup()
    ask(lookup, "x.acme.test")
    world.do(lambda: world.first.delete_zone("acme.test"))
    world.do(lambda: world.first.set_zone("test", "acme NS ns2.acme.test.\nns2.acme A 127.0.0.2"))
    world.do(lambda: world.second.set_zone("acme.test", '@ NS ns2\nns2 A 127.0.0.2\nx TXT "new"'))
    answer = ask(lookup, "x.acme.test")
    assert isinstance(answer, Present)
    assert answer.values == ("new",)


@pytest.mark.parametrize("address", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "::1", "fe80::1"])
def test_servers_with_addresses_that_are_not_global_are_not_asked(world, address):
    kind = "AAAA" if ":" in address else "A"
    world.do(
        lambda: world.resolver.set_zone("acme.test", f'@ NS ns1\nns1 {kind} {address}\nx TXT "resolver"')
    )
    world.do(lambda: world.second.set_zone("acme.test", 'x TXT "inside"'))
    lookup = DnsLookup([(RESOLVER, world.port)], authoritative_port=world.port)
    answer = ask(lookup, "x.acme.test")
    assert isinstance(answer, Present)
    assert answer.values == ("resolver",)
    assert world.second.asked == []


def test_the_zone_of_a_domain_that_is_an_alias_itself_is_found_above_it(world):
    serve(world, "news CNAME shop.other.test.\nk._domainkey.news CNAME target.other.test.")
    answer = ask(world.lookup(), "k._domainkey.news.acme.test", "CNAME")
    assert isinstance(answer, Present)
    assert answer.witness is Witness.AUTHORITY


def test_servers_out_of_reach_are_tried_once_and_again_in_the_next_conversation(world):
    zone = '@ NS ns9\nns9 A 127.0.0.2\nx TXT "resolver"\ny TXT "resolver"'
    world.do(lambda: world.resolver.set_zone("acme.test", zone))
    world.second.misbehaves = "drops"
    lookup = world.lookup(RESOLVER)
    x, y = (frozenset({Question(name, RecordType.TXT)}) for name in ("x.acme.test", "y.acme.test"))
    with lookup.conversation(seconds=SECONDS) as conversation:
        conversation.ask(Inquiry(zone=x))
        tried, began = len(world.second.asked), time.monotonic()
        conversation.ask(Inquiry(zone=y))
        assert len(world.second.asked) == tried
        assert time.monotonic() - began < 0.5
    world.second.misbehaves = None
    world.do(lambda: world.second.set_zone("acme.test", 'x TXT "authority"'))
    answer = ask(lookup, "x.acme.test")
    assert isinstance(answer, Present)
    assert answer.values == ("authority",)


# --- aliases ----------------------------------------------------------------------------------------------------------


def test_aliases_are_followed_from_zone_to_zone(world):
    serve(world, "x CNAME y.other.test.")
    serve(world, 'y CNAME z\nz TXT "hello"', origin="other.test")
    answer = ask(world.lookup(), "x.acme.test")
    assert isinstance(answer, Present)
    assert answer.values == ("hello",)
    assert answer.chain == ("y.other.test", "z.other.test")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("x CNAME x", AbsenceReason.CNAME_LOOP),
        ("x CNAME y\ny CNAME z\nz CNAME y", AbsenceReason.CNAME_LOOP),
        ("x CNAME c1\n$GENERATE 1-30 c$ CNAME c${1}", AbsenceReason.CNAME_CHAIN_TOO_LONG),
        ("x CNAME nowhere", AbsenceReason.NO_SUCH_NAME),
    ],
)
def test_aliases_that_lead_nowhere_are_told_apart(world, lines, reason):
    serve(world, lines)
    answer = ask(world.lookup(), "x.acme.test")
    assert isinstance(answer, Absent)
    assert answer.reason is reason
    assert answer.chain


def test_a_loop_through_two_zones_is_seen(world):
    serve(world, "x CNAME y.other.test.")
    serve(world, "y CNAME x.acme.test.", origin="other.test")
    answer = ask(world.lookup(), "x.acme.test")
    assert isinstance(answer, Absent)
    assert answer.reason is AbsenceReason.CNAME_LOOP


# --- names --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a" * 64 + ".acme.test", ".".join(["a" * 60] * 5), "a..acme.test", "ü.acme.test"]
)
def test_a_name_that_cannot_be_asked_for_is_unanswered(world, name):
    serve(world, "")
    assert isinstance(ask(world.lookup(), name), Unanswered | Absent)


def test_a_name_of_the_greatest_length_is_asked_for(world):
    name = ".".join(["a" * 63] * 3 + ["b" * (253 - 3 * 64 - len(".acme.test"))]) + ".acme.test"
    assert len(name) == 253
    serve(world, f'{name}. TXT "hello"')
    assert isinstance(ask(world.lookup(), name), Present)


# --- opinions -----------------------------------------------------------------------------------------------------------


def test_every_server_is_heard_with_the_serial_of_its_copy_when_they_differ(world):
    soa = "@ SOA ns1 host {} 2 3 4 60\n"
    serve(
        world,
        TWO_SERVERS + soa.format(8) + 'x TXT "new"',
        second=TWO_SERVERS + soa.format(7) + 'x TXT "old"',
    )
    said = opinions(world.lookup(), "x.acme.test")
    assert {(one.answer.values, one.serial) for one in said.servers if isinstance(one.answer, Present)} == {
        (("new",), 8),
        (("old",), 7),
    }


def test_a_resolver_that_fails_is_asked_again_without_validation(world):
    serve(world, 'x TXT "hello"')
    world.do(lambda: world.resolver.set_zone("acme.test", 'x TXT "hello"'))
    world.resolver.misbehaves, world.resolver.bogus_below = "bogus", "acme.test"
    said = opinions(world.lookup(RESOLVER), "x.acme.test")
    assert isinstance(said.resolver, Unanswered)
    assert isinstance(said.unchecked, Present)


def test_another_s_name_is_asked_of_the_resolver_alone(world):
    serve(world, 'x TXT "authority"')
    world.do(lambda: world.resolver.set_zone("acme.test", 'x TXT "resolver"'))
    answer = ask_resolver(world.lookup(RESOLVER), "x.acme.test")
    assert isinstance(answer, Present)
    assert answer.values == ("resolver",)
    assert world.first.asked == []
