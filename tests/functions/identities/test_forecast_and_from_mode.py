"""The DMARC forecast and the exact From mode, from API Gateway's event to its answer, with real DNS and SES's stand-in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.ses_addresses import SesAddresses
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.identities.exact_sending import ExactSending, VerificationRequest
from letterhead.identities.identity import ExactState, IdentityStatus
from local.ses.identity import Status, Verification
from tests.capacity_meter import metered
from tests.fakes.deciding import decide
from tests.fakes.tenant import tenant

STORES = ("DomainsTable", "IdentitiesTable", "ConfirmationsTable")
AMY = "Amy@bookshelf.com"


class World:
    def __init__(self, function, outside) -> None:
        self.function, self.outside = function, outside
        self.agency = tenant()
        self.table = IdentityTable("IdentitiesTable")

    def policy(self, text, domain="bookshelf.com"):
        self.outside.publish(domain, [{"type": "TXT", "name": f"_dmarc.{domain}", "value": text}])

    def call(self, method, path="", **request):
        return self.function.call(
            method, f"/v1/identities{path}", authorization=self.agency.authorization, **request
        )

    def create(self, **changes):
        body = {"domain_id": self.agency.domain.domain_id, "email": AMY, "name": "Amy"}
        return self.call("POST", json=body | changes)

    def exact(self):
        """An identity whose owner has confirmed to us and got Amazon's mail."""
        made = self.create(from_mode="exact").json["data"]
        decide(self.table, self.kept(made), IdentityStatus.VERIFIED, datetime.now(UTC))
        self.begin(made)
        return made

    def begin(self, made):
        one = self.kept(made)
        ExactSending(self.table, SesAddresses("letterhead"), identifiers.new_id).begin(
            VerificationRequest(one.account_id, one.identity_id, one.exact_round), datetime.now(UTC)
        )

    def kept(self, made):
        return self.table.by_id_now(self.agency.account_id, made["id"])

    def say(self, status, address=AMY):
        verification = Verification(status, datetime.now(UTC))
        self.outside.do(lambda: setattr(self.outside.identities[address], "verification", verification))

    def shown(self, made):
        return self.call("GET", f"/{made['id']}").json["data"]


@pytest.fixture
def world(tables, load, outside):
    host, port = outside.dns
    function = load(
        "identities",
        CONFIRMATIONS_PER_ADDRESS="10",
        ACCOUNT_ID="000000000000",
        DNS_RESOLVERS=f"{host}:{port}",
    )
    return World(function, outside)


# --- the forecast -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "policy", "exact"),
    [
        ("v=DMARC1; p=reject", "reject", "reject"),
        ("v=DMARC1; p=quarantine", "quarantine", "junk"),
        ("v=DMARC1; p=none", "none", "pass"),
    ],
)
def test_an_identity_shows_what_dmarc_makes_of_its_mail(world, record, policy, exact):
    world.policy(record)
    made = world.create().json["data"]
    explanation = made["dmarc"].pop("explanation")
    assert made["dmarc"] == {
        "policy": policy,
        "source_name": "_dmarc.bookshelf.com",
        "aligned_result": "pass",
        "exact_result": exact,
        "verdict": "pass",
    }
    assert "bookshelf.com" in explanation
    assert world.shown(made)["dmarc"] == made["dmarc"] | {"explanation": explanation}


def test_a_domain_that_does_not_answer_is_unknown_and_refuses_nothing(world):
    world.policy("v=DMARC1; p=reject")
    world.outside.do(lambda: world.outside._nameserver.set_fault("_dmarc.bookshelf.com", "servfail"))
    try:
        made = world.create(from_mode="exact")
    finally:
        world.outside.do(lambda: world.outside._nameserver.set_fault("_dmarc.bookshelf.com", "ok"))
    assert made.status == 201
    assert made.json["data"]["dmarc"] | {"explanation": ""} == {
        "policy": "unknown",
        "source_name": None,
        "aligned_result": "pass",
        "exact_result": "unknown",
        "verdict": "unknown",
        "explanation": "",
    }


def test_a_read_looks_again_after_a_day_and_a_fresh_forecast_costs_nothing(world):
    made = world.create().json["data"]
    world.policy("v=DMARC1; p=reject")
    with metered(connection().client) as meter:
        assert world.shown(made)["dmarc"]["policy"] is None
    assert (meter.read_units(*STORES), meter.write_units(*STORES)) == (0.5, 0)
    one = world.kept(made)
    world.table.note_forecast(one, replace(one.forecast, due_at=datetime.now(UTC) - timedelta(hours=1)))
    assert world.shown(made)["dmarc"]["policy"] == "reject"
    with metered(connection().client) as meter:
        assert world.shown(made)["dmarc"]["policy"] == "reject"
    assert (meter.read_units(*STORES), meter.write_units(*STORES)) == (0.5, 0)


# --- the exact From mode ----------------------------------------------------------------------------------------------


def test_an_exact_identity_is_refused_where_receivers_would_reject_it(world):
    world.policy("v=DMARC1; p=reject")
    answer = world.create(from_mode="exact")
    assert answer.status == 422
    (why,) = answer.json["errors"]["from_mode"]
    assert "receivers will reject it" in why
    assert answer.json["message"] == why
    aligned = world.create().json["data"]
    changed = world.call("PUT", f"/{aligned['id']}", json={"from_mode": "exact"})
    assert (changed.status, list(changed.json["errors"])) == (422, ["from_mode"])


@pytest.mark.parametrize("mode", ["strict", 1, ""])
def test_another_from_mode_is_named(world, mode):
    answer = world.create(from_mode=mode)
    assert answer.status == (201 if mode == "" else 422)
    assert mode == "" or list(answer.json["errors"]) == ["from_mode"]


def test_an_exact_identity_goes_from_waiting_over_pending_to_verified(world):
    made = world.create(from_mode="exact").json["data"]
    assert (made["from_mode"], made["exact_status"], made["dmarc"]["verdict"]) == ("exact", "waiting", "pass")
    assert made["from_preview"] == {"from": f'"Amy" <{AMY}>', "reply_to": f'"Amy" <{AMY}>'}
    decide(world.table, world.kept(made), IdentityStatus.VERIFIED, datetime.now(UTC))
    confirmed = world.shown(made)
    assert (confirmed["exact_status"], confirmed["status"], confirmed["is_verified"]) == (
        "pending",
        "pending",
        False,
    )
    world.begin(made)
    assert world.shown(made)["exact_status"] == "pending"
    world.say(Status.SUCCESS)
    verified = world.shown(made)
    assert (verified["exact_status"], verified["status"], verified["is_verified"]) == (
        "verified",
        "verified",
        True,
    )
    assert world.kept(made).exact is ExactState.VERIFIED


def test_amazons_link_that_ran_out_is_said_and_resent(world):
    made = world.exact()
    world.say(Status.FAILED)
    expired = world.shown(made)
    assert (expired["exact_status"], expired["status"]) == ("expired", "expired")
    assert "Resend" in expired["last_error"]
    resent = world.call("POST", f"/{made['id']}/resend").json["data"]
    assert (resent["exact_status"], resent["resends"], resent["last_error"]) == ("pending", 1, None)
    world.begin(made)
    world.say(Status.SUCCESS)
    assert world.call("POST", f"/{made['id']}/resend").status == 422


def test_an_address_that_ses_has_for_somebody_else_is_a_conflict(world):
    world.outside.put_foreign_identity(AMY)
    made = world.exact()
    shown = world.shown(made)
    assert (shown["exact_status"], shown["is_verified"]) == ("conflict", False)
    assert "somebody else" in shown["last_error"]
    assert world.call("DELETE", f"/{made['id']}").status == 200
    assert AMY in world.outside.identities


def test_a_deleted_identity_leaves_nothing_at_ses(world):
    made = world.exact()
    assert AMY in world.outside.identities
    assert world.call("DELETE", f"/{made['id']}").status == 200
    assert AMY not in world.outside.identities


def test_an_identity_stays_while_ses_cannot_let_go_of_it(world, no_pauses):
    made = world.exact()
    world.outside.fail_next("DeleteEmailIdentity", "TooManyRequestsException", times=2)
    refused = world.call("DELETE", f"/{made['id']}")
    assert (refused.status, "retry-after" in refused.headers) == (503, True)
    assert world.call("DELETE", f"/{made['id']}").status == 200


@pytest.mark.parametrize("change", [{"from_mode": "aligned"}, {"email": "rory@bookshelf.com"}])
def test_what_a_changed_identity_does_not_need_any_more_is_gone_from_ses(world, change):
    made = world.exact()
    assert world.call("PUT", f"/{made['id']}", json=change).status == 200
    assert AMY not in world.outside.identities


def test_another_name_leaves_ses_alone(world):
    made = world.exact()
    world.say(Status.SUCCESS)
    changed = world.call("PUT", f"/{made['id']}", json={"name": "Amy P."}).json["data"]
    assert (changed["exact_status"], AMY in world.outside.identities) == ("verified", True)


def test_creating_an_exact_identity_costs_no_more_than_another(world):
    with metered(connection().client) as meter:
        assert world.create(from_mode="exact").status == 201
    assert meter.read_units(*STORES) <= 1
    assert meter.write_units(*STORES) <= 8
