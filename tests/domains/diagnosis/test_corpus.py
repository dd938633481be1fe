"""The fault corpus against the real nameserver: every fault is named, no harmless variant is refused, no trouble demotes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from letterhead.domains.verification import Verification, verify
from tests.domains.diagnosis.cases import MISBEHAVIOURS, Case, corpus
from tests.domains.diagnosis.dns_world import FIRST, RESOLVER, DnsWorld, Server, dns_world

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FAULTS = [case for name in ("dkim", "mail_from", "spf", "dmarc", "zone") for case in corpus(name)]
HARMLESS, TRANSIENT = corpus("harmless"), corpus("transient")


@pytest.fixture
def world() -> Iterator[DnsWorld]:
    with dns_world() as world:
        yield world


def named(cases: list[Case]) -> list[object]:
    return [pytest.param(case, id=case.name) for case in cases]


@pytest.mark.parametrize("case", named([*FAULTS, *HARMLESS, *TRANSIENT]))
def test_each_row_comes_to_its_status_and_findings(case: Case, world: DnsWorld):
    verification = verified(case, world)

    assert {row.record.purpose: (row.status, codes(row.findings)) for row in verification.rows} == {
        record.purpose: (case.expected(record.purpose).status, case.expected(record.purpose).codes)
        for record in case.required
    }
    for purpose, fields in case.fix.items():
        row = verification.row(purpose)
        assert row is not None
        fix = row.findings[0].fix
        assert fix is not None
        shown = fix.as_dict()
        assert {key: shown.get(key) for key in fields} == fields


def test_the_corpus_is_as_large_as_it_claims():
    assert len(FAULTS) >= 60
    assert len(HARMLESS) >= 25
    assert len(TRANSIENT) >= 10
    assert all(case.source for case in (*FAULTS, *HARMLESS, *TRANSIENT))


def test_no_harmless_variant_expects_anything_but_a_clean_pass():
    assert [case.name for case in HARMLESS if case.expect] == []


def verified(case: Case, world: DnsWorld) -> Verification:
    world.do(lambda: serve(case, world))
    lookup = world.lookup(FIRST if case.resolver is None else RESOLVER)
    return verify(case.check(), lookup, now=NOW)


def serve(case: Case, world: DnsWorld) -> None:
    set_zones(world.first, case, case.first_zone())
    if case.second in MISBEHAVIOURS:
        world.second.misbehaves = case.second
    elif case.second is not None:
        set_zones(world.second, case, case.second_zone())
    if case.resolver in MISBEHAVIOURS:
        world.resolver.misbehaves, world.resolver.bogus_below = case.resolver, case.apex
        set_zones(world.resolver, case, case.first_zone())
    elif case.resolver is not None:
        set_zones(world.resolver, case, case.resolver)
    for name, mode in case.faults.items():
        for server in (world.first, world.second, world.resolver):
            server.set_fault(name, mode)


def set_zones(server: Server, case: Case, text: str | None) -> None:
    for origin, zone in case.zones.items():
        server.set_zone(origin, zone)
    if text is not None:
        server.set_zone(case.apex, text)
    server.beside = {
        name: [(kind, value) for kind, value in records] for name, records in case.beside.items()
    }


def codes(findings: object) -> tuple[str, ...]:
    return tuple(finding.code.value for finding in findings)  # type: ignore[attr-defined]
