"""An account's tokens: the tables and their in-memory fake in one contract; then what only tables can do wrong, races first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.accounts.account import Account, AccountChangedError
from letterhead.accounts.limits import AccountLimits
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.tokens import secret
from letterhead.tokens.account_token import AccountToken, ReplacedSecret, TokenChangedError
from letterhead.tokens.authentication import AccountSuspendedError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import RestrictionGoneError
from letterhead.tokens.management import TokenPageRequest
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.account_tokens import InMemoryAccountTokens
from tests.fakes.agency import Agency
from tests.fakes.sending_domains import NOW
from tests.fakes.stored_domains import drop

SENDARA = Dialect.SENDARA


def entry(number: int = 0, dialect: Dialect = SENDARA, account_id: str = "", **grant) -> AccountToken:
    issued = issue(
        token_id=identifiers.new_id(NOW + timedelta(seconds=number)),
        account_id=account_id or "0account0account",
        dialect=dialect,
        name=f"token {number}",
        scopes=grant.pop("scopes", SCOPES[dialect]),
        now=NOW,
        **grant,
    )
    return AccountToken.of(issued.token, grant.get("domain_id") and "client.com")


@pytest.fixture
def agency(tables) -> Agency:
    return Agency()


@pytest.fixture(params=["table", "memory"])
def store(request):
    if request.param == "memory":
        return InMemoryAccountTokens()
    request.getfixturevalue("tables")
    agency = Agency()
    # The contract's tokens are of one fixed account.
    agency.accounts.add(Account("0account0account", "fixed", "owner@fixed.com", NOW))
    return agency.tokens


def added(store, *tokens: AccountToken):
    for token in tokens:
        store.add(token, domain=None, identity=None)
    return tokens


# --- the contract -------------------------------------------------------------------------------------------------------


def test_every_fact_of_a_token_comes_back_as_it_went_in(store):
    (bare,) = added(store, entry(1))
    (full,) = added(
        store,
        entry(
            2,
            Dialect.MAILERSEND,
            scopes=frozenset({"domains_read"}),
            expires_at=NOW + timedelta(days=1, microseconds=1),
            domain_id="0domain00domain0",
            identity_id="0identity0ident0",
            allowed_networks=("192.0.2.0/24", "2001:db8::/32"),
        ),
    )
    assert store.by_id(bare.account_id, SENDARA, bare.token_id) == bare
    assert store.by_id(full.account_id, Dialect.MAILERSEND, full.token_id) == full


def test_a_token_is_found_in_its_own_account_and_dialect_only(store):
    (token,) = added(store, entry())
    assert store.by_id("0account0accounu", SENDARA, token.token_id) is None
    assert store.by_id(token.account_id, Dialect.MAILERSEND, token.token_id) is None
    assert store.by_id(token.account_id, SENDARA, "0000000000000000") is None


def test_pages_are_newest_first_and_of_one_dialect(store):
    held = added(store, *(entry(number) for number in range(5)))
    added(store, entry(9, Dialect.MAILERSEND), entry(9, Dialect.SENDMAILOS))
    newest = list(reversed(held))

    def page(*facts):
        return store.page("0account0account", SENDARA, TokenPageRequest(*facts))

    assert list(page(1, 2).tokens) == newest[:2]
    assert list(page(3, 2).tokens) == newest[4:]
    assert list(page(2, 2, newest[1].token_id).tokens) == newest[2:4]
    assert list(page(1, None).tokens) == newest
    assert (page(4, 2).tokens, page(4, 2).total) == ((), 5)
    assert {each.dialect for each in store.of_account("0account0account")} == set(Dialect)


def test_restricted_tokens_are_found_by_what_they_are_restricted_to(store):
    one, two = "0domain00domain0", "0domain00domain1"
    added(store, entry(1), entry(2, domain_id=two))
    own = added(
        store,
        entry(3, domain_id=one),
        entry(4, domain_id=one, identity_id="0identity0ident0"),
        entry(5, Dialect.MAILERSEND, domain_id=one),
    )
    assert list(store.restricted_to("0account0account", domain_id=one)) == list(own)
    assert list(store.restricted_to("0account0account", identity_id="0identity0ident0")) == [own[1]]
    assert list(store.restricted_to("0account0accounu", domain_id=one)) == []


def test_a_change_is_kept_unless_the_token_has_changed_meanwhile(store):
    (token,) = added(store, entry())
    saved = store.save(replace(token, name="new", paused=True), before=token, now=NOW)
    assert store.by_id(token.account_id, SENDARA, token.token_id) == saved
    assert (saved.name, saved.paused) == ("new", True)
    for stale in (
        lambda: store.save(replace(token, name="newer"), before=token, now=NOW),
        lambda: store.rotate(replace(token, token_hash="1" * 64), before=token),
        lambda: store.remove(token),
    ):
        with pytest.raises(TokenChangedError):
            stale()


def test_a_removed_token_is_gone_and_counted_no_more(store):
    gone, left = added(store, entry(1), entry(2))
    store.remove(gone)
    assert store.by_id(gone.account_id, SENDARA, gone.token_id) is None
    page = store.page(gone.account_id, SENDARA, TokenPageRequest(1, 10))
    assert (page.tokens, page.total) == ((left,), 1)
    with pytest.raises(TokenChangedError):
        store.remove(gone)


def test_tokens_end_with_their_domain_or_identity_and_no_others_do(store):
    one = "0domain00domain0"
    ends = added(store, entry(1, domain_id=one), entry(2, domain_id=one, identity_id="0identity0ident0"))
    lives = added(
        store, entry(3), entry(4, domain_id="0domain00domain1"), entry(5, identity_id="0identity0ident1")
    )
    store.end_those_of("0account0account", domain_id=one)
    store.end_those_of("0account0account", domain_id=one)  # twice is once
    assert {each.token_id for each in store.of_account("0account0account")} == {
        each.token_id for each in lives
    }
    store.end_those_of("0account0account", identity_id="0identity0ident1")
    assert len(list(store.of_account("0account0account"))) == 2
    assert ends[0].token_id not in {each.token_id for each in store.of_account("0account0account")}


def test_all_tokens_of_an_account_can_be_ended(store):
    added(store, entry(1), entry(2, Dialect.MAILERSEND), entry(3, domain_id="0domain00domain0"))
    store.end_all("0account0account")
    assert list(store.of_account("0account0account")) == []


# --- secrets follow -----------------------------------------------------------------------------------------------------


def lookup(token_hash):
    return TokenTable("TokensTable").by_hash(token_hash)


def rotated(token: AccountToken, overlap: timedelta | None = None) -> AccountToken:
    text = secret.new_secret(token.dialect, test_mode=False)
    replaced = overlap and ReplacedSecret(token.token_hash, token.preview, NOW + overlap)
    return replace(token, token_hash=secret.hash_of(text), preview=secret.preview_of(text), replaced=replaced)


def test_a_pause_reaches_both_secrets_of_an_overlap(agency):
    held = agency.token(SENDARA)
    token = agency.tokens.by_id(held.token.account_id, SENDARA, held.id)
    token = agency.tokens.rotate(rotated(token, timedelta(hours=1)), before=token)
    agency.tokens.save(replace(token, paused=True), before=token, now=NOW)
    assert lookup(token.token_hash).paused
    assert lookup(held.token.token_hash).paused


def test_a_replaced_secret_that_dynamodb_has_dropped_stands_in_nobodys_way(agency):
    held = agency.token(SENDARA)
    token = agency.tokens.by_id(held.token.account_id, SENDARA, held.id)
    token = agency.tokens.rotate(rotated(token, timedelta(hours=1)), before=token)
    item = connection().client.get_item(
        TableName="TokensTable", Key={"token_hash": {"S": held.token.token_hash}}
    )["Item"]
    overlap_ends = NOW + timedelta(hours=1)
    assert int(item["forget_at"]["N"]) >= overlap_ends.timestamp()  # never while it may still be used
    connection().client.delete_item(TableName="TokensTable", Key={"token_hash": {"S": held.token.token_hash}})

    late = NOW + timedelta(days=3)
    token = agency.tokens.save(replace(token, paused=True), before=token, now=late)
    agency.accounts.suspend(agency.account.account_id, late)
    agency.tokens.copy_standing(agency.accounts.by_id_now(agency.account.account_id), late)
    token = agency.tokens.by_id(token.account_id, SENDARA, token.token_id)
    assert lookup(token.token_hash).account_suspended
    agency.tokens.remove(token)
    assert lookup(token.token_hash) is None


def test_the_last_use_of_either_secret_is_the_tokens(agency):
    held = agency.token(SENDARA)
    token = agency.tokens.by_id(held.token.account_id, SENDARA, held.id)
    table = TokenTable("TokensTable")
    table.note_use(held.token.token_hash, NOW.date())
    token = agency.tokens.rotate(rotated(token, timedelta(hours=1)), before=token)
    (shown,) = agency.tokens.with_last_use([token])
    assert shown.last_used == NOW.date()


def test_a_use_is_noted_forwards_only_and_brings_no_dead_token_back(agency):
    held = agency.token(SENDARA)
    table = TokenTable("TokensTable")
    tomorrow = NOW.date() + timedelta(days=1)
    for day in (tomorrow, NOW.date()):
        table.note_use(held.token.token_hash, day)
    assert table.by_hash(held.token.token_hash).last_used == tomorrow
    agency.tokens.end_all(agency.account.account_id)
    table.note_use(held.token.token_hash, tomorrow + timedelta(days=1))
    assert lookup(held.token.token_hash) is None


# --- races --------------------------------------------------------------------------------------------------------------


def test_no_token_is_made_in_an_account_that_is_suspended_meanwhile(agency):
    token = entry(1, account_id=agency.account.account_id)
    agency.accounts.suspend(agency.account.account_id, NOW)
    with pytest.raises(AccountSuspendedError):
        agency.tokens.add(token, domain=None, identity=None)
    assert lookup(token.token_hash) is None
    assert list(agency.tokens.of_account(agency.account.account_id)) == []


def test_no_token_is_made_in_an_account_whose_limits_change_meanwhile(agency):
    token = entry(1, account_id=agency.account.account_id)
    agency.accounts.limit(agency.account.account_id, AccountLimits(domains=3))
    with pytest.raises(UnavailableError):  # try again: the copies on the tokens follow
        agency.tokens.add(token, domain=None, identity=None)


def test_no_token_is_made_for_a_domain_or_an_identity_that_is_deleted_meanwhile(agency):
    domain = agency.domain("client.com")
    identity = agency.identity("amy@client.com", domain)
    account_id = agency.account.account_id
    agency.identities.remove(identity)
    with pytest.raises(RestrictionGoneError):
        agency.tokens.add(entry(1, account_id=account_id), domain=None, identity=identity)
    drop(agency.domains, domain)
    with pytest.raises(RestrictionGoneError):
        agency.tokens.add(entry(2, account_id=account_id), domain=domain, identity=None)
    again = agency.domain("client.com")
    assert again.domain_id != domain.domain_id
    with pytest.raises(RestrictionGoneError):  # the same name, but another domain
        agency.tokens.add(entry(3, account_id=account_id), domain=domain, identity=None)
    assert list(agency.tokens.of_account(account_id)) == []


def test_no_secret_is_made_by_rotation_while_the_account_is_suspended(agency):
    held = agency.token(SENDARA)
    token = agency.tokens.by_id(held.token.account_id, SENDARA, held.id)
    agency.accounts.suspend(agency.account.account_id, NOW)
    after = rotated(token)
    with pytest.raises(AccountSuspendedError):
        agency.tokens.rotate(after, before=token)
    assert lookup(after.token_hash) is None
    assert lookup(held.token.token_hash) is not None


def test_of_two_rotations_at_once_one_secret_comes_out(agency):
    held = agency.token(SENDARA)
    token = agency.tokens.by_id(held.token.account_id, SENDARA, held.id)
    first, second = rotated(token), rotated(token)
    agency.tokens.rotate(first, before=token)
    with pytest.raises(TokenChangedError):
        agency.tokens.rotate(second, before=token)
    assert lookup(second.token_hash) is None
    assert lookup(first.token_hash) is not None


def test_a_token_that_changes_while_it_is_ended_is_ended_all_the_same(agency, monkeypatch):
    domain = agency.domain("client.com")
    held = agency.token(SENDARA, domain_id=domain.domain_id)
    stale = agency.tokens.by_id(held.token.account_id, SENDARA, held.id)
    after = agency.tokens.rotate(rotated(stale, timedelta(hours=1)), before=stale)
    read, present = iter([[stale]]), AccountTokenTable.restricted_to
    monkeypatch.setattr(
        AccountTokenTable, "restricted_to", lambda *asked, **by: next(read, None) or present(*asked, **by)
    )
    agency.tokens.end_those_of(agency.account.account_id, domain_id=domain.domain_id)
    assert lookup(after.token_hash) is None
    assert lookup(held.token.token_hash) is None


def test_a_standing_is_copied_onto_every_secret_and_no_outdated_one_is(agency):
    held = [agency.token(dialect) for dialect in Dialect]
    account_id = agency.account.account_id
    suspended = agency.accounts.suspend(account_id, NOW)
    agency.tokens.copy_standing(suspended, NOW)
    assert all(lookup(each.token.token_hash).account_suspended for each in held)

    limits = AccountLimits(requests_per_minute=60)
    resumed = agency.accounts.resume(account_id)
    limited = agency.accounts.limit(account_id, limits)
    for outdated in (resumed, replace(limited, suspended_at=NOW)):
        with pytest.raises(AccountChangedError):
            agency.tokens.copy_standing(outdated, NOW)
    agency.tokens.copy_standing(limited, NOW)
    found = [lookup(each.token.token_hash) for each in held]
    assert [(each.account_suspended, each.limits) for each in found] == [(False, limits)] * 3


def test_a_copied_standing_costs_nothing_the_second_time(agency):
    agency.token(SENDARA)
    suspended = agency.accounts.suspend(agency.account.account_id, NOW)
    agency.tokens.copy_standing(suspended, NOW)
    with metered(connection().client) as meter:
        agency.tokens.copy_standing(suspended, NOW)
    assert meter.write_units() == 0


def test_ending_the_tokens_of_a_domain_without_any_costs_one_read(agency):
    domain = agency.domain("client.com")
    for _ in range(30):
        agency.token(SENDARA)
    with metered(connection().client) as meter:
        agency.tokens.end_those_of(agency.account.account_id, domain_id=domain.domain_id)
    assert meter.read_units() <= 1
    assert meter.write_units() == 0
