"""Domains at SES: the local cloud's SES over loopback, checked against botocore's model of the service."""

from __future__ import annotations

import pytest

from letterhead.adapters.ses_identities import SesIdentities
from letterhead.domains.ports import (
    ForeignIdentityError,
    NameRefusedError,
    ProviderBusyError,
    ProviderRefusedError,
)
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import required_records
from letterhead.unavailable import UnavailableError
from local.ses.identity import LOOKING_FOR
from tests.fakes.aws import REGION
from tests.fakes.mail_provider import InMemoryProvider
from tests.fakes.outside import ACCOUNT_ID
from tests.fakes.scripted_server import Script, scripted_server

NAME, DOMAIN_ID = "mail.acme.com", "0domain0domain00"
OTHER_ID = "1domain1domain11"
ARN = f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/"


def ensure(provider, domain_id=DOMAIN_ID, *, take_over=False):
    return provider.ensure_identity(NAME, domain_id, take_over=take_over)


def said(provider) -> ProviderStatus:
    return provider.find(NAME).status


@pytest.fixture
def provider(outside) -> SesIdentities:
    return SesIdentities("letterhead", ARN)


@pytest.fixture(params=["in memory", "SES"])
def any_provider(request):
    return InMemoryProvider() if request.param == "in memory" else request.getfixturevalue("provider")


# --- what every provider promises -------------------------------------------------------------------------------------


def test_an_identity_comes_with_three_tokens_and_its_signing_zone(any_provider):
    made = ensure(any_provider)

    assert len(set(made.dkim_tokens)) == 3
    assert all(len(token) == 32 and token.isalnum() for token in made.dkim_tokens)
    assert made.signing_hosted_zone == "dkim.amazonses.com"


def test_asking_again_for_the_same_domain_finds_what_was_made(any_provider):
    assert ensure(any_provider) == ensure(any_provider)


@pytest.mark.parametrize("other", ["1domain1domain11", "", DOMAIN_ID.upper()])
def test_an_identity_made_for_another_domain_is_foreign(any_provider, other):
    ensure(any_provider, other)

    with pytest.raises(ForeignIdentityError):
        ensure(any_provider)


def test_setting_the_same_mail_from_domain_twice_is_once(any_provider):
    ensure(any_provider)
    any_provider.ensure_mail_from(NAME, f"mail.{NAME}")
    any_provider.ensure_mail_from(NAME, f"mail.{NAME}")
    assert any_provider.find(NAME).mail_from_domain == f"mail.{NAME}"


def test_a_mail_from_domain_of_no_identity_is_refused(any_provider):
    with pytest.raises(ProviderRefusedError, match="NotFoundException"):
        any_provider.ensure_mail_from(NAME, f"mail.{NAME}")


def test_a_removed_identity_can_be_made_for_another_domain(any_provider):
    ensure(any_provider)
    any_provider.remove_identity(NAME, DOMAIN_ID)
    any_provider.remove_identity(NAME, DOMAIN_ID)  # twice is once

    assert ensure(any_provider, OTHER_ID)


def test_an_identity_that_was_made_for_another_domain_is_not_removed(any_provider):
    ensure(any_provider, OTHER_ID)
    any_provider.remove_identity(NAME, DOMAIN_ID)

    with pytest.raises(ForeignIdentityError):
        ensure(any_provider)


def test_of_a_name_that_it_does_not_have_there_is_nothing(any_provider):
    assert any_provider.find("nobodys.com") is None


def test_what_was_made_is_found_with_its_owner_and_mail_from(any_provider):
    made = ensure(any_provider)
    assert (any_provider.find(NAME), made.domain_id, made.mail_from_domain) == (made, DOMAIN_ID, None)

    any_provider.ensure_mail_from(NAME, f"mail.{NAME}")
    assert any_provider.find(NAME).mail_from_domain == f"mail.{NAME}"


def test_an_identity_that_is_taken_over_is_the_other_domains_from_then_on(any_provider):
    before = ensure(any_provider, OTHER_ID)
    taken = ensure(any_provider, take_over=True)

    assert (taken.domain_id, taken.dkim_tokens) == (DOMAIN_ID, before.dkim_tokens)
    assert any_provider.find(NAME).domain_id == DOMAIN_ID
    assert ensure(any_provider, take_over=True) == ensure(any_provider)
    with pytest.raises(ForeignIdentityError):
        ensure(any_provider, OTHER_ID)


# --- at SES -----------------------------------------------------------------------------------------------------------


def test_an_identity_carries_its_domain_as_a_tag_and_the_configuration_set(provider, outside):
    ensure(provider)
    provider.ensure_mail_from(NAME, f"mail.{NAME}")
    identity = outside.identities[NAME]

    assert identity.tags == {"letterhead:domain": DOMAIN_ID}
    assert identity.configuration_set == "letterhead"
    assert identity.mail_from.domain == f"mail.{NAME}"
    assert identity.mail_from.behavior == "USE_DEFAULT_VALUE"  # mail isn't lost while the MX is missing


@pytest.mark.parametrize("tags", [{}, {"letterhead:domain": OTHER_ID}, {"owner": "shop"}])
def test_what_somebody_else_made_is_taken_over_with_its_configuration_set(provider, outside, tags):
    outside.put_foreign_identity(NAME, tags)
    ensure(provider, take_over=True)

    identity = outside.identities[NAME]
    assert identity.tags == tags | {"letterhead:domain": DOMAIN_ID}
    assert identity.configuration_set == "letterhead"


@pytest.mark.parametrize("operation", ["PutEmailIdentityConfigurationSetAttributes", "TagResource"])
def test_a_takeover_that_stops_is_done_by_the_next_one(provider, outside, no_pauses, operation):
    outside.put_foreign_identity(NAME)
    outside.fail_next(operation, "TooManyRequestsException", times=2)
    with pytest.raises(ProviderBusyError):
        ensure(provider, take_over=True)
    with pytest.raises(ForeignIdentityError):
        ensure(provider)

    assert ensure(provider, take_over=True).domain_id == DOMAIN_ID
    assert outside.identities[NAME].configuration_set == "letterhead"


def test_an_identity_signed_with_somebodys_own_key_gets_easy_dkim(aws_environment, monkeypatch):
    # SES API v2, DkimAttributes: with a key of one's own, Tokens holds the selector.
    theirs = b'{"DkimAttributes": {"SigningAttributesOrigin": "EXTERNAL", "Tokens": ["s1"]}, "Tags": []}'
    ours = b"""{"DkimAttributes": {"SigningAttributesOrigin": "AWS_SES", "Tokens": ["a", "b", "c"],
        "SigningHostedZone": "dkim.amazonses.com"}, "Tags": [{"Key": "letterhead:domain", "Value": "0domain0domain00"}]}"""
    json = {"content-type": "application/json"}
    exists = {**json, "x-amzn-errortype": "AlreadyExistsException"}
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        nothing = Script(200, b"{}", json)
        server.answers = [
            Script(400, b"{}", exists), Script(200, theirs, json), nothing, nothing, nothing, Script(200, ours, json),
        ]  # fmt: skip
        taken = ensure(SesIdentities("letterhead", ARN), take_over=True)
        assert server.asked == 6
    assert (taken.dkim_tokens, taken.domain_id) == (("a", "b", "c"), DOMAIN_ID)


@pytest.mark.parametrize("tags", [{}, {"letterhead:domain": OTHER_ID}, {"owner": "shop"}])
def test_an_identity_that_somebody_else_made_is_foreign_and_not_touched(provider, outside, tags):
    outside.put_foreign_identity(NAME, tags)
    with pytest.raises(ForeignIdentityError):
        ensure(provider)

    identity = outside.identities[NAME]
    assert (identity.tags, identity.mail_from, identity.configuration_set) == (tags, None, None)


def test_a_domain_goes_the_way_from_pending_to_its_right_to_send(provider, outside):
    made = ensure(provider)
    provider.ensure_mail_from(NAME, f"mail.{NAME}")
    assert said(provider) == ProviderStatus(ProviderCheck.PENDING, ProviderCheck.PENDING)

    records = required_records(
        domain=NAME,
        dkim_tokens=made.dkim_tokens,
        signing_hosted_zone=made.signing_hosted_zone,
        mail_from_domain=f"mail.{NAME}",
        region=REGION,
    )
    outside.publish("acme.com", records[:3])
    assert said(provider) == ProviderStatus(ProviderCheck.SUCCESS, ProviderCheck.PENDING, sending=True)

    outside.publish("acme.com", records)
    assert said(provider) == ProviderStatus(ProviderCheck.SUCCESS, ProviderCheck.SUCCESS, sending=True)

    outside.publish("acme.com", [])
    now = said(provider)
    assert (now.dkim, now.mail_from) == (ProviderCheck.TEMPORARY_FAILURE, ProviderCheck.TEMPORARY_FAILURE)


def test_a_mail_from_domain_that_was_never_set_has_not_started(provider):
    ensure(provider)

    assert said(provider).mail_from is ProviderCheck.NOT_STARTED


def test_a_provider_that_has_given_up_looks_again_when_it_is_asked_to(provider, outside):
    ensure(provider)
    identity = outside.identities[NAME]
    since = identity.verification.since - LOOKING_FOR
    outside.do(lambda: setattr(identity, "verification", type(identity.verification)("PENDING", since)))
    assert said(provider).dkim is ProviderCheck.FAILED

    provider.restart_dkim(NAME)
    assert said(provider).dkim is ProviderCheck.PENDING


# --- trouble ----------------------------------------------------------------------------------------------------------

CALLS = [
    ("CreateEmailIdentity", ensure),
    ("GetEmailIdentity", lambda provider: provider.find(NAME)),
    ("PutEmailIdentityMailFromAttributes", lambda provider: provider.ensure_mail_from(NAME, f"mail.{NAME}")),
    ("PutEmailIdentityDkimSigningAttributes", lambda provider: provider.restart_dkim(NAME)),
    ("DeleteEmailIdentity", lambda provider: provider.remove_identity(NAME, DOMAIN_ID)),
    ("TagResource", lambda provider: ensure(provider, OTHER_ID, take_over=True)),
]
# SES API v2 reference, "Common errors" and each call's own.
BUSY = [
    "TooManyRequestsException",
    "ConcurrentModificationException",
    "ServiceUnavailable",
    "InternalFailure",
]
REFUSALS = ["BadRequestException", "LimitExceededException", "AccessDeniedException"]


@pytest.mark.parametrize("code", BUSY)
@pytest.mark.parametrize(("operation", "act"), CALLS)
def test_a_provider_that_throttles_or_stumbles_is_busy(provider, outside, no_pauses, operation, act, code):
    if operation != "CreateEmailIdentity":
        ensure(provider)
    outside.fail_next(operation, code, times=5)

    with pytest.raises(ProviderBusyError) as refused:
        act(provider)
    assert isinstance(refused.value, UnavailableError)
    assert refused.value.retry_after > 0


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize(("operation", "act"), CALLS)
def test_a_provider_that_refuses_says_why_to_the_operator(provider, outside, no_pauses, operation, act, code):
    if operation != "CreateEmailIdentity":
        ensure(provider)
    outside.fail_next(operation, code, times=5)

    with pytest.raises(ProviderRefusedError, match=code):
        act(provider)


@pytest.mark.parametrize(("operation", "act"), [CALLS[0], CALLS[2]])
def test_a_request_that_ses_finds_bad_is_about_the_name(provider, outside, operation, act):
    if operation != "CreateEmailIdentity":
        ensure(provider)
    outside.fail_next(operation, "BadRequestException")

    with pytest.raises(NameRefusedError):
        act(provider)


def test_a_bad_request_about_anything_else_is_not_the_callers(provider, outside):
    ensure(provider)
    outside.fail_next("DeleteEmailIdentity", "BadRequestException")

    with pytest.raises(ProviderRefusedError) as refused:
        provider.remove_identity(NAME, DOMAIN_ID)
    assert not isinstance(refused.value, NameRefusedError)


def test_one_stumble_is_not_noticed(provider, outside, no_pauses):
    outside.fail_next("CreateEmailIdentity", "TooManyRequestsException")

    assert ensure(provider).dkim_tokens


def test_an_identity_whose_answer_was_lost_is_found_again(provider, outside, no_pauses):
    outside.fail_next("CreateEmailIdentity", "InternalFailure", times=1, performed=True)

    assert ensure(provider).dkim_tokens
    assert outside.identities[NAME].tags == {"letterhead:domain": DOMAIN_ID}


@pytest.mark.parametrize(
    "answer",
    [Script(503, b"<html>", {"content-type": "text/html"}), Script(502, b""), Script(drops=True)],
    ids=["html", "empty", "dropped"],
)
def test_an_endpoint_that_makes_no_sense_is_busy(aws_environment, monkeypatch, no_pauses, answer):
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        server.answers = [answer]
        provider = SesIdentities("letterhead", ARN)

        with pytest.raises(ProviderBusyError):
            ensure(provider)
        assert server.asked == 2  # more tries would only take turns from others


def test_a_status_that_is_new_to_us_is_unknown(aws_environment, monkeypatch):
    body = b'{"DkimAttributes": {"Status": "BRAND_NEW"}, "VerifiedForSendingStatus": true}'
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        server.answers = [Script(200, body, {"content-type": "application/json"})]

        found = said(SesIdentities("letterhead", ARN))
    assert found == ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.NOT_STARTED, sending=True)
