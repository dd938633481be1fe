"""Whether functions reach the DNS, for the operator's doctor: `{"name": …, "type": "TXT"}` is asked as every check asks.

No HTTP route leads here, and its role may do nothing.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.dialects.dns_probe import probe
from letterhead.settings import Settings

settings = Settings.from_env()
lookup = DnsLookup(**settings.dns)
logger = Logger(service="dns_probe")


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Ask, and tell whether anybody answered and whose word it is, or `{"error": …}` for what can't be asked."""
    answer = probe(event, lookup)
    logger.info("asked", extra={"answered": answer.get("answered")})
    return answer
