"""The DNS hosts that are recognised, and what their panels want typed."""

from __future__ import annotations

import pytest

from letterhead.domains.diagnosis.fixes import record_fix
from letterhead.domains.diagnosis.host_panels import host_part, recognised
from letterhead.domains.dns_answers import Zone
from letterhead.domains.records import RecordType

SERVERS = [
    ("ns-2048.awsdns-64.com", "Route 53"),
    ("ns-2049.awsdns-65.co.uk", "Route 53"),
    ("ada.ns.cloudflare.com", "Cloudflare"),
    ("ns01.domaincontrol.com", "GoDaddy"),
    ("dns1.registrar-servers.com", "Namecheap"),
    ("ns-cloud-a1.googledomains.com", "Google or Squarespace"),
    ("connect1.squarespacedns.com", "Google or Squarespace"),
    ("ns1045.ui-dns.org", "IONOS"),
    ("dns13.ovh.net", "OVHcloud"),
    ("dns200.anycast.me", "OVHcloud"),
    ("ns-1-a.gandi.net", "Gandi"),
    ("hydrogen.ns.hetzner.com", "Hetzner"),
    ("robotns3.second-ns.com", "Hetzner"),
    ("ns1.digitalocean.com", "DigitalOcean"),
    ("ns1-01.azure-dns.com", "Azure DNS"),
    ("ns4-01.azure-dns.info", "Azure DNS"),
    ("ns1.dnsimple.com", "DNSimple"),
    ("ns3.dnsimple-edge.org", "DNSimple"),
    ("maceio.ns.porkbun.com", "Porkbun"),
    ("ns10.wixdns.net", "Wix"),
    ("ns1.vercel-dns.com", "Vercel"),
    ("dns1.p01.nsone.net", "Netlify"),
    ("NS01.DOMAINCONTROL.COM.", "GoDaddy"),
    ("ns1.acme.com", None),
    ("ns.notcloudflare.com", None),
    ("ns1.gandi.net.evil.com", None),
]


@pytest.mark.parametrize(("server", "name"), SERVERS)
def test_a_dns_host_is_recognised_by_its_servers(server, name):
    panel = recognised([server])
    assert (panel.name if panel else None) == name


def test_all_sixteen_hosts_are_known():
    assert len({name for _, name in SERVERS if name}) == 16


@pytest.mark.parametrize(
    ("name", "apex", "host"),
    [
        ("a._domainkey.mail.acme.com", "acme.com", "a._domainkey.mail"),
        ("acme.com", "acme.com", "@"),
        ("_dmarc.acme.com", "acme.com", "_dmarc"),
    ],
)
def test_a_name_field_takes_the_part_before_the_zone(name, apex, host):
    assert host_part(name, apex) == host


CNAME, MX, TXT = RecordType.CNAME, RecordType.MX, RecordType.TXT
TYPED = [
    # DNS host's server, type, value -> value and priority to type
    ("ada.ns.cloudflare.com", MX, "10 mx.test", "mx.test", 10),
    ("ada.ns.cloudflare.com", TXT, "v=spf1 -all", "v=spf1 -all", None),
    ("ada.ns.cloudflare.com", CNAME, "x.test", "x.test", None),
    ("ns-1.awsdns-00.com", MX, "10 mx.test", "10 mx.test", None),
    ("ns-1.awsdns-00.com", TXT, "v=spf1 -all", '"v=spf1 -all"', None),
    ("ns1.digitalocean.com", CNAME, "x.test", "x.test.", None),
    ("ns1.digitalocean.com", MX, "10 mx.test", "mx.test.", 10),
    ("ns1.acme.com", MX, "10 mx.test", "mx.test", 10),
    ("ns1.acme.com", TXT, "v=spf1 -all", "v=spf1 -all", None),
]


@pytest.mark.parametrize(("server", "kind", "value", "typed", "priority"), TYPED)
def test_the_value_is_in_the_form_that_the_panel_wants(server, kind, value, typed, priority):
    fix = record_fix("Add it.", kind, "x.acme.com", value, apex="acme.com", zone=Zone("acme.com", (server,)))
    assert (fix.value, fix.priority, fix.host, fix.name, fix.type) == (
        typed,
        priority,
        "x",
        "x.acme.com",
        kind,
    )
    assert typed in fix.sentence


def test_the_sentence_is_in_the_words_of_the_panel():
    zone = Zone("acme.com", ("dns1.registrar-servers.com",))
    fix = record_fix("Add the record.", CNAME, "a.acme.com", "b.test", apex="acme.com", zone=zone)
    assert fix.sentence == "Add the record. At Namecheap, use type CNAME, Host “a” and Target “b.test”."


def test_without_a_known_panel_both_forms_of_the_name_are_given():
    fix = record_fix("Add the record.", CNAME, "a.acme.com", "b.test", apex="acme.com", zone=None)
    assert "“a”" in fix.sentence
    assert "“a.acme.com”" in fix.sentence


def test_cloudflare_is_told_not_to_proxy():
    zone = Zone("acme.com", ("ada.ns.cloudflare.com",))
    assert (
        "DNS only" in record_fix("Add.", CNAME, "a.acme.com", "b.test", apex="acme.com", zone=zone).sentence
    )
    assert "DNS only" not in record_fix("Add.", TXT, "a.acme.com", "b", apex="acme.com", zone=zone).sentence
