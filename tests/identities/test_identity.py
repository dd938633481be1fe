from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import IdentityStatus
from tests.fakes.sender_identities import NOW, identity


def test_one_address_has_one_key_however_it_is_written():
    assert EmailAddress("Amy", "bookshelf.com", "bookshelf.com").key == "amy@bookshelf.com"
    idn = EmailAddress("STRAßE", "xn--bcher-kva.example", "bücher.example")
    assert (idn.key, idn.shown) == ("strasse@xn--bcher-kva.example", "STRAßE@bücher.example")
    assert idn.deliverable == "STRAßE@xn--bcher-kva.example"
    assert idn.needs_smtputf8


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, IdentityStatus.PENDING),
        ({"mailed_generation": 1, "expires_at": NOW + timedelta(seconds=1)}, IdentityStatus.PENDING),
        ({"mailed_generation": 1, "expires_at": NOW}, IdentityStatus.EXPIRED),
        ({"mailed_generation": 1, "generation": 2, "expires_at": NOW}, IdentityStatus.PENDING),
        (
            {"mailed_generation": 1, "expires_at": NOW, "status": IdentityStatus.VERIFIED},
            IdentityStatus.VERIFIED,
        ),
        (
            {"mailed_generation": 1, "expires_at": NOW, "status": IdentityStatus.REFUSED},
            IdentityStatus.REFUSED,
        ),
    ],
    ids=[
        "not mailed yet",
        "link alive",
        "link run out",
        "a newer mail is due",
        "verified in time",
        "refused",
    ],
)
def test_a_pending_identity_is_expired_once_its_link_has_run_out(changes, status):
    assert identity(**changes).status_at(NOW) is status


def test_only_a_verified_identity_has_a_moment_of_verification():
    assert identity(status=IdentityStatus.VERIFIED, decided_at=NOW).verified_at == NOW
    assert identity(status=IdentityStatus.REFUSED, decided_at=NOW).verified_at is None
