"""Attacks by a token's holder: no call gives away more than the asking token has, and none shows what it may not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.token_words import WORDS

SOON = datetime.now(UTC) + timedelta(days=10)
LATER = SOON + timedelta(days=1)


def kept(text):
    return TokenTable("TokensTable").by_hash(secret.hash_of(text))


# --- changing -----------------------------------------------------------------------------------------------------------


def changed(tokens, caller, target, scopes, **more):
    body = {"name": "changed", "scopes": scopes} | more
    return tokens.call("PUT", f"/v1/token/{target.id}", caller.text, json=body, source="203.0.113.9")


def test_scopes_grow_and_shrink_with_the_next_request(tokens, agency):
    caller = agency.token(Dialect.MAILERSEND)
    target = agency.token(Dialect.MAILERSEND, scopes=frozenset({"domains_full", "tokens_full"}))
    for scopes in (["domains_read"], ["domains_read", "email_full"], ["tokens_full"]):
        answer = changed(tokens, caller, target, scopes)
        assert (answer.status, answer.json["data"]["scopes"]) == (200, sorted(scopes))
        assert kept(target.text).scopes == frozenset(scopes)
    assert tokens.call("GET", "/v1/token", target.text).status == 200


def test_a_replaced_secret_loses_what_its_token_loses(tokens, agency):
    caller = agency.token(Dialect.MAILERSEND)
    target = agency.token(Dialect.MAILERSEND)
    tokens.call("POST", f"/v1/token/{target.id}/rotate", caller.text, json={"overlap_seconds": 60})
    changed(tokens, caller, target, ["domains_read"])

    assert kept(target.text).scopes == frozenset({"domains_read"})


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ({"tokens_full"}, ["domains_read", "email_full"]),
        ({"tokens_full", "domains_read"}, ["domains_full"]),
        ({"tokens_full", "domains_full"}, ["domains_full", "tokens_full", "users_read"]),
    ],
)
def test_a_token_gains_no_scope_that_the_asking_one_lacks(tokens, agency, own, wanted):
    caller = agency.token(Dialect.MAILERSEND, scopes=frozenset(own))
    target = agency.token(Dialect.MAILERSEND, scopes=frozenset({"domains_read"}))
    for each in (target, caller):  # nor does it help itself
        answer = changed(tokens, caller, each, wanted)
        assert (answer.status, list(answer.json["errors"])) == (422, ["scopes"])
    assert kept(target.text).scopes == frozenset({"domains_read"})
    assert kept(caller.text).scopes == frozenset(own)


@pytest.mark.parametrize(
    "narrow",
    [{"expires_at": SOON}, {"allowed_networks": ("203.0.113.0/24",)}],
    ids=["for longer", "from elsewhere"],
)
def test_a_narrow_token_gives_no_scope_to_one_that_it_would_live_on_in(tokens, agency, narrow):
    caller = agency.token(Dialect.MAILERSEND, **narrow)
    target = agency.token(Dialect.MAILERSEND, scopes=frozenset({"domains_full"}))
    assert changed(tokens, caller, target, ["domains_full", "email_full"]).status == 422
    assert changed(tokens, caller, target, ["domains_read"]).status == 200
    assert changed(tokens, caller, target, ["domains_full"]).status == 422


def test_a_restricted_token_changes_no_wider_one(tokens, agency):
    domain = agency.domain("client.com")
    caller = agency.token(Dialect.MAILERSEND, domain_id=domain.domain_id)
    wider = agency.token(Dialect.MAILERSEND, scopes=frozenset({"domains_read"}))
    assert changed(tokens, caller, wider, ["domains_full"]).status == 404


def test_a_refused_scope_changes_nothing_else(tokens, agency):
    caller = agency.token(Dialect.MAILERSEND, scopes=frozenset({"tokens_full"}))
    target = agency.token(Dialect.MAILERSEND, scopes=frozenset({"domains_read"}))
    assert changed(tokens, caller, target, ["email_full"], status="pause").status == 422
    assert (kept(target.text).name, kept(target.text).paused) == ("a token", False)


@pytest.mark.parametrize("scopes", [[], ["everything"], "domains_read", [1], {}])
def test_scopes_that_are_none_are_refused_by_name(tokens, agency, scopes):
    caller = agency.token(Dialect.MAILERSEND)
    answer = changed(tokens, caller, caller, scopes)
    assert answer.status == 422
    assert {field.partition(".")[0] for field in answer.json["errors"]} == {"scopes"}


# --- creating -----------------------------------------------------------------------------------------------------------


def widenings(agency, domain, identity):
    """What a token is restricted to, and a body that asks for more, with the field that has to be named."""
    other = agency.domain("other-client.com")
    stranger = agency.identity("x@other-client.com", other)
    sibling = agency.identity("y@client.com", domain)
    return [
        ({"expires_at": SOON}, {"expires_at": LATER.isoformat()}, "expires_at"),
        ({"expires_at": SOON}, {"expires_at": "9999-12-31T23:59:59Z"}, "expires_at"),
        ({"domain_id": domain.domain_id}, {"domain_id": other.domain_id}, "domain_id"),
        ({"domain_id": domain.domain_id}, {"identity_id": stranger.identity_id}, "identity_id"),
        ({"identity_id": identity.identity_id}, {"identity_id": sibling.identity_id}, "identity_id"),
        ({"identity_id": identity.identity_id}, {"identity_id": stranger.identity_id}, "identity_id"),
        ({"allowed_networks": ("203.0.113.0/24",)}, {"allowed_networks": []}, "allowed_networks"),
        (
            {"allowed_networks": ("203.0.113.0/24",)},
            {"allowed_networks": ["203.0.112.0/23"]},
            "allowed_networks",
        ),
        ({"allowed_networks": ("203.0.113.0/24",)}, {"allowed_networks": ["::/0"]}, "allowed_networks"),
        ({"allowed_networks": ("203.0.113.0/24",)}, {"allowed_networks": ["0.0.0.0/0"]}, "allowed_networks"),
    ]


@pytest.mark.parametrize("case", range(10))
def test_no_field_can_be_widened(tokens, agency, words, case):
    domain = agency.domain("client.com")
    identity = agency.identity("amy@client.com", domain)
    grant, body, field = widenings(agency, domain, identity)[case]
    caller = agency.token(words.dialect, **grant)
    before = len(list(agency.tokens.of_account(agency.account.account_id)))

    answer = tokens.call("POST", words.path, caller.text, json=words.needed | body, source="203.0.113.9")

    assert field in words.fields(answer)
    assert len(list(agency.tokens.of_account(agency.account.account_id))) == before


@pytest.mark.parametrize(
    ("dialect", "own", "wanted"),
    [
        (Dialect.MAILERSEND, {"tokens_full"}, ["email_full"]),
        (Dialect.MAILERSEND, {"tokens_full", "domains_read"}, ["domains_read", "domains_full"]),
        (Dialect.SENDMAILOS, {"api-keys:write"}, ["domains:read"]),
        (Dialect.SENDMAILOS, {"api-keys:write", "domains:read"}, ["domains:write"]),
    ],
)
def test_a_scope_that_the_asking_token_lacks_is_not_given(tokens, agency, dialect, own, wanted):
    words = WORDS[dialect]
    caller = agency.token(dialect, scopes=frozenset(own))
    answer = tokens.call("POST", words.path, caller.text, json={"name": "more", "scopes": wanted})
    assert words.fields(answer) == {"scopes"}


@pytest.mark.parametrize("dialect", [Dialect.SENDARA, Dialect.SENDMAILOS])
def test_a_test_key_makes_test_keys_only(tokens, agency, dialect):
    words = WORDS[dialect]
    caller = agency.token(dialect, test_mode=True)
    refused = tokens.call("POST", words.path, caller.text, json=words.needed | {"test_mode": False})
    assert words.fields(refused) == {"test_mode"}
    made = tokens.call("POST", words.path, caller.text, json=words.needed)
    assert words.secret(made).startswith("sk_test_")
    assert kept(words.secret(made)).test_mode


def test_what_a_body_does_not_say_is_the_asking_tokens_own(tokens, agency, words):
    domain = agency.domain("client.com")
    identity = agency.identity("amy@client.com", domain)
    grant = {
        "expires_at": SOON,
        "domain_id": domain.domain_id,
        "identity_id": identity.identity_id,
        "allowed_networks": ("203.0.113.0/24",),
    }
    caller = agency.token(words.dialect, **grant)
    blank = {"expires_at": None, "domain_id": "", "identity_id": None, "allowed_networks": None}
    for body in (words.needed, words.needed | blank):
        answer = tokens.call("POST", words.path, caller.text, json=body, source="203.0.113.9")
        assert answer.status == words.created, answer.text
        made = kept(words.secret(answer))
        assert {name: getattr(made, name) for name in grant} == grant


@pytest.mark.parametrize("field", ["domain_id", "identity_id"])
def test_another_accounts_id_is_refused_exactly_like_an_unknown_one(tokens, agency, words, field):
    other = Agency("rival")
    domain = other.domain("rival.com")
    foreign = {
        "domain_id": domain.domain_id,
        "identity_id": other.identity("z@rival.com", domain).identity_id,
    }
    caller = agency.token(words.dialect)
    answers = [
        tokens.call("POST", words.path, caller.text, json=words.needed | {field: given})
        for given in (foreign[field], "0000000000000000", "dom_" + "0" * 32, "nonsense", "../..", "x" * 9000)
    ]
    assert all(words.fields(answer) == {field} for answer in answers)
    assert len({answer.text for answer in answers}) == 1


def test_an_identity_on_another_domain_than_the_named_one_is_refused(tokens, agency, words):
    domain, other = agency.domain("client.com"), agency.domain("other-client.com")
    identity = agency.identity("amy@client.com", domain)
    caller = agency.token(words.dialect)
    body = words.needed | {"domain_id": other.domain_id, "identity_id": identity.identity_id}
    assert words.fields(tokens.call("POST", words.path, caller.text, json=body)) == {"identity_id"}


def test_a_new_name_changes_nothing_but_the_name(tokens, agency):
    domain = agency.domain("client.com")
    caller = agency.token(
        Dialect.MAILERSEND, scopes=frozenset({"tokens_full"}), domain_id=domain.domain_id, expires_at=SOON
    )
    more = {
        "name": "new",
        "domain_id": None,
        "expires_at": None,
        "allowed_networks": [],
        "test_mode": False,
        "status": "unpause",
        "account_id": "0000000000000000",
        "token_hash": "0" * 64,
    }
    answer = tokens.call("PUT", f"/v1/token/{caller.id}", caller.text, json=more)
    assert answer.status == 200
    after = kept(caller.text)
    assert after.name == "new"
    assert after.grant == caller.token.grant
    assert after.account_id == agency.account.account_id


# --- rotating -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(10))
def test_the_secret_of_a_wider_token_is_not_had_by_rotating_it(tokens, agency, words, case):
    domain = agency.domain("client.com")
    identity = agency.identity("amy@client.com", domain)
    grant, _, _ = widenings(agency, domain, identity)[case]
    caller, wider = agency.token(words.dialect, **grant), agency.token(words.dialect)

    answer = tokens.call("POST", words.of(wider.id, "/rotate"), caller.text, source="203.0.113.9")

    assert answer.status in (403, 404)
    assert kept(wider.text) is not None


def test_a_token_with_fewer_scopes_gets_no_wider_secret(tokens, agency, words):
    own = {words.full_scope}
    caller, wider = agency.token(words.dialect, scopes=frozenset(own)), agency.token(words.dialect)
    expected = 200 if words.dialect is Dialect.SENDARA else 403  # admin implies all that Sendara has
    assert tokens.call("POST", words.of(wider.id, "/rotate"), caller.text).status == expected


def test_a_replaced_secret_manages_no_tokens(tokens, agency, words):
    # Whoever holds a leaked secret may use it for the overlap, but may not rotate to a secret of their own.
    leaked = agency.token(words.dialect)
    sibling = agency.token(words.dialect)
    rotated = tokens.call("POST", words.of(leaked.id, "/rotate"), leaked.text, json={"overlap_seconds": 600})
    current = words.secret(rotated)

    assert tokens.call("GET", words.path, leaked.text).status == 200  # the overlap is for reading and sending
    attempts = [
        tokens.call("POST", words.of(leaked.id, "/rotate"), leaked.text, json={"overlap_seconds": 600}),
        tokens.call("POST", words.path, leaked.text, json=words.needed),
        tokens.call("DELETE", words.of(sibling.id), leaked.text),
        tokens.call("DELETE", words.of(leaked.id), leaked.text),
    ]
    assert [answer.status for answer in attempts] == [403] * 4
    assert kept(current) is not None
    assert kept(sibling.text) is not None


def test_a_second_rotation_ends_the_first_overlap(tokens, agency, words):
    first = agency.token(words.dialect)
    rotate = words.of(first.id, "/rotate")
    second = words.secret(tokens.call("POST", rotate, first.text, json={"overlap_seconds": 600}))
    third = words.secret(tokens.call("POST", rotate, second, json={"overlap_seconds": 600}))

    assert kept(first.text) is None
    assert kept(second).replaced
    assert not kept(third).replaced
    assert tokens.call("GET", words.path, first.text).status == 401


def test_an_overlap_never_outlives_the_token(tokens, agency, words):
    ending = datetime.now(UTC) + timedelta(seconds=100)
    first = agency.token(words.dialect, expires_at=ending)
    tokens.call("POST", words.of(first.id, "/rotate"), first.text, json={"overlap_seconds": 600})
    assert kept(first.text).expires_at == ending


# --- seeing -------------------------------------------------------------------------------------------------------------


def test_a_restricted_token_cannot_tell_wider_tokens_from_none(tokens, agency, words):
    domain, other = agency.domain("client.com"), agency.domain("other-client.com")
    caller = agency.token(words.dialect, domain_id=domain.domain_id, expires_at=SOON)
    own = agency.token(words.dialect, domain_id=domain.domain_id, expires_at=SOON)
    hidden = [
        agency.token(words.dialect),
        agency.token(words.dialect, domain_id=domain.domain_id),  # never ends
        agency.token(words.dialect, domain_id=other.domain_id, expires_at=SOON),
        Agency("rival").token(words.dialect),
        next(agency.token(each, domain_id=domain.domain_id) for each in Dialect if each is not words.dialect),
    ]
    listed = words.listed(tokens.call("GET", words.path, caller.text))
    assert {each["id"] for each in listed} == {words.id_of(caller.id), words.id_of(own.id)}

    unknown = "0000000000000000"
    for act, method, body in (("", "DELETE", None), ("/rotate", "POST", {}), ("", "GET", None)):
        if (method, words.dialect) == ("GET", Dialect.SENDARA):
            continue
        expected = tokens.call(method, words.of(unknown, act), caller.text, json=body)
        assert expected.status == 404
        for token in hidden:
            answer = tokens.call(method, words.of(token.id, act), caller.text, json=body)
            assert (answer.status, answer.text) == (404, expected.text)
    assert all(kept(token.text) is not None for token in hidden)


@pytest.mark.parametrize(
    "given", ["", "..", "%2e%2e", "%00", "x" * 2000, "0token0token0tok%0a", "0TOKEN0TOKEN0TOK", "١" * 16]
)
def test_an_id_that_cannot_be_one_is_unknown(tokens, agency, words, given):
    caller = agency.token(words.dialect)
    assert tokens.call("DELETE", f"{words.path}/{given}", caller.text).status in (404, 405)


def test_one_dialects_tokens_are_unknown_to_the_others(tokens, agency):
    held = {dialect: agency.token(dialect) for dialect in Dialect}
    for dialect, words in WORDS.items():
        listed = words.listed(tokens.call("GET", words.path, held[dialect].text))
        assert [each["id"] for each in listed] == [words.id_of(held[dialect].id)]
        for other in set(Dialect) - {dialect}:
            path = f"{words.path}/{identifiers.to_prefixed('key', held[other].id)}"
            for form in (path, words.of(held[other].id)):
                assert tokens.call("DELETE", form, held[dialect].text).status == 404


def test_a_test_key_changes_no_live_key(tokens, agency):
    for dialect in (Dialect.SENDARA, Dialect.SENDMAILOS):
        words = WORDS[dialect]
        caller, live = agency.token(dialect, test_mode=True), agency.token(dialect)
        assert tokens.call("DELETE", words.of(live.id), caller.text).status == 403
        assert tokens.call("POST", words.of(live.id, "/rotate"), caller.text).status == 403
        assert kept(live.text) is not None
