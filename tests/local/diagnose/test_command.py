"""`python -m local.diagnose`, against servers on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.domains.diagnosis.cases import TOKENS, master_line, required
from tests.domains.diagnosis.dns_world import DnsWorld, dns_world

CHECKOUT = Path(__file__).parents[3]
DKIM = [word for token in TOKENS for word in ("--dkim-token", token)]


@pytest.fixture
def world() -> Iterator[DnsWorld]:
    with dns_world() as world:
        yield world


def run(world: DnsWorld, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.diagnose", *arguments, "--resolver", f"127.0.0.1:{world.port}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def publish(world: DnsWorld, without: str = "", beside: str = "") -> None:
    lines = "".join(master_line(record) for record in required("acme.test") if record.purpose != without)
    world.do(lambda: world.first.set_zone("acme.test", lines + beside))


def test_a_domain_that_is_right_is_ticked_and_ends_well(world):
    publish(world)
    done = run(world, "acme.test", *DKIM)
    assert done.returncode == 0
    assert done.stdout.count("✓") == 6
    assert "6 of 6 records are right." in done.stdout


def test_a_fault_is_shown_with_its_fix(world):
    publish(world, beside='mail TXT "v=spf1 -all"\n')
    done = run(world, "acme.test", *DKIM)
    assert done.returncode == 1
    assert "spf_duplicate" in done.stdout
    assert "→ Delete all of them" in done.stdout
    assert "5 of 6 records are right." in done.stdout


def test_the_result_is_there_for_machines_too(world):
    publish(world, without="dmarc")
    done = run(world, "acme.test", *DKIM, "--json")
    shown = json.loads(done.stdout)
    assert shown["domain"] == "acme.test"
    row = shown["records"][-1]
    assert (row["purpose"], row["status"], row["detail"]) == (
        "dmarc",
        "pending",
        "no _dmarc TXT record found yet",
    )
    assert row["findings"][0]["code"] == "dmarc_missing"
    assert row["findings"][0]["fix"]["host"] == "_dmarc"


def test_without_tokens_dkim_is_left_out_and_that_is_said(world):
    publish(world)
    done = run(world, "acme.test")
    assert done.returncode == 0
    assert "3 of 3 records are right." in done.stdout
    assert "DKIM was left out" in done.stdout


def test_a_domain_saved_from_the_api_is_taken(world, tmp_path):
    publish(world)
    saved = tmp_path / "domain.json"
    records = [{"type": one.type, "name": one.name, "value": one.value} for one in required("acme.test")]
    saved.write_text(
        json.dumps({"domain": "acme.test", "mail_from_domain": "mail.acme.test", "dns_records": records})
    )
    done = run(world, "acme.test", "--saved", str(saved))
    assert "6 of 6 records are right." in done.stdout


def test_what_dns_says_cannot_steer_the_terminal(world):
    publish(world, without="mail_from_spf", beside='mail TXT "v=spf1 \\027[2Jx -all"\n')
    done = run(world, "acme.test", *DKIM)
    assert "\x1b" not in done.stdout
    assert "\\x1b[2Jx" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["co.uk"], "public suffix"),
        (["acme.test", "--dkim-token", "one"], "all three DKIM tokens"),
        (["acme.test", "--mail-from", "mail.other.test"], "must lie below acme.test"),
        (["acme.test", "--saved", "nowhere.json"], "nowhere.json"),
    ],
)
def test_what_cannot_be_checked_is_said_in_a_line(world, arguments, said):
    done = run(world, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_resolver_that_is_no_address_is_refused(world):
    done = subprocess.run(
        [sys.executable, "-m", "local.diagnose", "acme.test", "--resolver", "dns.acme.test"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is no address" in done.stderr
