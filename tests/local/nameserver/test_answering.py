"""What the nameserver answers, asked over UDP: rules of RFC 1034, 2308, 4592, 6672, 8482."""

from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import pytest

AGENCY = """
@        TXT   "v=spf1 -all"
www      A     192.0.2.10
deep.a.b A     192.0.2.11
alias    CNAME www
far      CNAME www.client.org.
away     CNAME www.unknown.example.
loop1    CNAME loop2
loop2    CNAME loop1
*.wild   TXT   "anyone"
*.wild   MX    10 mx.client.org.
here.wild A    192.0.2.12
*.alias-all CNAME www
old      DNAME client.org.
child    NS    ns1.child
child    NS    ns.elsewhere.example.
child    DS    12345 8 2 AA00000000000000000000000000000000000000000000000000000000000000
ns1.child A    203.0.113.53
"""
CLIENT = """
@   SOA ns1 admin 2026112101 3600 600 86400 900
@   NS  ns1
@   NS  ns.remote.example.
ns1 A   203.0.113.1
www A   192.0.2.20
www AAAA 2001:db8::20
"""


@pytest.fixture
def world(nameserver):
    nameserver.set_zone("agency.com", AGENCY)
    nameserver.set_zone("client.org", CLIENT)
    return nameserver


def records(section):
    return {
        f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} {record}"
        for rrset in section
        for record in rrset
    }


@pytest.mark.parametrize(
    ("name", "rdtype", "expected"),
    [
        ("www.agency.com", "A", {"www.agency.com. A 192.0.2.10"}),
        ("WWW.Agency.COM", "A", {"WWW.Agency.COM. A 192.0.2.10"}),
        (
            "alias.agency.com",
            "A",
            {"alias.agency.com. CNAME www.agency.com.", "www.agency.com. A 192.0.2.10"},
        ),
        ("alias.agency.com", "CNAME", {"alias.agency.com. CNAME www.agency.com."}),
        ("far.agency.com", "A", {"far.agency.com. CNAME www.client.org.", "www.client.org. A 192.0.2.20"}),
        ("away.agency.com", "A", {"away.agency.com. CNAME www.unknown.example."}),
        ("x.wild.agency.com", "TXT", {'x.wild.agency.com. TXT "anyone"'}),
        ("x.y.wild.agency.com", "MX", {"x.y.wild.agency.com. MX 10 mx.client.org."}),
        (
            "x.alias-all.agency.com",
            "A",
            {"x.alias-all.agency.com. CNAME www.agency.com.", "www.agency.com. A 192.0.2.10"},
        ),
        (
            "www.old.agency.com",
            "A",
            {
                "old.agency.com. DNAME client.org.",
                "www.old.agency.com. CNAME www.client.org.",
                "www.client.org. A 192.0.2.20",
            },
        ),
    ],
)
def test_an_authority_answers_from_its_zones(world, name, rdtype, expected):
    answer = world.ask(name, rdtype)

    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.flags & dns.flags.AA
    assert not answer.flags & dns.flags.RA
    assert records(answer.answer) == expected


@pytest.mark.parametrize(
    ("name", "rdtype", "rcode"),
    [
        ("www.agency.com", "TXT", dns.rcode.NOERROR),
        ("b.agency.com", "A", dns.rcode.NOERROR),  # an empty non-terminal
        ("wild.agency.com", "TXT", dns.rcode.NOERROR),  # the wildcard's parent, empty as well
        (
            "here.wild.agency.com",
            "TXT",
            dns.rcode.NOERROR,
        ),  # a name that exists isn't covered by the wildcard
        ("x.here.wild.agency.com", "TXT", dns.rcode.NXDOMAIN),  # nor is a name below it
        ("x.wild.agency.com", "A", dns.rcode.NOERROR),
        ("nothing.agency.com", "A", dns.rcode.NXDOMAIN),
    ],
)
def test_a_negative_answer_has_the_soa_with_the_negative_ttl(world, name, rdtype, rcode):
    answer = world.ask(name, rdtype)

    assert answer.rcode() == rcode
    assert answer.flags & dns.flags.AA
    assert answer.answer == []
    (soa,) = answer.authority
    assert (soa.name.to_text(), soa.rdtype, soa.ttl) == ("agency.com.", dns.rdatatype.SOA, 60)


def test_the_negative_ttl_is_the_lesser_of_the_soas_own_and_minimum(world):
    (soa,) = world.ask("nothing.client.org", "A").authority

    assert soa.ttl == 300
    assert soa[0].minimum == 900


def test_an_alias_to_a_name_that_is_not_there_is_no_such_name(world):
    world.set_zone("agency.com", "alias CNAME gone.client.org.")

    answer = world.ask("alias.agency.com", "A")

    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert records(answer.answer) == {"alias.agency.com. CNAME gone.client.org."}
    assert answer.authority[0].name.to_text() == "client.org."


@pytest.mark.parametrize("recursive", [False, True])
def test_a_loop_of_aliases_ends_in_servfail(world, recursive):
    assert world.ask("loop1.agency.com", "A", recursive=recursive).rcode() == dns.rcode.SERVFAIL


def test_below_a_cut_an_authority_refers(world):
    answer = world.ask("www.child.agency.com", "A")

    assert answer.rcode() == dns.rcode.NOERROR
    assert not answer.flags & dns.flags.AA
    assert answer.answer == []
    assert records(answer.authority) == {
        "child.agency.com. NS ns1.child.agency.com.",
        "child.agency.com. NS ns.elsewhere.example.",
    }
    assert records(answer.additional) == {"ns1.child.agency.com. A 127.0.0.1"}


def test_the_parent_answers_for_ds_at_the_cut(world):
    world.set_zone("child.agency.com", "@ A 192.0.2.30")

    assert [rrset.rdtype for rrset in world.ask("child.agency.com", "DS").answer] == [dns.rdatatype.DS]
    assert records(world.ask("child.agency.com", "A").answer) == {"child.agency.com. A 192.0.2.30"}


def test_a_delegation_to_a_child_that_nobody_serves_is_servfail_for_a_resolver(world):
    assert world.ask("www.child.agency.com", "A", recursive=True).rcode() == dns.rcode.SERVFAIL


def test_the_longest_zone_answers(world):
    world.set_zone("mail.agency.com", "@ TXT own")

    answer = world.ask("x.mail.agency.com", "A")

    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert answer.authority[0].name.to_text() == "mail.agency.com."


def test_an_authority_refuses_what_it_has_no_zone_for(world):
    answer = world.ask("www.unknown.example", "A")

    assert answer.rcode() == dns.rcode.REFUSED
    assert not answer.flags & dns.flags.AA
    assert answer.authority == []


def test_a_resolver_answers_with_ra_and_follows_aliases_across_zones(world):
    answer = world.ask("far.agency.com", "A", recursive=True)

    assert answer.flags & dns.flags.RA
    assert records(answer.answer) == {"far.agency.com. CNAME www.client.org.", "www.client.org. A 192.0.2.20"}


def test_a_resolver_knows_no_such_name_outside_the_zones(world):
    for name in ("www.unknown.example", "away.agency.com"):
        answer = world.ask(name, "A", recursive=True)
        assert answer.rcode() == dns.rcode.NXDOMAIN
        assert answer.authority[0].name == dns.name.root


@pytest.mark.parametrize("rdtype", ["NS", "SOA", "A"])
def test_a_resolver_has_no_records_for_a_name_above_a_zone(world, rdtype):
    answer = world.ask("com", rdtype, recursive=True)

    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.answer == []
    assert answer.authority[0].name == dns.name.root


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("a.b.agency.com.", "agency.com."),
        ("nothing.client.org.", "client.org."),
        ("www.unknown.example.", "."),
        ("com.", "."),
    ],
)
def test_a_search_for_the_zone_cut_ends(world, name, zone):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [world.host]
    resolver.port = world.port

    assert dns.resolver.zone_for_name(name, resolver=resolver).to_text() == zone


@pytest.mark.parametrize(
    "host",
    [
        "ns1.client.org",
        "ns.remote.example",
        "ns1.child.agency.com",
        "ns.elsewhere.example",
        "NS.Remote.Example",
    ],
)
@pytest.mark.parametrize("recursive", [False, True])
def test_every_nameserver_of_a_zone_is_this_one(world, host, recursive):
    a = world.ask(host, "A", recursive=recursive)
    aaaa = world.ask(host, "AAAA", recursive=recursive)

    assert [record.address for rrset in a.answer for record in rrset] == ["127.0.0.1"]
    assert (aaaa.rcode(), aaaa.answer) == (dns.rcode.NOERROR, [])


def test_a_nameserver_may_have_a_loopback_address_of_its_own(world):
    world.set_zone("client.org", "@ NS ns2\nns2 A 127.0.0.9\nns2 A 203.0.113.9")

    assert records(world.ask("ns2.client.org", "A").answer) == {"ns2.client.org. A 127.0.0.9"}


def test_a_host_is_no_nameserver_any_more_when_its_zone_is_gone(world):
    assert world.delete_zone("client.org")

    assert world.ask("ns.remote.example", "A").rcode() == dns.rcode.REFUSED
    assert world.ask("org", "NS", recursive=True).rcode() == dns.rcode.NXDOMAIN


@pytest.mark.parametrize("name", ["localhost", "api.localhost"])
def test_localhost_is_this_machine(world, name):
    assert records(world.ask(name, "A", recursive=True).answer) == {f"{name}. A 127.0.0.1"}
    assert records(world.ask(name, "AAAA").answer) == {f"{name}. AAAA ::1"}
    assert world.ask(name, "MX").rcode() == dns.rcode.NOERROR


def test_any_gets_one_rrset(world):
    (rrset,) = world.ask("x.wild.agency.com", "ANY").answer

    assert rrset.rdtype in (dns.rdatatype.TXT, dns.rdatatype.MX)


def test_the_question_comes_back_in_the_case_it_was_asked_in(world):
    query = dns.message.make_query("wWw.aGenCY.CoM", "A")

    wire = world.exchange(query).to_wire()

    assert b"\x03wWw\x06aGenCY\x03CoM\x00" in wire


@pytest.mark.parametrize(
    ("change", "rcode"),
    [
        (lambda query: query.set_opcode(dns.opcode.STATUS), dns.rcode.NOTIMP),
        (lambda query: query.use_edns(edns=1), dns.rcode.BADVERS),
        (lambda query: query.question.append(query.question[0]), dns.rcode.FORMERR),
        (lambda query: query.question.clear(), dns.rcode.FORMERR),
    ],
)
def test_an_unusual_query_is_answered_properly(world, change, rcode):
    query = dns.message.make_query("www.agency.com", "A")
    change(query)
    packet = query.to_wire()

    answer = world.send(packet)

    assert answer is not None
    assert dns.message.from_wire(answer, question_only=True).id == query.id
    assert dns.message.from_wire(answer).rcode() == rcode


@pytest.mark.parametrize(
    ("rdclass", "rdtype", "rcode"),
    [
        ("CH", "TXT", dns.rcode.REFUSED),
        ("IN", "AXFR", dns.rcode.REFUSED),
        ("IN", "TKEY", dns.rcode.FORMERR),
        ("IN", "TYPE65280", dns.rcode.NOERROR),
    ],
)
def test_an_unusual_question_is_answered_properly(world, rdclass, rdtype, rcode):
    answer = world.exchange(dns.message.make_query("agency.com", rdtype, rdclass=rdclass))

    assert answer.rcode() == rcode


def test_edns_is_answered_with_edns_and_the_payload_size(world):
    answer = world.ask("www.agency.com", "A")
    plain = world.exchange(dns.message.make_query("www.agency.com", "A"))

    assert (answer.edns, answer.payload) == (0, 1232)
    assert plain.edns == -1
