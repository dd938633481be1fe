"""The template's parameters that the local cloud sets, and to what."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from layers.builder.target import BuildError
from layers.builder.this_machine import this_machine
from local.failure import LocalCloudError
from local.stack_file import Address

SHORTEST_RETRY_SECONDS = "30"
# A name below localhost is loopback wherever it is asked for (RFC 6761 section 6.3), so link hosts lead back to this machine.
LINK_HOST_TARGET = "letterhead.localhost"
MOST_CONFIRMATIONS = "100000"
SHARED_SENDER = "no-reply@shared.letterhead.example"


def build_parameters() -> dict[str, str]:
    """What decides how code is built: the functions run in this very Python, on this machine."""
    try:
        target = this_machine()
    except BuildError as error:
        raise LocalCloudError(str(error)) from error
    return {"PythonRuntime": target.runtime, "Architecture": target.architecture}


def deploy_parameters(origin: str, dns: Address) -> dict[str, str]:
    """What the deployed stack is told besides: where people reach it, whom to ask DNS, and not to wait long."""
    return build_parameters() | {
        "PublicUrl": origin,
        "LinkHostTarget": LINK_HOST_TARGET,
        "DnsResolvers": f"{dns.host}:{dns.port}",
        "MailRetrySeconds": SHORTEST_RETRY_SECONDS,
        "EventRetrySeconds": SHORTEST_RETRY_SECONDS,
        "ConfirmationsPerAddress": MOST_CONFIRMATIONS,
        "SharedSender": SHARED_SENDER,
        "WarmUpAllowance": "0",
        "TokenRequestsPerMinute": "60000",
        "AccountRequestsPerMinute": "60000",
        "SendsPerDay": "10000000",
        "SesCallsPerSecond": "50",
        "DigestSeconds": "5",
    }


def override_arguments(wanted: Mapping[str, str], declared: Collection[str]) -> list[str]:
    """`--parameter-overrides` for the SAM CLI; parameters that the template doesn't declare are left out."""
    pairs = [f"{name}={value}" for name, value in sorted(wanted.items()) if name in declared]
    return ["--parameter-overrides", *pairs] if pairs else []
