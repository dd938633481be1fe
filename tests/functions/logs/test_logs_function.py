"""The access log through the functions: what is called is listed, by its own account alone, filtered and by pages."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from letterhead import identifiers
from letterhead.accounts.settings import AccountSettings
from letterhead.adapters.tables.connection import connection
from letterhead.tokens.dialect import Dialect
from tests.capacity_meter import metered
from tests.fakes.agency import Agency

WANTED = AccountSettings(api_logging=True)
PATHS = {
    Dialect.MAILERSEND: ("/v1/logs", "data"),
    Dialect.SENDARA: ("/v1/logs", "logs"),
    Dialect.SENDMAILOS: ("/api/v1/logs", "logs"),
}


@pytest.fixture
def agency(tables) -> Agency:
    return Agency(settings=WANTED)


@pytest.fixture
def domains(load, outside):
    host, port = outside.dns
    return load("domains", ACCOUNT_ID="000000000000", DNS_RESOLVERS=f"{host}:{port}")


@pytest.fixture
def logs(load, tables):
    return load("logs")


def listed(logs, token, query="", dialect=Dialect.MAILERSEND):
    path, key = PATHS[dialect]
    answer = logs.call("GET", path, token, query=query)
    assert answer.status == 200, answer.text
    return answer.json[key]


@pytest.mark.parametrize("dialect", Dialect)
def test_calls_are_listed_in_every_services_words(domains, logs, agency, dialect):
    domain = agency.domain("client.com")
    caller = agency.token(Dialect.MAILERSEND)
    reader = agency.token(dialect, name="reader")
    domains.call(
        "GET",
        f"/v1/domains/{domain.domain_id}",
        caller.text,
        source="198.51.100.7",
        headers={"user-agent": "agency/2"},
        query="q=hunter2",
    )

    (call,) = listed(logs, reader.text, dialect=dialect)
    forms = {
        Dialect.MAILERSEND: str,
        Dialect.SENDARA: lambda each: identifiers.to_prefixed("key", each),
        Dialect.SENDMAILOS: identifiers.to_uuid,
    }
    assert {name: call[name] for name in ("method", "endpoint", "code", "service")} == {
        "method": "GET",
        "endpoint": "/v1/domains/{domain}",
        "code": 200,
        "service": "mailersend",
    }
    assert (call["ip_address"], call["user_agent"]) == ("198.51.100.7", "agency/2")
    assert call["token"] == {"id": forms[dialect](caller.id), "preview": caller.token.preview}
    assert call["domain_id"] is not None
    assert call["duration_ms"] >= 1
    assert "hunter2" not in str(call)


def test_reading_the_log_is_in_the_log(logs, agency):
    reader = agency.token(Dialect.MAILERSEND)
    listed(logs, reader.text)

    assert [call["endpoint"] for call in listed(logs, reader.text)] == ["/v1/logs"]


def test_another_account_sees_nothing_of_it(domains, logs, agency):
    rival = Agency("rival", settings=WANTED).token(Dialect.MAILERSEND)
    caller = agency.token(Dialect.MAILERSEND)
    domains.call("GET", "/v1/domains", caller.text)

    assert listed(logs, rival.text, f"token={caller.id}") == []
    assert listed(logs, rival.text, f"token={caller.token.preview}") == []


def test_an_account_that_does_not_want_it_has_no_log(domains, logs, tables):
    token = Agency("quiet").token(Dialect.MAILERSEND)
    domains.call("GET", "/v1/domains", token.text)

    assert listed(logs, token.text) == []
    assert connection().client.scan(TableName="AccessLogTable")["Items"] == []


@pytest.fixture
def busy(domains, agency):
    """A reader, a client's token and its domain, after four calls of theirs."""
    domain = agency.domain("client.com")
    client = agency.token(Dialect.SENDARA, domain_id=domain.domain_id)
    reader = agency.token(Dialect.MAILERSEND)
    domains.call("GET", "/v1/domains", client.text)
    domains.call("GET", "/v1/domains/nowhere.com", client.text)
    domains.call("GET", f"/v1/domains/{domain.domain_id}", reader.text)
    domains.call("POST", "/v1/domains", reader.text, json={})
    return reader, client, domain


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 4),
        ("endpoint=/v1/domains", 2),
        ("endpoint=/v1/domains/%7Bdomain%7D", 2),
        ("endpoint=/v1", 0),
        ("method=post", 1),
        ("code=404", 1),
        ("code=422", 1),
        ("token={token}", 2),
        ("token={key}", 2),
        ("token={preview}", 2),
        ("domain={domain}", 3),
        ("domain={uuid}", 3),
        ("domain={domain}&code=200&method=GET&token={token}&endpoint=/v1/domains", 1),
        ("code=&method=&token=&domain=&endpoint=", 4),
    ],
)
def test_filters_leave_what_they_mean(logs, busy, query, found):
    reader, client, domain = busy
    filled = query.format(
        token=client.id,
        key=identifiers.to_prefixed("key", client.id),
        preview=client.token.preview,
        domain=domain.domain_id,
        uuid=identifiers.to_uuid(domain.domain_id),
    )

    assert len(listed(logs, reader.text, filled)) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=٣", "limit"),
        ("cursor=x", "cursor"),
        ("method=BREW", "method"),
        ("code=99", "code"),
        ("code=4xx", "code"),
        ("token=x", "token"),
        ("token={secret}", "token"),
        ("domain=..", "domain"),
        ("domain=%00", "domain"),
    ],
)
@pytest.mark.parametrize("dialect", Dialect)
def test_a_filter_that_means_nothing_is_refused_by_name(logs, agency, dialect, query, field):
    token = agency.token(dialect)
    answer = logs.call("GET", PATHS[dialect][0], token.text, query=query.format(secret=token.text))

    assert answer.status == (422 if dialect is Dialect.MAILERSEND else 400)
    assert field in answer.text
    assert token.text not in answer.text
    assert token.text not in logs.log


def test_pages_lead_through_the_whole_log(domains, logs, agency):
    caller, reader = agency.token(Dialect.SENDARA), Agency("rival").token(Dialect.MAILERSEND)
    for _ in range(12):
        domains.call("GET", "/v1/domains", caller.text)
    reader = agency.token(Dialect.MAILERSEND)
    query, sizes = "limit=5&endpoint=/v1/domains", []
    while True:
        answer = logs.call("GET", "/v1/logs", reader.text, query=query).json
        sizes.append(len(answer["data"]))
        if answer["links"]["next"] is None:
            break
        assert answer["meta"]["next_cursor"] in answer["links"]["next"]
        query = urlsplit(answer["links"]["next"]).query

    assert sizes == [5, 5, 2]


def test_a_logged_call_costs_one_write_more(domains, agency):
    quiet = Agency("quiet").token(Dialect.MAILERSEND)
    wanted = agency.token(Dialect.MAILERSEND)
    costs = []
    for token in (quiet, wanted):
        domains.call("GET", "/v1/domains", token.text)  # notes the day, leases the limits
        with metered(connection().client) as meter:
            domains.call("GET", "/v1/domains", token.text)
        costs.append((meter.write_units("AccessLogTable"), meter.read_units("TokensTable")))

    assert costs == [(0, 1.0), (1.0, 1.0)]
