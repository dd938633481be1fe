"""The DNS hosts that are recognised by a zone's servers, and what their panels want typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable


@value_type
class Panel:
    """A DNS host's form for a record.

    Its name field takes the part before the zone. `priority_apart`: an MX's preference has a field of its own.
    `quotes`: a TXT's value is typed in double quotes. `full_stop`: a target is typed with its final dot, or else the zone is
    appended to it. `advice` is said of a CNAME.
    """

    name: str
    servers: re.Pattern[str]
    name_field: str = "Name"
    priority_apart: bool = True
    quotes: bool = False
    full_stop: bool = False
    advice: str = ""


def _panel(name: str, servers: str, name_field: str = "Name", **form: object) -> Panel:
    return Panel(name, re.compile(rf"(?:^|\.)(?:{servers})$"), name_field, **form)  # type: ignore[arg-type]


# What each panel wants is from the hosts' own help pages on adding records; the server names are those they delegate to.
PANELS = (
    _panel(
        "Route 53", r"awsdns-\d+\.(?:com|net|org|co\.uk)", "Record name", priority_apart=False, quotes=True
    ),
    _panel("Cloudflare", r"ns\.cloudflare\.com", advice="Set the proxy status to “DNS only”."),
    _panel("GoDaddy", r"domaincontrol\.com"),
    _panel("Namecheap", r"registrar-servers\.com|namecheaphosting\.com", "Host"),
    _panel("Google or Squarespace", r"googledomains\.com|squarespacedns\.com", "Host"),
    _panel("IONOS", r"ui-dns\.(?:com|de|org|biz|co\.uk)|1and1\.[a-z.]+", "Host name"),
    _panel("OVHcloud", r"ovh\.(?:net|ca)|anycast\.me", "Sub-domain", full_stop=True),
    _panel("Gandi", r"gandi\.net", full_stop=True),
    _panel(
        "Hetzner", r"hetzner\.(?:com|de)|your-server\.de|first-ns\.de|second-ns\.(?:com|de)", full_stop=True
    ),
    _panel("DigitalOcean", r"digitalocean\.com", "Hostname", full_stop=True),
    _panel("Azure DNS", r"azure-dns\.(?:com|net|org|info)"),
    _panel("DNSimple", r"dnsimple\.com|dnsimple-edge\.(?:com|net|org|io)"),
    _panel("Porkbun", r"porkbun\.com", "Host"),
    _panel("Wix", r"wixdns\.net", "Host name"),
    _panel("Vercel", r"vercel-dns\.com"),
    _panel("Netlify", r"nsone\.net"),
)


def recognised(servers: Iterable[str]) -> Panel | None:
    """The DNS host that serves a zone, by the names of the zone's servers."""
    names = [server.lower().rstrip(".") for server in servers]
    return next((panel for panel in PANELS if any(panel.servers.search(name) for name in names)), None)


def host_part(name: str, apex: str) -> str:
    """What a name field takes: the part before the zone, `@` for the zone itself."""
    if name == apex:
        return "@"
    return name.removesuffix("." + apex)
