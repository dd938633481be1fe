"""Receivers over TLS, whose verifiers are those that the services' and Standard Webhooks' own users have."""

from __future__ import annotations

import pytest
import trustme

from letterhead.activity.activity import ActivityType
from letterhead.tokens.dialect import Dialect
from tests.fakes.receiver import receiver
from tests.fakes.webhook_verifiers import verified
from tests.functions.webhooks.conftest import shown_deliveries
from tests.functions.webhooks.test_activity import happen

NAME = "hooks.client-tls.com"


@pytest.fixture
def authority(monkeypatch, tmp_path, outside) -> trustme.CA:
    """One that the functions trust, as they do in the local cloud."""
    made = trustme.CA(key_type=trustme.KeyType.ECDSA)
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("LOCAL_CA_FILE", str(tmp_path / "ca.pem"))
    outside.publish_addresses("client-tls.com", hooks="127.0.0.1", wrong="127.0.0.1")
    return made


def test_every_dialects_receivers_verify_what_they_get_over_tls(authority, stack):
    events = {Dialect.MAILERSEND: {"events": ["activity.delivered"]}}
    with receiver(authority, NAME) as program:
        made = {
            dialect: stack.create(dialect, f"{program.url}/{dialect}", **events.get(dialect, {}))
            for dialect in Dialect
        }
        program.received.clear()  # MailerSend's ping
        happen(stack, ActivityType.DELIVERED)
        got = {Dialect(each.path.rpartition("/")[2]): each for each in program.received}
        assert set(got) == set(Dialect)
        assert {each.headers["Host"] for each in program.received} == {program.url.split("/")[2]}
        for dialect in Dialect:
            verified(dialect, made[dialect], got[dialect])


@pytest.mark.parametrize("trusted", [True, False], ids=["another's certificate", "nobody's certificate"])
def test_an_invalid_certificate_is_a_failure_and_nothing_is_said(authority, stack, trusted):
    vouching = authority if trusted else trustme.CA(key_type=trustme.KeyType.ECDSA)
    with receiver(vouching, NAME) as program:
        url = program.url.replace("hooks.", "wrong.") if trusted else program.url
        made = stack.create(Dialect.SENDARA, url)
        refused = stack.call(
            Dialect.MAILERSEND,
            "POST",
            json={
                "url": url,
                "name": "hook",
                "events": ["domain.verified"],
                "domain_id": stack.domain.domain_id,
            },
        )
        assert (refused.status, list(refused.json["errors"])) == (422, ["url"])
        stack.happen()
        stack.spread()
        stack.attempts()
        (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
        assert (delivery["status"], delivery["attempts"]) == ("pending", [])
        stack.attempts(due_within=6)
        (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
        assert [each["error"] for each in delivery["attempts"]] == ["unreachable"] * 2
        assert [each["error_detail"] for each in delivery["attempts"]] == ["certificate"] * 2
        assert program.received == []
