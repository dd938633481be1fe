"""The tour told against a service that is ours: it goes through when all is right, and stops at the step that isn't."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from local.sockets import listening_socket, port_of
from local.stack_file import Address, AwsAccess, Stack
from local.terminal import Terminal
from local.tour import play
from local.tour.play import closing_words, play_tour

TOKENS = {"mailersend": "mlsn.1", "sendara": "sk_live_2", "sendmailos": "sk_live_3"}
DOMAIN_ID = "dom_1a2003eb5cc6876c242b565d084fc17b"
KINDS = ["CNAME", "CNAME", "CNAME", "MX", "TXT", "TXT"]
PAGE = '<form method="post"><input type="hidden" name="go" value="yes"><button>Confirm this address</button></form>'


@dataclass
class Service:
    """Just enough of API, nameserver and mailbox; `wrong` names what it does wrong."""

    wrong: str = ""
    zones: dict = field(default_factory=dict)
    verified: bool = False
    told: str = ""

    def application(self):
        app = web.Application()
        app.add_routes(
            [
                web.put("/dns/{zone}", self.put_zone),
                web.get("/mailbox", self.mailbox),
                web.post("/v1/domains", self.add),
                web.post("/v1/domains/{name}/verify", self.verify),
                web.get("/api/v1/domains", self.sendmailos),
                web.post("/v1/identities", self.identity),
                web.get("/v1/identities/{id}", self.identity),
                web.get("/confirmations/{link}", self.page),
                web.post("/confirmations/{link}", self.page),
            ]
        )
        return app

    async def put_zone(self, request):
        self.zones[request.match_info["zone"]] = await request.text()
        return web.Response(status=204)

    def records(self, domain):
        names = [f"r{number}.{domain}" for number in range(6)]
        values = ["a.example", "b.example", "c.example", "10 mx.example", "v=spf1 ~all", "v=DMARC1; p=none"]
        return [
            {"type": kind, "name": name, "value": value}
            for kind, name, value in zip(KINDS, names, values, strict=True)
        ]

    async def add(self, request):
        assert request.headers["Authorization"] == "Bearer sk_live_2"
        domain = (await request.json())["domain"]
        records = self.records(domain)[: 5 if self.wrong == "a record is missing" else 6]
        return web.json_response({"id": DOMAIN_ID, "domain": domain, "dns_records": records}, status=201)

    async def verify(self, request):
        published = any("v=DMARC1" in text for text in self.zones.values()) and self.wrong != "never verified"
        rows = self.records(request.match_info["name"])
        results = [{**row, "status": "verified" if published else "pending"} for row in rows]
        if not published and self.wrong != "no reasons":
            results = [{**row, "detail": "no record found yet"} for row in results]
        return web.json_response({"fully_verified": published, "results": results})

    async def sendmailos(self, _request):
        name = "other.example" if self.wrong == "another list" else "mail.northwind-agency.com"
        return web.json_response({"domains": [{"domain_name": name, "status": "verified", "id": "u"}]})

    async def identity(self, request):
        if self.wrong == "broken identities":
            return web.Response(status=500, text="no")
        data = {"data": {"id": "0k38rfh075ibpk4c", "is_verified": self.verified}}
        return web.json_response(data, status=201 if request.method == "POST" else 200)

    async def mailbox(self, request):
        link = f"{request.url.origin()}/confirmations/abc"
        mail = {
            "from": "x",
            "subject": "s",
            "links": [link],
            "envelope": {"recipients": ["amy@bookshelf-store.com"]},
        }
        return web.json_response([] if self.wrong == "no mail" else [mail])

    async def page(self, request):
        if request.method == "POST":
            self.verified = (await request.post()).get("go") == "yes" and self.wrong != "button does nothing"
        if self.wrong == "opening confirms":
            self.verified = True
        return web.Response(
            text="<p>Confirm</p>" if self.wrong == "no button" else PAGE, content_type="text/html"
        )


def stack_at(url):
    access = AwsAccess("http://127.0.0.1:1", "us-east-1", "root", "x")
    return Stack(url, url, Address("127.0.0.1", 53), access, "account", TOKENS)


def played(service):
    stream = io.StringIO()

    async def run():
        runner = web.AppRunner(service.application())
        await runner.setup()
        listening = listening_socket(0)
        await web.SockSite(runner, listening).start()
        try:
            return await play_tour(stack_at(f"http://127.0.0.1:{port_of(listening)}"), Terminal(stream))
        finally:
            await runner.cleanup()

    return asyncio.run(run()), stream.getvalue()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    monkeypatch.setattr(play, "VERIFY_SECONDS", 0.1)
    monkeypatch.setattr(play, "MAIL_SECONDS", 0.1)


def test_the_tour_goes_through_and_tells_each_step():
    passed, told = played(Service())

    assert passed
    assert told.count("✓") == 11
    assert "\n11. Now the address is a verified sender identity" in told
    assert "POST /v1/domains  {" in told
    assert "pending: no record found yet" in told


# What the service does wrong: what the tour expected there.
MISTAKES = {
    "a record is missing": "six DNS records",
    "no reasons": "every record pending, with its reason",
    "never verified": "fully_verified: true",
    "another list": "mail.northwind-agency.com in the list",
    "broken identities": "status 201",
    "no mail": "a mail to amy@bookshelf-store.com",
    "opening confirms": "is_verified still false",
    "no button": "a page with a button that confirms",
    "button does nothing": "is_verified: true",
}


@pytest.mark.parametrize(("wrong", "expected"), MISTAKES.items())
def test_the_tour_stops_at_the_step_that_is_wrong_and_says_what_it_expected(wrong, expected):
    passed, told = played(Service(wrong))

    assert not passed
    assert f"      expected {expected}\n      got      " in told
    assert told.rstrip().endswith("what the functions logged: .local/logs/functions.log")


def test_an_origin_that_is_gone_fails_the_first_step():
    stream = io.StringIO()

    assert not asyncio.run(play_tour(stack_at("http://127.0.0.1:1"), Terminal(stream)))

    assert "expected an answer to PUT http://127.0.0.1:1/dns/northwind-agency.com" in stream.getvalue()


def test_the_closing_words_hold_the_addresses_the_tokens_and_three_lines_to_try():
    stream = io.StringIO()

    closing_words(stack_at("http://127.0.0.1:8787"), Terminal(stream))

    told = stream.getvalue()
    assert all(token in told for token in TOKENS.values())
    assert told.count("    curl http://127.0.0.1:8787/") == 3
