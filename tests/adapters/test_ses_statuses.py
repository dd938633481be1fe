"""Statuses of many domains at once: the local cloud's SES over loopback, checked against botocore's model of the service."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from letterhead.adapters.ses_addresses import SesAddresses
from letterhead.adapters.ses_identities import SesIdentities
from letterhead.adapters.ses_statuses import SesStatuses
from letterhead.domains.ports import ProviderBusyError, ProviderRefusedError
from letterhead.domains.provider_status import ProviderCheck
from letterhead.domains.records import required_records
from letterhead.identities.exact_sending import AddressState, Holder
from local.ses.identity import Status, Verification
from tests.fakes.aws import REGION
from tests.fakes.outside import ACCOUNT_ID
from tests.fakes.scripted_server import Script, scripted_server

NAMES = ["mail.acme.com", "mail.other.com", "nobodys.com"]


class Turns:
    def __init__(self) -> None:
        self.taken = 0

    def take(self) -> None:
        self.taken += 1


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest.fixture
def statuses(outside, turns) -> SesStatuses:
    return SesStatuses(turns, sleep=lambda _: None)


@pytest.fixture
def one_by_one(outside) -> SesIdentities:
    return SesIdentities("letterhead", f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/")


def registered(provider, name: str) -> None:
    provider.ensure_identity(name, "0domain0domain00", take_over=False)
    provider.ensure_mail_from(name, f"mail.{name}")


def published(outside, provider, name: str) -> None:
    identity = provider.find(name)
    outside.publish(
        name,
        required_records(
            domain=name,
            dkim_tokens=identity.dkim_tokens,
            signing_hosted_zone=identity.signing_hosted_zone,
            mail_from_domain=f"mail.{name}",
            region=REGION,
        ),
    )


def test_it_says_the_same_as_one_by_one_but_for_the_tag_and_the_zone(statuses, one_by_one, outside):
    for name in NAMES[:2]:
        registered(one_by_one, name)
    published(outside, one_by_one, NAMES[0])

    assert statuses.of(NAMES) == {
        name: replace(one_by_one.find(name), domain_id=None, signing_hosted_zone="") for name in NAMES[:2]
    }
    assert statuses.of(NAMES)[NAMES[0]].status.sending


@pytest.mark.parametrize("status", Status)
def test_every_status_is_understood(statuses, one_by_one, outside, status):
    registered(one_by_one, NAMES[0])
    identity = outside.identities[NAMES[0]]
    identity.verification = Verification(status, identity.verification.since)
    said = statuses.of(NAMES)[NAMES[0]].status

    assert said.dkim is one_by_one.find(NAMES[0]).status.dkim
    assert said.sending is one_by_one.find(NAMES[0]).status.sending


def test_an_identity_without_a_mail_from_domain_has_none(statuses, one_by_one):
    one_by_one.ensure_identity(NAMES[0], "0domain0domain00", take_over=False)
    found = statuses.of(NAMES)[NAMES[0]]

    assert (found.mail_from_domain, found.status.mail_from) == (None, ProviderCheck.NOT_STARTED)


def test_a_hundred_take_three_calls_each_in_its_turn(statuses, turns):
    statuses.of([f"d{number}.com" for number in range(100)])
    assert (statuses.calls, turns.taken) == (3, 3)


def test_a_throttle_is_backed_off_from(statuses, one_by_one, outside, turns):
    registered(one_by_one, NAMES[0])
    outside.fail_next("GetIdentityDkimAttributes", "TooManyRequestsException", 2)

    assert set(statuses.of(NAMES)) == {NAMES[0]}
    assert turns.taken == 5


def test_a_throttle_that_lasts_is_a_busy_provider(statuses, outside):
    outside.throttle(60)
    with pytest.raises(ProviderBusyError):
        statuses.of(NAMES)
    assert statuses.calls == 4


def test_what_ses_refuses_for_good_is_not_tried_again(statuses, outside):
    outside.fail_next("GetIdentityVerificationAttributes", "InvalidParameterValue")
    with pytest.raises(ProviderRefusedError):
        statuses.of(NAMES)
    assert statuses.calls == 1


def test_ses_that_does_not_answer_is_busy(aws_environment, monkeypatch, turns):
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SES", server.url)
        server.answers = [Script(drops=True)]
        with pytest.raises(ProviderBusyError):
            SesStatuses(turns).of(NAMES)


def test_addresses_are_asked_for_together_in_one_turn(outside, statuses, turns):
    provider = SesAddresses("letterhead")
    said = {
        "a@x.com": (Status.PENDING, AddressState.PENDING),
        "B@x.com": (Status.SUCCESS, AddressState.VERIFIED),
        "c@x.com": (Status.FAILED, AddressState.EXPIRED),
        "d@x.com": (Status.TEMPORARY_FAILURE, AddressState.PENDING),
    }
    for address, (status, _) in said.items():
        provider.start(address, Holder("0account0account", "0identity0ident0", 1))
        outside.identities[address].verification = Verification(status, datetime.now(UTC))
    found = statuses.of_addresses([*said, "nobody@x.com"])

    assert found == {address: state for address, (_, state) in said.items()}
    assert turns.taken == 1


def test_addresses_on_which_ses_says_nothing_are_an_error_like_any(outside, statuses):
    outside.throttle(60)
    with pytest.raises(ProviderBusyError):
        statuses.of_addresses(["a@x.com"])
    outside.mend()
    outside.fail_next("GetIdentityVerificationAttributes", "InvalidParameterValue")
    with pytest.raises(ProviderRefusedError):
        statuses.of_addresses(["a@x.com"])
