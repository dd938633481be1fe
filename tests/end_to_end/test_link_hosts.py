"""Confirmation links under a host of the account's own, over TLS, from the settings to the pressed button."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.conftest import CHECKOUT, Account, LocalCloud
from tests.end_to_end.test_identities import create, link_in
from tests.end_to_end.zones import records_as_zone

pytestmark = pytest.mark.end_to_end

SETTINGS = "/v1/identities/settings"


def test_links_lead_to_the_domains_own_host_once_its_alias_is_right(
    cloud: LocalCloud, account: Account
) -> None:
    domain = account.verified_domain("link-hosts.com")
    short_id = account.mailersend("GET", "/v1/domains").json["data"][0]["id"]
    record = account.mailersend("GET", f"/v1/domains/{short_id}/dns-records").json["data"]["link_host"]
    wanted = {"link_hosts": [{"domain_id": short_id}]}

    (host,) = account.mailersend("PUT", SETTINGS, wanted).json["data"]["link_hosts"]
    assert (host["in_use"], host["finding"]["code"]) == (False, "link_host_no_cname")
    create(account, domain["id"], "early@client-links.com")
    assert link_in(cloud, "early@client-links.com").startswith(f"{cloud.origin}/confirmations/")

    own = {"type": record["type"], "name": record["hostname"], "value": record["value"]}
    cloud.set_zone("link-hosts.com", records_as_zone([*domain["dns_records"], own]))
    (host,) = account.mailersend("PUT", SETTINGS, wanted).json["data"]["link_hosts"]
    assert (host["in_use"], host["finding"]) == (True, None)
    create(account, domain["id"], "late@client-links.com")
    link = urlsplit(link_in(cloud, "late@client-links.com"))

    assert (link.scheme, link.hostname) == ("https", "links.link-hosts.com")
    page = over_tls(link.hostname, link.port, link.path)
    assert page.startswith("HTTP/1.1 200")
    assert "late@client-links.com" in page


def over_tls(host: str, port: int, path: str) -> str:
    """What the host at this port of this machine answers to whoever trusts the local authority."""
    trusting = ssl.create_default_context(cafile=str(CHECKOUT.authority))
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        trusting.wrap_socket(plain, server_hostname=host) as secured,
    ):
        secured.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: secured.recv(65536), b"")).decode()
