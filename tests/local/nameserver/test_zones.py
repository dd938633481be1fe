"""Master files as people write them: what is added, what is refused and how it is said."""

from __future__ import annotations

import dns.name
import dns.rdatatype
import pytest

from local.nameserver import ZoneError
from local.nameserver.zones import read_origin, read_zone

ORIGIN = dns.name.from_text("client.com.")


def zone_of(text):
    return read_zone(ORIGIN, text, serial=7)


def records_at(zone, name, rdtype):
    found = zone.rdataset(dns.name.from_text(name, ORIGIN), dns.rdatatype.from_text(rdtype))
    return None if found is None else (found.ttl, sorted(record.to_text() for record in found))


def test_one_line_makes_a_whole_zone():
    zone = zone_of("mail MX 10 feedback-smtp.us-east-1.amazonses.com.")

    assert records_at(zone, "mail", "MX") == (300, ["10 feedback-smtp.us-east-1.amazonses.com."])
    assert records_at(zone, "@", "NS") == (300, ["ns1.local-nameserver.test."])
    assert records_at(zone, "@", "SOA") == (
        300,
        ["ns1.local-nameserver.test. hostmaster.client.com. 7 3600 600 86400 60"],
    )


def test_an_empty_file_is_an_empty_zone():
    assert zone_of("").names == {ORIGIN}


def test_the_soa_that_is_added_names_the_zones_own_nameserver():
    zone = zone_of("@ NS dns1.registrar-servers.com.")

    assert zone.soa[0].mname.to_text() == "dns1.registrar-servers.com."
    assert zone.ns_targets == {dns.name.from_text("dns1.registrar-servers.com.")}


def test_what_the_file_says_stays_as_it_is():
    zone = zone_of(
        """
$ORIGIN client.com.
$TTL 1h
@    IN SOA ns1.host.net. admin.host.net. (
            2026112101 ; serial
            2h 15m 2w 10m )
     IN NS  ns1.host.net.
WWW  IN 60  A 192.0.2.1
$ORIGIN mail.client.com.
@    TXT "v=spf1 include:amazonses.com ~all" ; comment
$GENERATE 1-3 h$ A 192.0.2.$
"""
    )

    assert records_at(zone, "@", "SOA") == (
        3600,
        ["ns1.host.net. admin.host.net. 2026112101 7200 900 1209600 600"],
    )
    assert records_at(zone, "www", "A") == (60, ["192.0.2.1"])
    assert records_at(zone, "mail", "TXT") == (3600, ['"v=spf1 include:amazonses.com ~all"'])
    assert records_at(zone, "h3.mail", "A") == (3600, ["192.0.2.3"])


@pytest.mark.parametrize(
    "text", ["\ufeff@ A 192.0.2.1", "@ A 192.0.2.1\r\n\r\n", "\n\n  \n@\tIN\tA\t192.0.2.1"]
)
def test_the_marks_that_editors_leave_do_no_harm(text):
    assert records_at(zone_of(text), "@", "A") == (300, ["192.0.2.1"])


def test_records_outside_the_zone_are_ignored():
    assert zone_of("www.other.org. A 192.0.2.1\nwww A 192.0.2.2").names == {
        ORIGIN,
        dns.name.from_text("www.client.com."),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@ A 192.0.2.1\nwww A 192.0.2", r"client\.com\.:2"),
        ("www AX 192.0.2.1", "AX"),
        ("www CNAME a\nwww TXT b", "CNAME"),
        ("@ CNAME other.org.", "the zone's own name"),
        ("$INCLUDE /etc/passwd", "INCLUDE"),
        ("www CH TXT a", "class"),
        ("www A", "malformed|unexpected|expecting"),
        (f"{'a' * 64} A 192.0.2.1", "label"),
        ('www TXT "open', "zone client"),
    ],
)
def test_what_cannot_be_served_is_refused_with_its_reason(text, said):
    with pytest.raises(ZoneError, match=said):
        zone_of(text)


def test_a_refused_file_leaves_the_zone_that_was_there(nameserver):
    nameserver.set_zone("client.com", "@ TXT before")
    with pytest.raises(ZoneError):
        nameserver.set_zone("client.com", "@ A nonsense")

    assert nameserver.ask("client.com", "TXT").answer[0][0].strings == (b"before",)


def test_every_change_has_a_higher_serial(nameserver):
    nameserver.set_zone("client.com", "@ TXT one")
    first = nameserver.ask("client.com", "SOA").answer[0][0].serial
    nameserver.set_zone("client.com", "@ TXT two")

    assert nameserver.ask("client.com", "SOA").answer[0][0].serial > first


@pytest.mark.parametrize("text", ["client.com", "client.com.", "CLIENT.com", " client.com\n"])
def test_a_zone_is_named_as_people_name_it(text):
    assert read_origin(text) == ORIGIN


@pytest.mark.parametrize("text", ["a..com", "." * 3, f"{'a' * 64}.com", ".".join(["a" * 60] * 5)])
def test_what_is_no_name_is_no_zone(text):
    with pytest.raises(ZoneError, match="no zone name"):
        read_origin(text)
