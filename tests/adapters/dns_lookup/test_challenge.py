"""Asking for an ownership challenge: what proves it, and all that doesn't."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from letterhead.adapters.dns_lookup.challenge_prover import ChallengeProver
from letterhead.domains.ports import ChallengeAnswer, ChallengeResult
from tests.domains.diagnosis.dns_world import FIRST, RESOLVER, DnsWorld

LAYER = Path(__file__).parents[3] / "layers" / "letterhead"
VALUE = "letterhead-challenge=0123456789abcdef0123456789abcdef01234567"
NAME = "_letterhead-challenge.mail.acme.test"
TWO_SERVERS = "@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns2 A 127.0.0.2\n"
CHALLENGE = f'_letterhead-challenge.mail TXT "{VALUE}"\n'
PROVEN, WRONG = ChallengeAnswer.PROVEN, ChallengeAnswer.WRONG
ABSENT, UNKNOWN = ChallengeAnswer.ABSENT, ChallengeAnswer.UNKNOWN


def serve(world: DnsWorld, first: str, second: str | None = None, origin: str = "acme.test") -> None:
    world.do(lambda: world.first.set_zone(origin, first))
    world.do(lambda: world.second.set_zone(origin, first if second is None else second))


def ask(
    world: DnsWorld, *, resolver: str = FIRST, seconds: float = 2.0, port: int | None = None
) -> ChallengeResult:
    prover = ChallengeProver(
        [(resolver, port or world.port)], authoritative_port=world.port, allow_loopback=True
    )
    return prover.ask(NAME, VALUE, seconds=seconds)


def test_the_record_at_every_server_of_the_zone_proves_the_name(world):
    serve(world, TWO_SERVERS + CHALLENGE)
    result = ask(world)

    assert result.answer is PROVEN
    assert sorted(result.servers) == ["ns1.acme.test (127.0.0.1)", "ns2.acme.test (127.0.0.2)"]


@pytest.mark.parametrize("zone", ["acme.test", "mail.acme.test"])
def test_the_zone_is_the_names_own(world, zone):
    serve(world, TWO_SERVERS, origin="acme.test")
    record = CHALLENGE if zone == "acme.test" else f'_letterhead-challenge TXT "{VALUE}"\n'
    serve(world, TWO_SERVERS + record, origin=zone)

    assert ask(world).answer is PROVEN


@pytest.mark.parametrize(
    "records",
    [
        CHALLENGE + '_letterhead-challenge.mail TXT "another one, of another account"\n',
        f'_letterhead-challenge.mail TXT "{VALUE[:20]}" "{VALUE[20:]}"\n',
        CHALLENGE + '*.mail TXT "v=spf1 -all"\n',
        CHALLENGE + "*.mail CNAME elsewhere.test.\n",
        CHALLENGE + "*.mail A 203.0.113.1\n",
    ],
    ids=[
        "beside another",
        "split",
        "beside a wildcard TXT",
        "beside a wildcard CNAME",
        "beside a wildcard A",
    ],
)
def test_what_proves_it_as_well(world, records):
    serve(world, TWO_SERVERS + records)

    assert ask(world).answer is PROVEN


@pytest.mark.parametrize(
    ("records", "answer", "word"),
    [
        ("", ABSENT, "No TXT record"),
        ("_letterhead-challenge.mail A 203.0.113.1\n", ABSENT, "No TXT record"),
        (f'mail TXT "{VALUE}"\n', ABSENT, "No TXT record"),
        (f'_letterhead-challenge TXT "{VALUE}"\n', ABSENT, "No TXT record"),
        (f'_letterhead-challenge.mail TXT "{VALUE[:-1]}"\n', WRONG, "another text"),
        (f'_letterhead-challenge.mail TXT "{VALUE.upper()}"\n', WRONG, "another text"),
        (f'_letterhead-challenge.mail TXT "{VALUE} "\n', WRONG, "another text"),
        (f'*.mail TXT "{VALUE}"\n', WRONG, "wildcard"),
        (f'* TXT "{VALUE}"\n', WRONG, "wildcard"),
        (f'_letterhead-challenge.mail CNAME here\nhere TXT "{VALUE}"\n', WRONG, "alias"),
        (f'*.mail CNAME here\nhere TXT "{VALUE}"\n', WRONG, "alias"),
        ("_letterhead-challenge.mail CNAME elsewhere.test.\n", WRONG, "alias"),
        ("_letterhead-challenge.mail CNAME gone\n", WRONG, "alias"),
        ("_letterhead-challenge.mail CNAME _letterhead-challenge.mail\n", WRONG, "alias"),
    ],
)
def test_what_proves_nothing_and_why(world, records, answer, word):
    serve(world, TWO_SERVERS + records)
    serve(world, f'@ TXT "{VALUE}"\n', origin="elsewhere.test")
    result = ask(world)

    assert result.answer is answer
    assert word in result.detail


@pytest.mark.parametrize("second", ["", f'_letterhead-challenge.mail TXT "{VALUE[:-1]}"\n'])
def test_servers_that_do_not_agree_prove_nothing(world, second):
    serve(world, TWO_SERVERS + CHALLENGE, TWO_SERVERS + second)

    assert ask(world).answer is UNKNOWN


@pytest.mark.parametrize("how", ["drops", "refuses", "servfails"])
def test_a_server_that_does_not_answer_proves_nothing(world, how):
    serve(world, TWO_SERVERS + CHALLENGE)
    world.second.misbehaves = how

    assert ask(world).answer is UNKNOWN


def test_a_server_that_does_not_serve_the_zone_proves_nothing(world):
    serve(world, TWO_SERVERS + CHALLENGE)
    world.do(lambda: world.second.delete_zone("acme.test"))

    assert ask(world).answer is UNKNOWN


@pytest.mark.parametrize("address", ["10.0.0.53", "169.254.169.254", "192.168.1.1"])
def test_a_server_that_may_not_be_asked_proves_nothing(world, address):
    serve(world, TWO_SERVERS + CHALLENGE)

    def elsewhere(query: dns.message.Message, _over_udp: bool) -> bytes:
        response = dns.message.make_response(query)
        question = query.question[0]
        if question.rdtype == dns.rdatatype.A:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", address))
        return response.to_wire()

    world.first.raw["ns2.acme.test"] = elsewhere

    assert ask(world).answer is UNKNOWN


def test_a_server_without_any_address_is_none(world):
    serve(world, f"@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\n{CHALLENGE}")

    assert ask(world).answer is PROVEN


def test_all_addresses_of_a_server_are_asked(world):
    text = f"@ NS ns1\nns1 A 127.0.0.1\nns1 A 127.0.0.2\n{CHALLENGE}"
    serve(world, text, text.replace(VALUE, "x"))

    assert ask(world).answer is UNKNOWN


def test_a_challenge_that_is_delegated_elsewhere_proves_nothing(world):
    serve(world, f"{TWO_SERVERS}_letterhead-challenge.mail NS ns1\n")

    assert ask(world).answer is UNKNOWN


def test_a_zone_that_nobody_finds_proves_nothing(world):
    serve(world, TWO_SERVERS + CHALLENGE)
    world.resolver.misbehaves = "drops"

    assert ask(world, resolver=RESOLVER, seconds=0.5).answer is UNKNOWN


def test_an_answer_comes_in_time_whatever_the_servers_do(world):
    serve(world, TWO_SERVERS + CHALLENGE)
    world.second.misbehaves = "drops"
    started = time.monotonic()
    result = ask(world, seconds=0.3)

    assert time.monotonic() - started < 1
    assert result.answer is UNKNOWN


def test_what_comes_over_udp_is_never_believed(world):
    """A forger who can answer datagrams, but isn't on the path, says the challenge is there."""
    serve(world, TWO_SERVERS)

    def forged(query: dns.message.Message, over_udp: bool) -> bytes | None:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if over_udp:
            response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", f'"{VALUE}"'))
        return response.to_wire()

    for server in (world.first, world.second):
        server.raw[NAME] = forged

    assert ask(world).answer is ABSENT


def test_every_question_goes_over_tcp(world):
    serve(world, TWO_SERVERS + CHALLENGE)
    seen = []
    for server in (world.first, world.second):
        whole = server.answer

        def watched(packet, over_udp, whole=whole):
            seen.append(over_udp)
            return whole(packet, over_udp)

        server.answer = watched

    assert ask(world).answer is PROVEN
    assert set(seen) == {False}


def test_the_neighbour_that_shows_a_wildcard_is_another_one_each_time(world):
    serve(world, TWO_SERVERS + CHALLENGE)
    for _ in range(2):
        ask(world)
    probes = {name for name, _ in world.first.asked if name.startswith("_letterhead-challenge-")}

    assert len(probes) == 2
    assert all(len(probe) == len(NAME) + 17 for probe in probes)


def test_dnspython_is_not_imported_before_the_first_question():
    program = (
        "import sys; from letterhead.adapters.dns_lookup.challenge_prover import ChallengeProver;"
        "ChallengeProver([('127.0.0.1', 9)]); print([name for name in sys.modules if name.split('.')[0] == 'dns'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(LAYER)},
    )
    assert done.stdout.strip() == "[]"
