"""Endpoints that mean ill or are broken, as deliveries show them; for the guard itself see tests/adapters/outbound_http."""

from __future__ import annotations

import gzip

from letterhead.tokens.dialect import Dialect
from tests.fakes.receiver import Answering
from tests.functions.webhooks.conftest import shown_deliveries

METADATA = "http://169.254.169.254/latest/meta-data/"
ANSWERS = {
    "redirect to metadata": (Answering(302, headers={"Location": METADATA}), "status", 302),
    "permanent redirect to metadata": (Answering(308, headers={"Location": METADATA}), "status", 308),
    "a hundred megabytes": (Answering(500, b"x" * 10_000_000), "status", 500),
    "a gzip bomb": (
        Answering(500, gzip.compress(bytes(10_000_000)), {"Content-Encoding": "gzip"}),
        "status",
        500,
    ),
    "a header of a megabyte": (Answering(200, headers={"X": "x" * 1_000_000}), "unreachable", None),
}


def failed_twice(stack, made):
    """The attempts of an event's delivery that fails at first and when it is tried again."""
    stack.happen()
    stack.spread()
    stack.attempts()
    stack.attempts(due_within=6)
    return shown_deliveries(stack, Dialect.SENDARA, made["id"])[0]


def test_whatever_is_answered_it_is_kept_short_and_never_followed(stack, program):
    for what, (answering, error, status) in ANSWERS.items():
        program.received.clear()
        made = stack.create(Dialect.SENDARA, program.url)
        program.answers = lambda _, each=answering: each
        delivery = failed_twice(stack, made)
        assert [each["error"] for each in delivery["attempts"]] == [error] * 2, what
        assert [each["response_status"] for each in delivery["attempts"]] == [status] * 2, what
        assert all(len(each["response"] or "") <= 256 for each in delivery["attempts"]), what
        assert [each.path for each in program.received] == ["/hook"] * 2, what
        assert stack.call(Dialect.SENDARA, "DELETE", f"/{made['id']}").status == 204


def test_who_takes_the_ping_and_fails_then_is_tried_again(stack, program):
    made = stack.create(Dialect.MAILERSEND, program.url)
    assert program.last.json["type"] == "webhook.test"
    program.answer(500)
    stack.happen()
    stack.spread()
    stack.attempts()
    stack.attempts(due_within=6)
    (delivery,) = shown_deliveries(stack, Dialect.MAILERSEND, made["id"])
    assert (delivery["status"], delivery["attempt_count"]) == ("pending", 2)
    assert [each.json["type"] for each in program.received[1:]] == ["domain.verified"] * 2


def test_a_name_that_is_moved_inside_gets_nothing_any_more(stack, program, outside):
    outside.publish_addresses("rebound.com", hooks="127.0.0.1")
    url = program.url.replace("127.0.0.1", "hooks.rebound.com")
    made = stack.create(Dialect.SENDARA, url)
    stack.happen()
    stack.spread()
    stack.attempts()
    assert len(program.received) == 1
    for address in ("169.254.169.254", "10.0.0.7"):
        outside.publish_addresses("rebound.com", hooks=address)
        delivery = failed_twice(stack, made)
        assert [each["error"] for each in delivery["attempts"]] == ["not_allowed"] * 2
        assert [each["error_detail"] for each in delivery["attempts"]] == ["address"] * 2
    assert len(program.received) == 1
