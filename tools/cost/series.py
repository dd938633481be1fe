"""How many metrics a deployment can have: CloudWatch charges for each that has had a value, by the hour in which it had one."""

from __future__ import annotations

import sys
from pathlib import Path

# Where the functions find the layer that names what is counted.
sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "letterhead"))

from letterhead.activity.activity import ActivityType
from letterhead.dialects.problem import Kind
from letterhead.domains.diagnosis.codes import Code
from letterhead.messages.gates import GateName
from letterhead.outbox.event import EventType
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.delivering import Became

CLASSES = ("2xx", "4xx", "5xx")


def most(functions_behind_the_api: int, metric_filters: int) -> dict[str, int]:
    """By the names in docs/operate.md; what metric filters count is one each."""
    return {
        "Requests": functions_behind_the_api * len(CLASSES) + len(Dialect),
        "Duration": functions_behind_the_api,
        "Refusals": len(Kind),
        "Registrations": 2,
        "GateRefusals": len(GateName),
        "Verifications": 3,
        "Findings": len(Code),
        "Events": len(EventType) + len(ActivityType),
        "Unreadable": 2,
        "UnknownMailEvents": 1,
        "WebhookDuration": len(Became),
        "of metric filters": metric_filters,
    }
