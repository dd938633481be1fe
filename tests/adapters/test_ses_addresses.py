"""Addresses at SES: the local cloud's SES over loopback and the provider in memory, under one contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead.adapters.ses_addresses import SesAddresses
from letterhead.identities.exact_sending import (
    AddressesBusyError,
    AddressHeldError,
    AddressRefusedError,
    AddressState,
    Holder,
)
from local.ses.identity import Status, Verification
from tests.fakes.address_provider import InMemoryAddresses
from tests.fakes.scripted_server import Script, scripted_server

ADDRESS = "Amy+news@bookshelf.com"
MINE = Holder("0account0account", "0identity0ident0", 1)
LATER = replace(MINE, round=2)
THEIRS = Holder("0another0account", "0identity0ident1", 1)
BUSY = [
    "TooManyRequestsException",
    "ThrottlingException",
    "ConcurrentModificationException",
    "InternalFailure",
]


@pytest.fixture
def ses(outside) -> SesAddresses:
    return SesAddresses("letterhead")


@pytest.fixture(params=["in memory", "SES"])
def provider(request):
    return InMemoryAddresses() if request.param == "in memory" else request.getfixturevalue("ses")


# --- what every provider promises -------------------------------------------------------------------------------------


def test_an_address_is_pending_when_it_was_started_and_for_its_holder_only(provider):
    assert provider.state(ADDRESS, MINE) is AddressState.ABSENT
    assert provider.start(ADDRESS, MINE) is AddressState.PENDING
    assert provider.state(ADDRESS, MINE) is AddressState.PENDING
    assert provider.state(ADDRESS, LATER) is AddressState.FOREIGN
    assert provider.state(ADDRESS, THEIRS) is AddressState.FOREIGN


def test_starting_again_for_the_same_holder_finds_what_was_made(provider):
    provider.start(ADDRESS, MINE)
    assert provider.start(ADDRESS, MINE) is AddressState.PENDING


@pytest.mark.parametrize("maker", [LATER, THEIRS])
def test_an_address_made_for_another_holder_is_left_alone_and_its_maker_named(provider, maker):
    provider.start(ADDRESS, maker)
    with pytest.raises(AddressHeldError) as held:
        provider.start(ADDRESS, MINE)
    assert held.value.holder == maker
    assert provider.state(ADDRESS, maker) is AddressState.PENDING


def test_the_case_before_the_at_makes_another_address(provider):
    provider.start(ADDRESS, MINE)
    assert provider.start(ADDRESS.lower(), THEIRS) is AddressState.PENDING


def test_a_holder_removes_its_own_of_whichever_round_and_nobody_elses(provider):
    provider.start(ADDRESS, MINE)
    provider.remove(ADDRESS, THEIRS)
    assert provider.state(ADDRESS, MINE) is AddressState.PENDING
    provider.remove(ADDRESS, LATER)
    provider.remove(ADDRESS, LATER)  # twice is once
    assert provider.state(ADDRESS, MINE) is AddressState.ABSENT


# --- at SES -----------------------------------------------------------------------------------------------------------


def test_an_address_carries_its_holder_as_a_tag_and_the_configuration_set(ses, outside):
    ses.start(ADDRESS, MINE)
    assert outside.identities[ADDRESS].tags == {"letterhead:identity": "0account0account/0identity0ident0/1"}
    assert outside.identities[ADDRESS].configuration_set == "letterhead"


@pytest.mark.parametrize("tags", [{}, {"letterhead:identity": "nonsense"}, {"owner": "somebody"}])
def test_an_address_without_a_holder_is_somebody_elses_and_stays(ses, outside, tags):
    outside.put_foreign_identity(ADDRESS, tags)
    with pytest.raises(AddressHeldError) as held:
        ses.start(ADDRESS, MINE)
    assert held.value.holder is None
    ses.remove(ADDRESS, MINE)
    assert ADDRESS in outside.identities
    assert ses.state(ADDRESS, MINE) is AddressState.FOREIGN


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.SUCCESS, AddressState.VERIFIED),
        (Status.FAILED, AddressState.EXPIRED),
        (Status.PENDING, AddressState.PENDING),
    ],
)
def test_the_state_is_what_ses_says(ses, outside, status, state):
    ses.start(ADDRESS, MINE)
    identity = outside.identities[ADDRESS]
    outside.do(lambda: setattr(identity, "verification", Verification(status, identity.verification.since)))
    assert ses.state(ADDRESS, MINE) is state
    assert ses.start(ADDRESS, MINE) is state


def test_an_address_whose_answer_was_lost_is_found_again(ses, outside, no_pauses):
    outside.fail_next("CreateEmailIdentity", "InternalFailure", times=1, performed=True)
    assert ses.start(ADDRESS, MINE) is AddressState.PENDING


@pytest.mark.parametrize("code", BUSY)
def test_a_provider_that_is_busy_says_so(ses, outside, no_pauses, code):
    for operation, act in (
        ("CreateEmailIdentity", lambda: ses.start(ADDRESS, MINE)),
        ("GetEmailIdentity", lambda: ses.state(ADDRESS, MINE)),
        ("GetEmailIdentity", lambda: ses.remove(ADDRESS, MINE)),
    ):
        outside.fail_next(operation, code, times=5)
        with pytest.raises(AddressesBusyError):
            act()
        outside.mend()


def test_a_provider_that_refuses_says_why(ses, outside, no_pauses):
    outside.fail_next("CreateEmailIdentity", "LimitExceededException", times=5)
    with pytest.raises(AddressRefusedError, match="LimitExceededException"):
        ses.start(ADDRESS, MINE)


def test_an_endpoint_that_drops_the_connection_is_busy(aws_environment, monkeypatch, no_pauses):
    with scripted_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        server.answers = [Script(drops=True)]
        with pytest.raises(AddressesBusyError):
            SesAddresses("letterhead").start(ADDRESS, MINE)
