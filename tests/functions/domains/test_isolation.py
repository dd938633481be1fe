"""No token reads, changes or learns of another account's domains (DESIGN section 10, invariant 1)."""

from __future__ import annotations

import pytest

from letterhead import identifiers
from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.sendara.problems import render as sendara_refusal
from letterhead.dialects.sendmailos.problems import render as sendmailos_refusal
from tests.fakes.sending_domains import NOW
from tests.golden.reading import on_the_wire

UNKNOWN_ID = identifiers.to_prefixed("dom", identifiers.new_id(NOW))
UNAUTHENTICATED = Problem(Kind.UNAUTHENTICATED)


@pytest.fixture
def made(domains, theirs) -> dict:
    answer = domains.register(theirs, "theirs.com")
    assert answer.status == 201
    return answer.json


def told(answer) -> tuple[object, ...]:
    """Everything that an answer tells, but for how many requests are left: that number falls with each of them."""
    headers = {name: value for name, value in answer.headers.items() if not name.startswith("x-ratelimit-")}
    return answer.status, answer.text, tuple(headers.items())


@pytest.mark.parametrize("act", ["show", "verify", "delete"])
def test_another_accounts_domain_is_a_404_byte_for_byte_like_an_unknown_one(domains, mine, made, act):
    do = getattr(domains, act)
    foreign = [do(mine, made["id"]), do(mine, "theirs.com"), do(mine, "THEIRS.com.")]
    unknown = [do(mine, UNKNOWN_ID), do(mine, "nobodys.com")]

    assert {told(answer) for answer in foreign} == {told(answer) for answer in unknown}
    assert foreign[0].status == 404


def test_another_accounts_domain_is_not_checked_by_asking_for_it(domains, mine, theirs, made):
    domains.verify(mine, made["id"])

    assert domains.show(theirs, made["id"]).json == made


def test_another_accounts_domains_are_in_no_list(domains, mine, made):
    assert domains.list(mine) == []
    assert domains.list_at_sendmailos(mine) == []


@pytest.mark.parametrize("name", ["theirs.com", "mail.theirs.com"])
def test_a_name_that_another_account_holds_is_registered_without_a_word_about_it(
    domains, mine, theirs, made, name
):
    answer = domains.register(mine, name)

    assert (answer.status, answer.json["ownership_challenge"]["status"]) == (201, "pending")
    tokens = [record["value"] for record in made["dns_records"] if record["type"] == "CNAME"]
    for word in (made["id"], theirs.account_id, made["ownership_challenge"]["value"], *tokens):
        assert word not in answer.text
    assert domains.list(theirs) == [made]


def test_ids_of_other_dialects_do_not_open_sendaras_paths(domains, theirs, made):
    inner = identifiers.from_prefixed("dom", made["id"])
    for other in (inner, identifiers.to_uuid(inner), inner.upper(), identifiers.to_prefixed("idn", inner)):
        assert domains.show(theirs, other).status == 404


# A token on a path of another service alone: 401 in the path's words (DESIGN section 4).
CROSS = [
    ("sendara", "GET", "/api/v1/domains", sendmailos_refusal),
    ("sendara", "POST", "/api/v1/domains", sendmailos_refusal),
    ("mailersend", "GET", "/api/v1/domains", sendmailos_refusal),
    ("sendmailos", "GET", "/v1/domains", sendara_refusal),
    ("sendmailos", "GET", "/v1/domains/theirs.com", sendara_refusal),
    ("sendmailos", "POST", "/v1/domains/theirs.com/verify", sendara_refusal),
]


@pytest.mark.parametrize(("dialect", "method", "path", "refusal"), CROSS)
def test_an_accounts_token_of_another_dialect_is_refused_even_for_its_own_domains(
    domains, theirs, made, dialect, method, path, refusal
):
    answer = domains.function.call(method, path, getattr(theirs, dialect), json={"domain": "new.com"})

    assert (answer.status, answer.json) == (401, on_the_wire(refusal(UNAUTHENTICATED).body))
    assert domains.list(theirs) == [made]


def test_nothing_of_anybodys_is_in_the_log(domains, mine, theirs, made):
    domains.outside.publish("theirs.com", made["dns_records"])
    domains.verify(theirs, made["id"])
    domains.show(mine, "theirs.com")
    domains.register_at_sendmailos(
        mine, "mine.com", external_id="hunter2-external", metadata={"owner": "amy@bookshelf.com"}
    )
    domains.function.call("POST", "/v1/domains", mine.sendara, body='{"domain": "hunter2')

    secrets = [
        *(token for account in (mine, theirs) for token in (account.sendara, account.sendmailos)),
        *(token[12:-4] for token in (mine.sendara, theirs.sendara)),
        "hunter2",
        "amy@",
        "bookshelf",
        "theirs.com",
        "mine.com",
    ]
    assert len(domains.function.lines) == 5
    assert [secret for secret in secrets if secret in domains.function.log] == []
