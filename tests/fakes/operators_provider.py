"""SES and the queue of what isn't whole, as the operator's function knows them, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.domain_world import Requests
from tests.fakes.mail_provider import InMemoryProvider


def given(operator: Any, monkeypatch: pytest.MonkeyPatch) -> InMemoryProvider:
    """Have the loaded function's domains be known to this provider alone."""
    provider = InMemoryProvider()
    domains = operator.app.desk.domains
    outside = replace(domains._outside, provider=provider, completions=Requests())
    monkeypatch.setattr(domains, "_outside", outside)
    return provider
