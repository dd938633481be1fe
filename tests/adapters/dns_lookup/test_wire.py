"""Questions as packets."""

from __future__ import annotations

from random import Random

import dns.flags
import dns.message
import pytest

from letterhead.adapters.dns_lookup.wire import (
    MalformedError,
    Reply,
    UnaskableError,
    answers_to,
    encode,
    repeats_in_other_case,
)
from letterhead.domains.dns_answers import Question
from letterhead.domains.records import RecordType

QUESTION = Question("mail.acme.test", RecordType.MX)


@pytest.mark.parametrize("kind", RecordType)
def test_a_packet_is_the_question_that_dnspython_reads(kind):
    packet = encode(Question("mail.acme.test", kind), Random(1))
    query = dns.message.from_wire(packet.wire)
    assert query.question[0].name.to_text().lower() == "mail.acme.test."
    assert query.question[0].rdtype.name == kind
    assert (query.id, query.payload, query.edns) == (packet.id, 1232, 0)
    assert query.flags == 0


def test_the_bits_for_recursion_and_no_validation_are_set_when_wanted():
    query = dns.message.from_wire(
        encode(QUESTION, Random(1), recursion=True, unchecked=True, edns=False).wire
    )
    assert query.flags == dns.flags.RD | dns.flags.CD
    assert query.edns == -1


def test_a_name_with_escapes_is_asked_for_as_it_is_meant():
    query = dns.message.from_wire(encode(Question(r"a\032b\.c.acme.test", RecordType.TXT), Random(1)).wire)
    assert query.question[0].name.labels[0].lower() == b"a b.c"


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "a..test", ".".join(["a" * 63] * 4) + ".test", ".test"])
def test_a_name_that_fits_in_no_packet_is_refused(name):
    with pytest.raises(UnaskableError):
        encode(Question(name, RecordType.TXT), Random(1))


def test_the_root_can_be_asked_for():
    assert (
        dns.message.from_wire(encode(Question(".", RecordType.NS), Random(1)).wire).question[0].name.to_text()
        == "."
    )


def test_a_response_must_repeat_the_id_and_the_question_letter_by_letter():
    packet = encode(QUESTION, Random(1))
    response = dns.message.make_response(dns.message.from_wire(packet.wire)).to_wire()
    assert answers_to(packet, response)
    assert not answers_to(packet, packet.wire)
    assert not answers_to(packet, bytes((response[0] ^ 1,)) + response[1:])
    lower = response[:12] + response[12:].lower()
    assert not answers_to(packet, lower)
    assert repeats_in_other_case(packet, lower)
    assert not repeats_in_other_case(packet, response[:12])


def test_an_rcode_beyond_fifteen_is_read_from_edns():
    """RFC 6891 section 6.1.3: BADVERS is 16."""
    packet = encode(QUESTION, Random(1))
    response = dns.message.make_response(dns.message.from_wire(packet.wire))
    response.use_edns(0)
    response.set_rcode(dns.rcode.BADVERS)
    assert Reply(packet, response.to_wire()).rcode == 16


def test_what_is_cut_off_in_the_middle_is_malformed():
    packet = encode(QUESTION, Random(1))
    response = dns.message.make_response(dns.message.from_wire(packet.wire))
    response.answer.append(dns.rrset.from_text("mail.acme.test.", 60, "IN", "MX", "10 x.test."))
    wire = response.to_wire()
    assert [record.value for record in Reply(packet, wire).answer] == ["10 x.test"]
    for end in range(12, len(wire) - 11):
        with pytest.raises(MalformedError):
            Reply(packet, wire[:end])
