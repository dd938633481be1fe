"""Domains at SES: the local cloud's SES over loopback, checked against botocore's model of the service."""

from __future__ import annotations

import pytest

from letterhead.adapters.ses_identities import SesIdentities
from letterhead.domains.records import required_records
from letterhead.domains.registration import (
    ForeignIdentityError,
    ProviderBusyError,
    ProviderRefusedError,
)
from letterhead.domains.verification import ProviderCheck, ProviderStatus
from letterhead.unavailable import UnavailableError
from local.ses.identity import LOOKING_FOR
from tests.fakes.aws import REGION
from tests.fakes.mail_provider import InMemoryProvider
from tests.fakes.scripted_server import Script, scripted_server

NAME, DOMAIN_ID = "mail.acme.com", "0domain0domain00"
UNKNOWN = ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)


@pytest.fixture
def provider(outside) -> SesIdentities:
    return SesIdentities("letterhead")


@pytest.fixture(params=["in memory", "SES"])
def any_provider(request):
    return InMemoryProvider() if request.param == "in memory" else request.getfixturevalue("provider")


# --- what every provider promises -------------------------------------------------------------------------------------


def test_an_identity_comes_with_three_tokens_and_its_signing_zone(any_provider):
    made = any_provider.ensure_identity(NAME, DOMAIN_ID)

    assert len(set(made.dkim_tokens)) == 3
    assert all(len(token) == 32 and token.isalnum() for token in made.dkim_tokens)
    assert made.signing_hosted_zone == "dkim.amazonses.com"


def test_asking_again_for_the_same_domain_finds_what_was_made(any_provider):
    assert any_provider.ensure_identity(NAME, DOMAIN_ID) == any_provider.ensure_identity(NAME, DOMAIN_ID)


@pytest.mark.parametrize("other", ["1domain1domain11", "", DOMAIN_ID.upper()])
def test_an_identity_made_for_another_domain_is_foreign(any_provider, other):
    any_provider.ensure_identity(NAME, other)

    with pytest.raises(ForeignIdentityError):
        any_provider.ensure_identity(NAME, DOMAIN_ID)


def test_setting_the_same_mail_from_domain_twice_is_once(any_provider):
    any_provider.ensure_identity(NAME, DOMAIN_ID)
    any_provider.ensure_mail_from(NAME, f"mail.{NAME}")
    any_provider.ensure_mail_from(NAME, f"mail.{NAME}")


def test_a_mail_from_domain_of_no_identity_is_refused(any_provider):
    with pytest.raises(ProviderRefusedError, match="NotFoundException"):
        any_provider.ensure_mail_from(NAME, f"mail.{NAME}")


def test_of_a_name_that_it_does_not_have_the_status_is_unknown(any_provider):
    assert any_provider.status("nobodys.com") == UNKNOWN


# --- at SES -----------------------------------------------------------------------------------------------------------


def test_an_identity_carries_its_domain_as_a_tag_and_the_configuration_set(provider, outside):
    provider.ensure_identity(NAME, DOMAIN_ID)
    provider.ensure_mail_from(NAME, f"mail.{NAME}")
    identity = outside.identities[NAME]

    assert identity.tags == {"letterhead:domain": DOMAIN_ID}
    assert identity.configuration_set == "letterhead"
    assert identity.mail_from.domain == f"mail.{NAME}"
    assert identity.mail_from.behavior == "USE_DEFAULT_VALUE"  # mail isn't lost while the MX is missing


@pytest.mark.parametrize("tags", [{}, {"letterhead:domain": "1domain1domain11"}, {"owner": "shop"}])
def test_an_identity_that_somebody_else_made_is_foreign_and_not_touched(provider, outside, tags):
    outside.put_foreign_identity(NAME, tags)
    with pytest.raises(ForeignIdentityError):
        provider.ensure_identity(NAME, DOMAIN_ID)

    identity = outside.identities[NAME]
    assert (identity.tags, identity.mail_from, identity.configuration_set) == (tags, None, None)


def test_a_domain_goes_the_way_from_pending_to_its_right_to_send(provider, outside):
    made = provider.ensure_identity(NAME, DOMAIN_ID)
    provider.ensure_mail_from(NAME, f"mail.{NAME}")
    assert provider.status(NAME) == ProviderStatus(ProviderCheck.PENDING, ProviderCheck.PENDING)

    records = required_records(
        domain=NAME,
        dkim_tokens=made.dkim_tokens,
        signing_hosted_zone=made.signing_hosted_zone,
        mail_from_domain=f"mail.{NAME}",
        region=REGION,
    )
    outside.publish("acme.com", records[:3])
    assert provider.status(NAME) == ProviderStatus(ProviderCheck.SUCCESS, ProviderCheck.PENDING, sending=True)

    outside.publish("acme.com", records)
    assert provider.status(NAME) == ProviderStatus(ProviderCheck.SUCCESS, ProviderCheck.SUCCESS, sending=True)

    outside.publish("acme.com", [])
    said = provider.status(NAME)
    assert (said.dkim, said.mail_from) == (ProviderCheck.TEMPORARY_FAILURE, ProviderCheck.TEMPORARY_FAILURE)


def test_a_mail_from_domain_that_was_never_set_has_not_started(provider):
    provider.ensure_identity(NAME, DOMAIN_ID)

    assert provider.status(NAME).mail_from is ProviderCheck.NOT_STARTED


def test_a_provider_that_has_given_up_looks_again_when_it_is_asked_to(provider, outside):
    provider.ensure_identity(NAME, DOMAIN_ID)
    identity = outside.identities[NAME]
    since = identity.verification.since - LOOKING_FOR
    outside.do(lambda: setattr(identity, "verification", type(identity.verification)("PENDING", since)))
    assert provider.status(NAME).dkim is ProviderCheck.FAILED

    provider.restart_dkim(NAME)
    assert provider.status(NAME).dkim is ProviderCheck.PENDING


# --- trouble ----------------------------------------------------------------------------------------------------------

CALLS = [
    ("CreateEmailIdentity", lambda provider: provider.ensure_identity(NAME, DOMAIN_ID)),
    ("GetEmailIdentity", lambda provider: provider.ensure_identity(NAME, DOMAIN_ID)),
    (
        "PutEmailIdentityMailFromAttributes",
        lambda provider: provider.ensure_mail_from(NAME, f"mail.{NAME}"),
    ),
    ("PutEmailIdentityDkimSigningAttributes", lambda provider: provider.restart_dkim(NAME)),
]
# SES API v2 reference, "Common errors" and each call's own.
BUSY = ["TooManyRequestsException", "ConcurrentModificationException", "ServiceUnavailable", "InternalFailure"]
REFUSALS = ["BadRequestException", "LimitExceededException", "AccessDeniedException", "NotFoundException"]


@pytest.mark.parametrize("code", BUSY)
@pytest.mark.parametrize(("operation", "act"), CALLS)
def test_a_provider_that_throttles_or_stumbles_is_busy(provider, outside, no_pauses, operation, act, code):
    if operation.startswith("Put"):
        provider.ensure_identity(NAME, DOMAIN_ID)
    outside.fail_next(operation, code, times=5)

    with pytest.raises(ProviderBusyError) as refused:
        act(provider)
    assert isinstance(refused.value, UnavailableError)
    assert refused.value.retry_after > 0


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize(("operation", "act"), CALLS)
def test_a_provider_that_refuses_says_why_to_the_operator(
    provider, outside, no_pauses, operation, act, code
):
    if operation.startswith("Put"):
        provider.ensure_identity(NAME, DOMAIN_ID)
    outside.fail_next(operation, code, times=5)

    with pytest.raises(ProviderRefusedError, match=code):
        act(provider)


@pytest.mark.parametrize("code", [*BUSY, *REFUSALS])
def test_a_provider_that_cannot_be_asked_has_an_unknown_status(provider, outside, no_pauses, code):
    provider.ensure_identity(NAME, DOMAIN_ID)
    outside.fail_next("GetEmailIdentity", code, times=5)

    assert provider.status(NAME) == UNKNOWN


def test_one_stumble_is_not_noticed(provider, outside, no_pauses):
    outside.fail_next("CreateEmailIdentity", "TooManyRequestsException")

    assert provider.ensure_identity(NAME, DOMAIN_ID).dkim_tokens


def test_an_identity_whose_answer_was_lost_is_found_again(provider, outside, no_pauses):
    outside.fail_next("CreateEmailIdentity", "InternalFailure", times=1, performed=True)

    assert provider.ensure_identity(NAME, DOMAIN_ID).dkim_tokens
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
        provider = SesIdentities("letterhead")

        with pytest.raises(ProviderBusyError):
            provider.ensure_identity(NAME, DOMAIN_ID)
        assert provider.status(NAME) == UNKNOWN
        assert server.asked == 4  # two tries each: more would only take turns from others


def test_a_status_that_is_new_to_us_is_unknown(aws_environment, monkeypatch):
    body = b'{"DkimAttributes": {"Status": "BRAND_NEW"}, "VerifiedForSendingStatus": true}'
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        server.answers = [Script(200, body, {"content-type": "application/json"})]

        said = SesIdentities("letterhead").status(NAME)
    assert said == ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.NOT_STARTED, sending=True)
