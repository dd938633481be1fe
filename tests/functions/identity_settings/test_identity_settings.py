"""The settings of confirmation mails, from API Gateway's event to its answer."""

from __future__ import annotations

import pytest

from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domains import DomainTable
from tests.capacity_meter import metered
from tests.fakes.sending_domains import registered_domain
from tests.fakes.stored_domains import put
from tests.fakes.tenant import tenant

PATH = "/v1/identities/settings"
NAMES = [
    "sender_name", "sender_local_part", "sender_email", "subject", "html", "text", "logo_url", "button_color",
    "background_color", "button_text", "success_message",
]  # fmt: skip
NOTHING = {**dict.fromkeys(NAMES), "link_hosts": []}
EVERYTHING = {
    "link_hosts": [],
    "sender_name": "Hello from us",
    "sender_local_part": "hello",
    "sender_email": "us@web-agency.com",
    "subject": "{{ asker }} asks {{ name }}",
    "html": "<p>Dear {{ name }}</p>{{ button }}",
    "text": "Dear {{ name }}\n{{ link }}",
    "logo_url": "https://web-agency.com/logo.png",
    "button_color": "#00aa55",
    "background_color": "#FEFEFE",
    "button_text": "Go on",
    "success_message": "Thanks!\nYour agency",
}


@pytest.fixture
def function(tables, load):
    return load("identity_settings", DNS_RESOLVERS="127.0.0.1:1", LINK_HOST_TARGET="links.agency.example")


@pytest.fixture
def agency(tables):
    return tenant()


@pytest.fixture
def domain_id(agency):
    return agency.domain.domain_id


@pytest.fixture
def call(function, agency):
    def calling(method, path=PATH, body=None, who=agency):
        extra = {} if body is None else {"json": body}
        return function.call(method, path, authorization=who.authorization, **extra)

    return calling


def test_nothing_chosen_is_null_everywhere(call):
    answer = call("GET")
    assert answer.status == 200
    assert answer.json == {"data": NOTHING}


def test_what_is_put_comes_back_and_stays(call):
    assert call("PUT", body=EVERYTHING).json == {"data": EVERYTHING}
    assert call("GET").json == {"data": EVERYTHING}


def test_a_put_changes_what_it_names_and_null_brings_the_default_back(call):
    call("PUT", body=EVERYTHING)
    answer = call("PUT", body={"subject": None, "sender_email": None, "button_text": "Look"})
    assert answer.json["data"] == EVERYTHING | {"subject": None, "sender_email": None, "button_text": "Look"}
    assert call("PUT", body={}).json == answer.json
    assert call("PUT").json == answer.json


WRONG = [
    ("sender_name", "two\nlines"),
    ("sender_name", "x" * 192),
    ("sender_local_part", "two words"),
    ("sender_local_part", "a@b"),
    ("sender_local_part", "jörg"),
    ("sender_local_part", "x" * 65),
    ("sender_email", "no address"),
    ("sender_email", "us@other-agency.com"),
    ("sender_email", "us@sub.web-agency.com"),
    ("sender_email", "jörg@web-agency.com"),
    ("subject", "{{ link }}"),
    ("subject", "two\r\nlines"),
    ("html", "<p>nothing to press</p>"),
    ("html", "<script>alert(1)</script>{{ button }}"),
    ("html", '<img src="https://evil.example/pixel.png">{{ button }}'),
    ("html", "{{ nobody }}{{ button }}"),
    ("html", "x" * 50_001),
    ("html", 7),
    ("text", "nothing to follow"),
    ("text", "{{ link }} {{ password }}"),
    ("logo_url", "http://web-agency.com/logo.png"),
    ("logo_url", "https://user:secret@web-agency.com/logo.png"),
    ("logo_url", "https:///logo.png"),
    ("logo_url", "https://[::1/logo.png"),
    ("logo_url", 'https://x/"onerror="alert(1)'),
    ("logo_url", "https://web-agency.com/" + "x" * 2000),
    ("logo_url", "https://web-agency.com:port/x"),
    ("button_color", "red"),
    ("button_color", "#12345g"),
    ("background_color", "#fff;background:url(//x)"),
    ("button_text", "x" * 61),
    ("success_message", "x" * 501),
    ("success_message", "turned \u202e around"),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_what_cannot_be_taken_is_named_and_changes_nothing(call, field, value):
    for method, path in (("PUT", PATH), ("POST", f"{PATH}/preview")):
        answer = call(method, path, {field: value})
        assert (answer.status, list(answer.json["errors"])) == (422, [field])
    assert call("GET").json == {"data": NOTHING}


def test_an_own_sender_address_needs_a_verified_domain(call, agency):
    pending = registered_domain("pending.example", agency.account_id, domain_id="0domain00domain1")
    put(DomainTable("DomainsTable", ClaimTable("ClaimsTable")), pending)
    answer = call("PUT", body={"sender_email": "us@pending.example"})
    assert answer.json["errors"] == {
        "sender_email": ["The sender email must be at a verified domain of this account."]
    }


def test_accounts_have_settings_of_their_own(call):
    other = tenant("Other Agency", "other-agency.com")
    call("PUT", body=EVERYTHING)
    assert call("GET", who=other).json == {"data": NOTHING}
    foreign = call("POST", f"{PATH}/preview", {"domain_id": other.domain.domain_id})
    assert list(foreign.json["errors"]) == ["domain_id"]


def test_a_preview_shows_the_mail_as_it_would_be_and_stores_nothing(call, agency):
    call("PUT", body={"subject": "{{ asker }} via {{ domain }}", "button_text": "Stored"})
    with metered(connection().client) as meter:
        answer = call(
            "POST",
            f"{PATH}/preview",
            {"html": "<h1>{{ name }}</h1>{{ button }}", "domain_id": agency.domain.domain_id},
        )
    assert meter.write_units("IdentitySettingsTable") == 0
    preview = answer.json["data"]
    assert answer.status == 200
    assert preview["from"] == '"Web Agency" <no-reply@web-agency.com>'
    assert preview["subject"] == "Web Agency via web-agency.com"
    assert "<h1>Jane Doe</h1>" in preview["html"]
    assert ">Stored</a>" in preview["html"]
    assert "/confirmations/preview" in preview["text"]
    assert call("GET").json["data"]["html"] is None


def test_a_preview_needs_no_domain_and_no_body(call):
    preview = call("POST", f"{PATH}/preview").json["data"]
    assert preview["from"] == '"Web Agency" <no-reply@your-domain.example>'
    assert preview["success_message"] is None


@pytest.mark.parametrize("domain_id", ["nonsense", "0domain00domain9"])
def test_a_preview_for_a_domain_that_is_not_there_names_the_field(call, domain_id):
    answer = call("POST", f"{PATH}/preview", {"domain_id": domain_id})
    assert (answer.status, list(answer.json["errors"])) == (422, ["domain_id"])


def test_settings_are_no_identity(call):
    assert call("DELETE").status == 404
    assert call("POST", f"{PATH}/resend").status == 404


def test_reading_costs_one_unit_and_changing_one_unit_of_each_beside_authentication(call):
    with metered(connection().client) as meter:
        call("GET")
    assert meter.read_units("IdentitySettingsTable") == 1
    meter.reset()
    with metered(connection().client) as meter:
        call("PUT", body={"sender_email": "us@web-agency.com"})
    assert meter.read_units("IdentitySettingsTable", "DomainsTable") <= 1
    assert meter.write_units("IdentitySettingsTable") == 1


# --- link hosts -------------------------------------------------------------------------------------------------------


def test_a_link_host_is_shown_with_its_record_and_why_it_isnt_used_yet(call, domain_id):
    answer = call("PUT", body={"link_hosts": [{"domain_id": domain_id}]})

    (host,) = answer.json["data"]["link_hosts"]
    assert (host["domain_id"], host["host"], host["in_use"]) == (domain_id, "links.web-agency.com", False)
    assert host["record"] == {
        "type": "CNAME",
        "name": "links.web-agency.com",
        "value": "links.agency.example",
    }
    assert host["checked_at"] is not None
    assert host["finding"]["code"] == "link_host_dns_silent"
    assert "default host" in host["finding"]["message"]
    assert call("GET").json["data"]["link_hosts"] == [host]


def test_the_list_replaces_the_one_before_and_null_empties_it(call, domain_id):
    call("PUT", body={"link_hosts": [{"domain_id": domain_id, "host": "Go.Web-Agency.com"}]})
    assert [one["host"] for one in call("GET").json["data"]["link_hosts"]] == ["go.web-agency.com"]
    assert call("PUT", body={"subject": "Hi"}).json["data"]["link_hosts"] != []
    assert call("PUT", body={"link_hosts": None}).json["data"]["link_hosts"] == []


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({}, "link_hosts.0.domain_id"),
        ({"domain_id": 7}, "link_hosts.0.domain_id"),
        ({"domain_id": "0n0such0d0main00"}, "link_hosts.0.domain_id"),
        ({"host": "web-agency.com"}, "link_hosts.0.host"),
        ({"host": "links.other.com"}, "link_hosts.0.host"),
        ({"host": "evilweb-agency.com"}, "link_hosts.0.host"),
        ({"host": "mail.web-agency.com"}, "link_hosts.0.host"),
        ({"host": "127.0.0.1"}, "link_hosts.0.host"),
        ({"host": "a b.web-agency.com"}, "link_hosts.0.host"),
        ({"host": "a.web-agency.com\r\nX: y"}, "link_hosts.0.host"),
        ({"host": ["links.web-agency.com"]}, "link_hosts.0.host"),
        ("links.web-agency.com", "link_hosts.0"),
    ],
)
def test_a_link_host_that_cannot_be_is_named(call, domain_id, entry, field):
    if isinstance(entry, dict) and "host" in entry:
        entry = {"domain_id": domain_id, **entry}

    answer = call("PUT", body={"link_hosts": [entry]})

    assert answer.status == 422
    assert list(answer.json["errors"]) == [field]
    assert call("GET").json["data"]["link_hosts"] == []


def test_a_domain_has_one_link_host_and_an_account_twenty(call, domain_id):
    twice = [{"domain_id": domain_id}, {"domain_id": domain_id, "host": "a.web-agency.com"}]
    assert call("PUT", body={"link_hosts": twice}).status == 422
    assert call("PUT", body={"link_hosts": [{"domain_id": domain_id}] * 21}).status == 422
    assert call("PUT", body={"link_hosts": "links.web-agency.com"}).status == 422
