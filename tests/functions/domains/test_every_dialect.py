"""One store, three projections: each dialect's calls on the same domains."""

from __future__ import annotations

import json

import pytest

from letterhead import identifiers

NAME = "mail.acme.com"
# Under which the gateway's events reach us.
HOST = "abcdef1234.execute-api.eu-west-1.amazonaws.com"


def inner(made: dict) -> str:
    """The id of a domain as MailerSend writes it."""
    found = identifiers.from_prefixed("dom", made["id"])
    assert found
    return found


def test_a_domain_made_at_sendara_is_whole_in_the_others(domains, mine):
    made = domains.verified(mine)
    mailersend = domains.mailersend("GET", f"/v1/domains/{inner(made)}", mine)
    sendmailos = domains.sendmailos("GET", f"/api/v1/domains/{identifiers.to_uuid(inner(made))}", mine)

    assert mailersend.json["data"]["name"] == sendmailos.json["domain"]["domain_name"] == NAME
    assert mailersend.json["data"]["is_verified"] is True
    assert mailersend.json["data"]["domain_settings"]["return_path_subdomain"] == "mail"
    assert sendmailos.json["domain"]["status"] == "verified"
    assert [one["name"] for one in sendmailos.json["domain"]["dns_records"]] == [
        record["name"] for record in made["dns_records"][:3]
    ]


def test_a_domain_made_at_mailersend_is_whole_in_the_others(domains, mine):
    answer = domains.mailersend("POST", "/v1/domains", mine, json={"name": "Acme.com"})
    assert (answer.status, answer.json["data"]["name"]) == (201, "acme.com")
    shown = domains.show(mine, "acme.com").json

    assert inner(shown) == answer.json["data"]["id"]
    assert shown["mail_from_domain"] == "mta.acme.com"
    assert domains.outside.identities["acme.com"].mail_from.domain == "mta.acme.com"


def test_each_dialect_verifies_the_same_domain(domains, mine):
    made = domains.register(mine).json
    domains.publish("acme.com", made["dns_records"])
    uuid = identifiers.to_uuid(inner(made))

    mailersend = domains.mailersend("GET", f"/v1/domains/{inner(made)}/verify", mine).json
    assert mailersend["message"] == "The domain is verified."
    sendmailos = domains.sendmailos("POST", f"/api/v1/domains/{uuid}/verify", mine).json
    assert sendmailos["domain"]["status"] == "verified"
    assert [row["status"] for row in sendmailos["results"]] == ["verified"] * 6
    assert domains.show(mine, NAME).json["checked_at"]


def test_the_same_domain_twice_is_refused_in_mailersends_words(domains, mine):
    domains.register(mine)
    answer = domains.mailersend("POST", "/v1/domains", mine, json={"name": NAME})
    text = "The name has already been taken."

    assert (answer.status, answer.json) == (422, {"message": text, "errors": {"name": [text]}})


@pytest.mark.parametrize("name", ["app.operator.example", "x.app.operator.example", "mail.operator.example"])
def test_the_operators_own_hosts_are_refused_and_the_field_is_named(domains, mine, name):
    mailersend = domains.mailersend("POST", "/v1/domains", mine, json={"name": name})
    sendara = domains.register(mine, name)

    assert (mailersend.status, list(mailersend.json["errors"])) == (422, ["name"])
    assert (sendara.status, sendara.json["error"]["message"][:8]) == (400, "domain: ")
    assert domains.list(mine) == []


def test_mailersends_list_has_pages_and_a_filter(domains, mine):
    made = [domains.register(mine, f"d{number}.acme.com").json for number in range(12)]
    domains.publish("acme.com", made[3]["dns_records"])
    domains.verify(mine, "d3.acme.com")

    first = domains.mailersend("GET", "/v1/domains", mine, query="page=1&limit=10").json
    second = domains.mailersend(
        "GET", "/v1/domains", mine, query=first["links"]["next"].partition("?")[2]
    ).json
    names = [one["name"] for page in (first, second) for one in page["data"]]
    assert names == [f"d{number}.acme.com" for number in reversed(range(12))]
    verified = domains.mailersend("GET", "/v1/domains", mine, query="verified=true").json
    assert ([one["name"] for one in verified["data"]], verified["meta"]["total"]) == (["d3.acme.com"], 1)
    others = domains.mailersend("GET", "/v1/domains", mine, query="verified=false&limit=100").json
    assert others["meta"]["total"] == len(others["data"]) == 11


def test_settings_are_changed_one_by_one_and_kept(domains, mine):
    path = f"/v1/domains/{inner(domains.register(mine).json)}/settings"
    for body in ({"send_paused": True}, {"track_clicks": False, "custom_tracking_subdomain": "t"}, {}, None):
        answer = domains.mailersend("PUT", path, mine, json=body)
        assert (answer.status, answer.json["data"]["totals"]) == (200, [])
    settings = answer.json["data"]["domain_settings"]

    assert (settings["send_paused"], settings["track_clicks"], settings["track_opens"]) == (True, False, True)
    assert settings["custom_tracking_subdomain"] == "t"
    refused = domains.mailersend("PUT", path, mine, json={"return_path_subdomain": "other"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["return_path_subdomain"])


def test_sendmailos_finds_domains_by_the_callers_own_id(domains, mine, theirs):
    for account in (mine, theirs):
        domains.register_at_sendmailos(account, f"a-{account.account_id[:5]}.com", external_id="client 1")
    domains.register_at_sendmailos(mine, "b.com", external_id="client 2")
    found = domains.sendmailos("GET", "/api/v1/domains", mine, query="external_id=client+1").json["domains"]

    assert [one["external_id"] for one in found] == ["client 1"]
    assert (
        domains.sendmailos("GET", "/api/v1/domains", mine, query="external_id=client+3").json["domains"] == []
    )


# --- records and checks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("zone", "text/dns"),
        ("route53", "application/json"),
        ("terraform", "application/json"),
        ("cloudflare", "application/json"),
        ("csv", "text/csv"),
    ],
)
def test_records_can_be_downloaded_in_every_dialect(domains, mine, form, media_type):
    made = domains.register(mine).json
    paths = {
        mine.sendara: f"/v1/domains/{NAME}/records",
        mine.mailersend: f"/v1/domains/{inner(made)}/records",
        mine.sendmailos: f"/api/v1/domains/{identifiers.to_uuid(inner(made))}/records",
    }
    answers = [
        domains.records.call("GET", path, token, query=f"format={form}") for token, path in paths.items()
    ]

    assert {answer.status for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers["content-type"].startswith(media_type)
    assert NAME in answers[0].headers["content-disposition"]


def test_records_without_a_format_are_a_list_in_the_dialects_style(domains, mine):
    made = domains.register(mine).json
    sendara = domains.records.call("GET", f"/v1/domains/{NAME}/records", mine.sendara).json
    mailersend = domains.records.call("GET", f"/v1/domains/{inner(made)}/records", mine.mailersend).json
    uuid = identifiers.to_uuid(inner(made))
    sendmailos = domains.records.call("GET", f"/api/v1/domains/{uuid}/records", mine.sendmailos).json

    link_host = {"type": "CNAME", "name": f"links.{NAME}", "value": HOST}
    assert sendara == {"dns_records": made["dns_records"], "link_host": link_host}
    assert sendmailos == {"success": True, "dns_records": made["dns_records"], "link_host": link_host}
    shown = {"hostname": f"links.{NAME}", "type": "CNAME", "value": HOST}
    assert mailersend["link_host"] == shown
    assert [record["hostname"] for record in mailersend["data"]] == [
        one["name"] for one in made["dns_records"]
    ]


@pytest.mark.parametrize("form", ["zone", "route53", "terraform", "cloudflare", "csv"])
def test_the_link_host_is_in_a_file_that_is_to_have_it_alone(domains, mine, form):
    domains.register(mine)
    path = f"/v1/domains/{NAME}/records"
    texts = [
        domains.records.call("GET", path, mine.sendara, query=f"format={form}{more}").text
        for more in ("", "&link_host=false", "&link_host=true")
    ]
    assert [HOST in text for text in texts] == [False, False, True]


@pytest.mark.parametrize(
    ("query", "field"), [("format=word", "format: "), ("format=zone&link_host=perhaps", "link_host: ")]
)
def test_an_unknown_format_is_refused_and_named(domains, mine, query, field):
    domains.register(mine)
    answer = domains.records.call("GET", f"/v1/domains/{NAME}/records", mine.sendara, query=query)

    assert answer.status == 400
    assert answer.json["error"]["message"].startswith(field)


def test_the_history_of_checks_can_be_read_in_every_dialect(domains, mine):
    made = domains.register(mine).json
    domains.publish("acme.com")
    for _ in range(2):
        domains.verify(mine, NAME)
    domains.publish("acme.com", made["dns_records"])
    domains.verify(mine, NAME)

    sendara = domains.records.call("GET", f"/v1/domains/{NAME}/checks", mine.sendara).json
    assert [entry["checks"] for entry in sendara["checks"]] == [1, 2]
    assert sendara["next_cursor"] is None
    question = sendara["checks"][0]["questions"][0]
    assert (question["answer"], question["server"]) == ("present", "ns1.local-nameserver.test (127.0.0.1)")
    path = f"/v1/domains/{inner(made)}/checks"
    mailersend = domains.records.call("GET", path, mine.mailersend, query="limit=1").json
    assert [entry["checks"] for entry in mailersend["data"]] == [1]
    following = mailersend["links"]["next"].partition("?")[2]
    older = domains.records.call("GET", path, mine.mailersend, query=following).json
    assert [entry["checks"] for entry in older["data"]] == [2]
    uuid = identifiers.to_uuid(inner(made))
    sendmailos = domains.records.call("GET", f"/api/v1/domains/{uuid}/checks", mine.sendmailos).json
    assert (sendmailos["success"], sendmailos["checks"]) == (True, sendara["checks"])


def test_another_accounts_records_and_history_are_as_unknown_as_nobodys(domains, mine, theirs):
    made = domains.register(theirs).json
    for part in ("records", "checks", "dns-records"):
        answers = [
            domains.records.call("GET", f"/v1/domains/{named}/{part}", mine.mailersend)
            for named in (inner(made), "0p7kx4xzyz49yjre", "x")
        ]
        assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}


def test_a_dry_run_stores_nothing(domains, mine):
    made = domains.register(mine).json
    domains.publish("acme.com", made["dns_records"])
    tried = domains.function.call("POST", f"/v1/domains/{NAME}/verify", mine.sendara, json={"dry_run": True})

    assert tried.json["fully_verified"] is True
    assert domains.show(mine, NAME).json == made
    assert domains.records.call("GET", f"/v1/domains/{NAME}/checks", mine.sendara).json["checks"] == []


def test_findings_are_on_the_row_and_on_the_domain(domains, mine):
    made = domains.register(mine).json
    domains.publish("acme.com", made["dns_records"][:5])
    row = domains.verify(mine, NAME).json["results"][5]
    shown = domains.show(mine, NAME).json["findings"]

    assert row["findings"][0]["code"] == "dmarc_missing"
    assert row["findings"][0]["fix"]["value"]
    assert [(one["name"], one["code"]) for one in shown] == [(f"_dmarc.{NAME}", "dmarc_missing")]
    assert json.dumps(row["findings"][0]["fix"]) == json.dumps(shown[0]["fix"])
