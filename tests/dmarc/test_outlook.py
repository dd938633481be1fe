"""The DMARC vectors against the rules alone and against the real nameserver, and what a forecast may ask of DNS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from letterhead.dmarc.discovery import look
from letterhead.dmarc.evaluation import Authentication
from letterhead.dmarc.outlook import Outlook, outlook
from letterhead.dmarc.results import Result
from letterhead.dmarc.tree_walk import MOST_QUERIES, walk
from letterhead.domains.records import RecordType
from tests.dmarc.vectors import TOP, Asked, Vector, vectors
from tests.domains.diagnosis.dns_world import DnsWorld, dns_world

VECTORS = vectors()
SECONDS = 4.5


@pytest.fixture(scope="module")
def world() -> Iterator[DnsWorld]:
    with dns_world() as world:
        yield world


def named(found: list[Vector]) -> list[object]:
    return [pytest.param(vector, id=vector.name) for vector in found]


def told(found: Outlook) -> tuple[str | None, str | None, Result, bool]:
    applied = found.applied
    return (
        applied and applied.policy.value,
        applied and applied.source.name,
        found.result,
        found.known,
    )


@pytest.mark.parametrize("vector", named(VECTORS))
def test_the_rules_come_to_what_the_standard_says(vector: Vector):
    asked = Asked(vector)
    assert told(outlook(vector.author, vector.authentication, asked, {})) == vector.expected


@pytest.mark.parametrize("vector", named(VECTORS))
def test_the_real_dns_comes_to_the_same(vector: Vector, world: DnsWorld):
    world.do(lambda: serve(vector, world))
    try:
        with world.lookup().conversation(seconds=SECONDS) as conversation:
            assert told(outlook(vector.author, vector.authentication, conversation, {})) == vector.expected
    finally:
        world.do(lambda: [world.first.set_fault(name, "ok") for name in vector.faulty_names])


def serve(vector: Vector, world: DnsWorld) -> None:
    world.first.set_zone(TOP, vector.zone())
    for name, mode in vector.faulty_names.items():
        world.first.set_fault(name, mode)


def test_the_table_is_as_large_as_it_claims():
    assert len(VECTORS) >= 40
    assert len({vector.name for vector in VECTORS}) == len(VECTORS)
    assert all("section" in vector.source or "appendix" in vector.source for vector in VECTORS)


@pytest.mark.parametrize("vector", named([vector for vector in VECTORS if vector.asks is not None]))
def test_a_walk_asks_the_names_of_the_standard(vector: Vector):
    asked = Asked(vector)
    look((vector.author,), asked, {})
    assert walk(vector.author) == vector.asks
    assert {question.name for question in asked.questions} == {f"_dmarc.{name}" for name in vector.asks}


@pytest.mark.parametrize("labels", [1, 2, 3, 7, 8, 9, 20, 120])
def test_a_walk_asks_eight_names_at_most(labels):
    name = ".".join(["a"] * (labels - 1) + ["test"])
    assert len(walk(name)) == min(labels, MOST_QUERIES)
    assert len(set(walk(name))) == len(walk(name))


def test_a_name_too_long_to_be_asked_for_has_no_record():
    name = ".".join(["a" * 60] * 4) + ".test"
    asked = Asked(VECTORS[0])
    seen = look((name,), asked, {})
    assert f"_dmarc.{name}" not in {question.name for question in asked.questions}
    assert seen.get(name) is None


def test_what_is_known_is_not_asked_again():
    asked = Asked(VECTORS[0])
    seen = look(("example.test",), asked, {})
    look(("example.test", "test"), asked, seen)
    assert len(asked.questions) == 2


def test_existence_is_only_asked_where_it_makes_a_difference():
    for vector in VECTORS:
        asked = Asked(vector)
        outlook(vector.author, vector.authentication, asked, {})
        kinds = {question.type for question in asked.questions}
        with_np = any("np=" in text for texts in vector.records.values() for text in texts)
        assert with_np or kinds == {RecordType.TXT}, vector.name


def test_nobody_elses_walk_is_asked_for_an_identifier_of_another_organization():
    vector = next(vector for vector in VECTORS if vector.author == "client.test")
    asked = Asked(vector)
    outlook("client.test", Authentication("amazonses.com", "amazonses.com"), asked, {})
    assert {question.name for question in asked.questions} == {"_dmarc.client.test", "_dmarc.test"}
