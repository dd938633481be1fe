"""Who may use the control port: programs on this machine, not the pages that a browser on it has open."""

from __future__ import annotations

from urllib.parse import urlsplit

OWN_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def refusal(host: str | None, origin: str | None) -> str | None:
    """Why a request with these Host and Origin headers is refused, or None when it may pass.

    A name of somebody else's that resolves to 127.0.0.1 shows in Host (DNS rebinding); a foreign page's request
    shows in Origin.
    """
    if _hostname(f"//{host or ''}") not in OWN_HOSTS:
        return "The control port answers only requests addressed to 127.0.0.1 or localhost."
    if origin is not None and _hostname(origin) not in OWN_HOSTS:
        return "The control port refuses requests from other web pages."
    return None


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
