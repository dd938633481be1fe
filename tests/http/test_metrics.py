"""Lines that CloudWatch takes metrics out of: in the embedded metric format, and with nothing in them that is anybody's."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from aws_lambda_powertools import Logger

from letterhead.domains.records import RecordStatus
from letterhead.http.metrics import Metrics
from tests.fakes.domain_world import MINE, World
from tests.fakes.sending_domains import NOW

CHECKOUT = Path(__file__).parents[2]
LAYER = CHECKOUT / "layers" / "letterhead" / "letterhead"


@pytest.fixture
def written():
    return io.StringIO()


@pytest.fixture
def metrics(written):
    return Metrics(Logger(service=f"metrics-{id(written)}", stream=written), "letterhead-test")


def taken_from(written):
    """As CloudWatch reads the lines: metric, unit and value of the dimension, with the number."""
    found = {}
    for line in map(json.loads, written.getvalue().splitlines()):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        ((dimension,),) = directive["Dimensions"]
        (metric,) = directive["Metrics"]
        assert directive["Namespace"] == "letterhead-test"
        assert isinstance(line["_aws"]["Timestamp"], int)
        found[metric["Name"], metric["Unit"], line[dimension]] = line[metric["Name"]]
    return found


def test_each_value_of_a_dimension_is_a_line_and_nothing_is_none(metrics, written):
    metrics.count("Events", "event", {"domain.verified": 2, "activity.sent": 1, "domain.failed": 0})
    metrics.took("WebhookDuration", "outcome", "delivered", 0.0421)

    assert taken_from(written) == {
        ("Events", "Count", "domain.verified"): 2,
        ("Events", "Count", "activity.sent"): 1,
        ("WebhookDuration", "Milliseconds", "delivered"): 42.1,
    }


def test_checks_are_counted_by_verdict_and_by_what_they_found(metrics, written):
    world = World()
    domain = world.ready("mail.acme.com", MINE)
    right = world.check(domain, NOW)
    world.dns.withdraw(domain.records())
    wrong = world.check(right.domain, NOW)
    assert {row.status for row in right.verification.rows} == {RecordStatus.VERIFIED}

    metrics.checked([right, right, wrong])

    counted = taken_from(written)
    assert counted["Verifications", "Count", "verified"] == 2
    assert counted["Verifications", "Count", "failed"] == 1
    codes = {found.code.value for row in wrong.verification.rows for found in row.findings}
    assert {value for name, _, value in counted if name == "Findings"} == codes
    assert "acme" not in written.getvalue()


def test_every_metric_is_documented():
    sources = [*LAYER.rglob("*.py"), *(CHECKOUT / "functions").rglob("app.py")]
    calls = re.compile(r"""(?:\.count|\.took|_metric)\(\s*(?:namespace, )?"([A-Z]\w+)\"""")
    names = {name for path in sources for name in calls.findall(path.read_text())}
    documented = set(
        re.findall(
            r"^\| `([A-Z]\w+)` \| (?:count|milliseconds) \|",
            (CHECKOUT / "docs" / "operate.md").read_text(),
            re.MULTILINE,
        )
    )
    assert names == documented
