"""Sweeps by the control port, at times of a test's choosing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.end_to_end.conftest import LocalCloud


def sweep(cloud: LocalCloud, now: datetime) -> dict[str, Any]:
    """What a whole sweep did for which it is `now`; while another one is at work there is none."""
    body = {"time": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    swept: dict[str, Any] = cloud.until(
        lambda: cloud.call("POST", f"{cloud.control}/run/reverify_sweep", body).json,
        lambda answer: not answer["busy"] and not answer["identities"]["busy"],
    )
    assert (swept["complete"], swept["identities"]["complete"]) == (True, True), swept
    return swept
