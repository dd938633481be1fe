"""Names as SES takes them: domains of letters, digits and hyphens, and addresses at them."""

from __future__ import annotations

import re

_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")


def is_domain_name(name: str) -> bool:
    """At least two labels in ASCII (IDN as A-labels), no last dot, no IP address."""
    return _DOMAIN.fullmatch(name) is not None


def is_address(name: str) -> bool:
    """An addr-spec in ASCII; SES takes no quoted or internationalised local part."""
    local, _, domain = name.rpartition("@")
    return _LOCAL_PART.fullmatch(local) is not None and is_domain_name(domain)


def sending_names(address: str) -> list[str]:
    """The identities that would allow mail From this address, the nearest first."""
    local, _, domain = address.rpartition("@")
    names = [f"{local}@{domain}"]
    if "+" in local:
        names.append(f"{local.split('+', 1)[0]}@{domain}")
    labels = domain.lower().split(".")
    return names + [".".join(labels[start:]) for start in range(len(labels) - 1)]
