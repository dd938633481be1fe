"""Forecasts for identities: what is asked, what follows for each From mode, in words, and when it is asked again."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.dmarc.results import Policy, Result
from letterhead.domains.records import DKIM_PURPOSES, MAIL_FROM_PURPOSES, RecordStatus
from letterhead.identities.forecast import HOLDS, SECONDS, Forecast, Forecaster
from letterhead.identities.forecast_words import explained
from letterhead.identities.identity import FromMode, IdentityDomain
from letterhead.identities.renewal import renewed
from letterhead.unavailable import UnavailableError
from tests.domains.diagnosis.dns_world import dns_world
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.published_records import PublishedRecords, dmarc
from tests.fakes.sender_identities import ACCOUNT, NOW, address, identity
from tests.fakes.sending_domains import registered_domain

SIGNS = dict.fromkeys(DKIM_PURPOSES, RecordStatus.VERIFIED)
RETURNS = dict.fromkeys(MAIL_FROM_PURPOSES, RecordStatus.VERIFIED)
RIGHT = registered_domain("web-agency.com", ACCOUNT, can_send=True, statuses=SIGNS | RETURNS)
UNSIGNED = replace(RIGHT, statuses=RETURNS)
BROKEN = replace(RIGHT, statuses={})
DAY_LATER = NOW + HOLDS


@pytest.fixture
def dns():
    return PublishedRecords()


def forecast(dns, address_domain="bookshelf.com", domain=RIGHT, now=NOW):
    return Forecaster(dns).forecast(address_domain, domain, now)


@pytest.mark.parametrize(
    ("record", "policy", "exact"),
    [
        ("v=DMARC1; p=reject", Policy.REJECT, Result.REJECT),
        ("v=DMARC1; p=reject; t=y", Policy.REJECT, Result.JUNK),
        ("v=DMARC1; p=quarantine", Policy.QUARANTINE, Result.JUNK),
        ("v=DMARC1; p=none", Policy.NONE, Result.PASS),
    ],
)
def test_the_clients_policy_decides_over_mail_from_their_own_address_only(dns, record, policy, exact):
    dns.publish([dmarc("bookshelf.com", record)])
    found = forecast(dns)
    assert (found.policy, found.source_name) == (policy, "bookshelf.com")
    assert (found.aligned_result, found.exact_result) == (Result.PASS, exact)


def test_without_a_policy_everything_passes(dns):
    found = forecast(dns)
    assert (found.policy, found.source_name, found.known) == (None, None, True)
    assert (found.aligned_result, found.exact_result) == (Result.PASS, Result.PASS)


def test_dns_that_does_not_answer_leaves_the_exact_mode_unknown_and_is_asked_again_soon(dns):
    dns.silence([dmarc("bookshelf.com", "")])
    found = forecast(dns)
    assert (found.known, found.policy, found.aligned_result, found.exact_result) == (
        False,
        None,
        Result.PASS,
        Result.UNKNOWN,
    )
    assert found.due_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("address_domain", ["web-agency.com", "news.web-agency.com"])
def test_an_address_on_the_sending_domain_passes_in_either_mode(dns, address_domain):
    dns.publish([dmarc("web-agency.com", "v=DMARC1; p=reject")])
    found = forecast(dns, address_domain)
    assert (found.policy, found.exact_result) == (Policy.REJECT, Result.PASS)


def test_a_subdomain_of_the_sending_domain_fails_under_strict_alignment(dns):
    dns.publish([dmarc("web-agency.com", "v=DMARC1; p=reject; adkim=s; aspf=s")])
    assert forecast(dns, "news.web-agency.com").exact_result is Result.REJECT


@pytest.mark.parametrize(
    ("domain", "record", "aligned"),
    [
        (UNSIGNED, "v=DMARC1; p=reject", Result.PASS),  # SPF of its MAIL FROM aligns
        (UNSIGNED, "v=DMARC1; p=reject; aspf=s", Result.REJECT),
        (BROKEN, "v=DMARC1; p=quarantine", Result.JUNK),
        (BROKEN, "v=DMARC1; p=none", Result.PASS),
    ],
)
def test_a_sending_domain_that_does_not_sign_has_its_own_policy_decide(dns, domain, record, aligned):
    dns.publish([dmarc("web-agency.com", record)])
    assert forecast(dns, domain=domain).aligned_result is aligned


def test_a_broken_sending_domain_that_nobody_answers_for_is_unknown(dns):
    dns.silence([dmarc("web-agency.com", "")])
    assert forecast(dns, domain=BROKEN).aligned_result is Result.UNKNOWN


def test_a_forecast_is_bounded_whatever_dns_does():
    with dns_world() as world:
        for server in (world.first, world.second, world.resolver):
            server.misbehaves = "drops"
        began = time.monotonic()
        found = forecast(world.lookup(), domain=BROKEN)
        assert time.monotonic() - began < SECONDS + 0.5 <= 3
    assert (found.known, found.exact_result, found.aligned_result) == (False, Result.UNKNOWN, Result.UNKNOWN)


# --- in words ---------------------------------------------------------------------------------------------------------


def words(mode, **facts):
    found = Forecast(
        **{
            "policy": Policy.REJECT,
            "testing": False,
            "source_name": "bookshelf.com",
            "aligned_result": Result.PASS,
            "exact_result": Result.REJECT,
            "due_at": NOW,
        }
        | facts
    )
    return explained(found, address("amy@bookshelf.com"), IdentityDomain.of(RIGHT), mode)


@pytest.mark.parametrize(
    ("mode", "facts", "said"),
    [
        (FromMode.ALIGNED, {}, "From an address at web-agency.com, which also signs it, so DMARC passes."),
        (FromMode.ALIGNED, {}, "bookshelf.com asks receivers to reject mail that fails DMARC"),
        (FromMode.ALIGNED, {"policy": None, "source_name": None}, "bookshelf.com has no DMARC policy."),
        (FromMode.ALIGNED, {"aligned_result": Result.REJECT}, "isn't right, so receivers will reject it"),
        (FromMode.ALIGNED, {"aligned_result": Result.UNKNOWN}, "DNS didn't say what web-agency.com asks"),
        (FromMode.EXACT, {}, "(reject at _dmarc.bookshelf.com)"),
        (FromMode.EXACT, {}, "So receivers will reject it. Use the From mode aligned"),
        (FromMode.EXACT, {"exact_result": Result.JUNK, "testing": True}, "as a trial (t=y)"),
        (FromMode.EXACT, {"exact_result": Result.JUNK}, "receivers will take it for junk"),
        (FromMode.EXACT, {"known": False, "exact_result": Result.UNKNOWN}, "DNS didn't say what policy"),
        (FromMode.EXACT, {"policy": Policy.NONE, "exact_result": Result.PASS}, "Some receivers still take"),
    ],
)
def test_a_forecast_gives_its_reason(mode, facts, said):
    assert said in words(mode, **facts)


def test_an_exact_address_on_the_sending_domain_is_said_to_pass():
    found = Forecast(Policy.REJECT, False, "web-agency.com", Result.PASS, Result.PASS, NOW)
    said = explained(found, address("amy@web-agency.com"), IdentityDomain.of(RIGHT), FromMode.EXACT)
    assert said.startswith("The mail goes out From web-agency.com, which also signs it")


# --- looking again ----------------------------------------------------------------------------------------------------


class Kept:
    """An identity whose forecast was made at `NOW`, with everything that looking again takes."""

    def __init__(self, dns, **facts) -> None:
        self.dns = dns
        self.domains = InMemoryDomains()
        self.domains.claim(RIGHT)
        self.store = InMemoryIdentities()
        self.identity = identity(domain=IdentityDomain.of(RIGHT), **{"forecast": forecast(dns)} | facts)
        self.store.add(self.identity)

    def renewed(self, now, store=None):
        return renewed(
            self.identity,
            domains=self.domains,
            store=store or self.store,
            forecaster=Forecaster(self.dns),
            now=now,
        )

    @property
    def stored(self):
        return self.store.by_id_now(ACCOUNT, self.identity.identity_id).forecast


def test_a_fresh_forecast_is_left_alone(dns):
    kept = Kept(dns)
    dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=reject")])
    assert kept.renewed(DAY_LATER - timedelta(seconds=1)) is kept.identity


@pytest.mark.parametrize("facts", [{}, {"forecast": None}])
def test_a_forecast_a_day_old_or_missing_is_made_anew_and_noted(dns, facts):
    kept = Kept(dns, **facts)
    dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=reject")])
    after = kept.renewed(DAY_LATER).forecast
    assert (after.policy, after.due_at) == (Policy.REJECT, DAY_LATER + HOLDS)
    assert kept.stored == after


def test_what_was_known_stays_while_dns_does_not_answer(dns):
    dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=quarantine")])
    kept = Kept(dns)
    dns.silence([dmarc("bookshelf.com", "")])
    after = kept.renewed(DAY_LATER).forecast
    assert after == replace(kept.identity.forecast, due_at=DAY_LATER + timedelta(hours=1))


def test_a_forecast_that_cannot_be_noted_is_shown(dns):
    class Full:
        def note_forecast(self, *_):
            raise UnavailableError

    kept = Kept(dns)
    dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=reject")])
    assert kept.renewed(DAY_LATER, Full()).forecast.policy is Policy.REJECT


def test_an_identity_whose_domain_is_gone_keeps_its_forecast(dns):
    kept = Kept(dns)
    kept.domains = InMemoryDomains()
    assert kept.renewed(DAY_LATER) is kept.identity
