"""The control port over real HTTP, with the real nameserver, mailbox and SES stand-in, and functions that are ours."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta

import aiohttp
import dns.asyncquery
import dns.message
import dns.rcode
import pytest
from botocore.exceptions import ClientError

from local.control.server import Control
from local.deployed_stack import DeployedStack
from local.functions import Functions
from local.mailbox import Mailbox
from local.nameserver import Nameserver
from local.ses import SesStandIn
from local.sockets import listening_socket, port_of
from local.source_template import SourceTemplate

ZONE = "@ 300 IN SOA ns1 hostmaster 1 2 3 4 60\n@ 300 IN NS ns1\nns1 300 IN A 127.0.0.1\n@ 300 IN TXT hello\n"
MAIL = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: Hello\r\n\r\nText\r\n"
TOKENS = {"mailersend": "sk_live_1", "sendara": "sk_live_2", "sendmailos": "sk_live_3"}


class Lambda:
    """Answers as Lambda does; remembers the events. `domains` crashes, `fallback` is gone from the emulator."""

    def __init__(self):
        self.events = {}
        self.operator_says = {"account_id": "abc", "tokens": TOKENS}

    def invoke(self, FunctionName, Payload):  # noqa: N803 - AWS's names
        self.events[FunctionName] = json.loads(Payload)
        if FunctionName == "physical-fallback":
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "Invoke")
        if FunctionName == "physical-domains":
            report = {"errorType": "ValueError", "errorMessage": "no", "stackTrace": []}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(report).encode())}
        result = self.operator_says if FunctionName == "physical-operator" else {"swept": 3}
        return {"Payload": io.BytesIO(json.dumps(result).encode())}


class Port:
    """The control port and what lies behind it."""

    def __init__(self, deployed):
        self.nameserver = Nameserver()
        self.mailbox = Mailbox()
        self.ses = None
        self.functions = Lambda()
        self.deployed = deployed
        self.dns = None
        self.url = None

    async def run(self, conversation):
        self.dns = await self.nameserver.start("127.0.0.1")
        self.ses = SesStandIn(
            dns=self.dns,
            emulator_endpoint="http://127.0.0.1:9",
            region="us-east-1",
            account_id="000000000000",
            mailbox=self.mailbox,
        )
        control = Control(self.nameserver, self.ses, self.mailbox)
        listening = listening_socket(0)
        self.url = f"http://127.0.0.1:{port_of(listening)}"
        await control.start(listening)
        if self.deployed:
            names = ("operator", "domains", "fallback", "reverify_sweep")
            stack = DeployedStack({"Resources": {}}, {f"{name}-id": f"physical-{name}" for name in names})
            template = SourceTemplate(frozenset(), {name: f"{name}-id" for name in names})
            control.serve_functions(Functions(self.functions, stack, template))
        try:
            async with aiohttp.ClientSession() as session:
                self.session = session
                return await conversation(self)
        finally:
            await control.stop()
            await self.nameserver.stop()

    async def call(self, method, path, body=None, **more):
        data = json.dumps(body) if isinstance(body, dict | list) else body
        async with self.session.request(method, self.url + path, data=data, **more) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text

    async def ask_dns(self, name, rdtype="TXT"):
        host, port = self.dns
        query = dns.message.make_query(name, rdtype)
        return await dns.asyncquery.udp(query, host, timeout=1, port=port)


def converse(conversation, deployed=True):
    port = Port(deployed)

    async def limited():
        async with asyncio.timeout(30):
            return await port.run(conversation)

    return asyncio.run(limited())


def calling(method, path, body=None, deployed=True, **more):
    return converse(lambda port: port.call(method, path, body, **more), deployed)


def test_a_zone_that_was_put_is_served_until_it_is_deleted():
    async def conversation(port):
        put, _ = await port.call("PUT", "/dns/book.example", ZONE)
        served = await port.ask_dns("book.example")
        deleted, _ = await port.call("DELETE", "/dns/book.example")
        gone = await port.ask_dns("book.example")
        again = await port.call("DELETE", "/dns/book.example")
        return put, served.answer, deleted, gone.answer, again

    put, served, deleted, gone, again = converse(conversation)

    assert (put, deleted) == (204, 204)
    assert "hello" in str(served[0])
    assert gone == []
    assert again == (404, {"error": "There is no zone book.example here."})


def test_a_broken_master_file_is_refused_with_its_place():
    status, answer = calling("PUT", "/dns/book.example", "@ 300 IN NONSENSE x")

    assert status == 400
    assert "book.example" in answer["error"]


def test_a_fault_acts_on_its_name_until_it_is_taken_back():
    async def conversation(port):
        await port.call("PUT", "/dns/book.example", ZONE)
        set_status, _ = await port.call("PUT", "/dns-faults/book.example", {"mode": "servfail"})
        broken = await port.ask_dns("book.example")
        await port.call("PUT", "/dns-faults/book.example", {"mode": "ok"})
        return set_status, broken.rcode(), (await port.ask_dns("book.example")).rcode()

    assert converse(conversation) == (204, dns.rcode.SERVFAIL, dns.rcode.NOERROR)


@pytest.mark.parametrize("body", [{"mode": "explode"}, {}, {"mode": None}])
def test_an_unknown_fault_is_refused_with_the_known_ones(body):
    status, answer = calling("PUT", "/dns-faults/book.example", body)

    assert status == 400
    assert "servfail, refused, drop, truncate, ok" in answer["error"]


def test_mails_are_listed_newest_first_and_can_be_forgotten():
    async def conversation(port):
        port.mailbox.add(MAIL, "a@x.example", ["b@y.example"])
        again = MAIL.replace(b"Hello", b"Again").replace(b"b@y", b"carl+1@y")
        port.mailbox.add(again, "a@x.example", ["carl+1@y.example"])
        _, mails = await port.call("GET", "/mailbox")
        _, carls = await port.call("GET", "/mailbox?to=carl%2B1%40y.example")
        assert [mail["subject"] for mail in carls] == ["Again"]
        deleted, _ = await port.call("DELETE", "/mailbox")
        return [mail["subject"] for mail in mails], deleted, await port.call("GET", "/mailbox")

    assert converse(conversation) == (["Again", "Hello"], 204, (200, []))


def test_the_page_shows_the_mails():
    async def conversation(port):
        port.mailbox.add(MAIL, "a@x.example", ["b@y.example"])
        return await port.call("GET", "/")

    status, page = converse(conversation)

    assert status == 200
    assert "Hello" in page


def test_an_account_is_made_by_the_operator_function():
    async def conversation(port):
        body = {"name": "Acme", "owner_email": "o@acme.example", "limits": {"requests_per_minute": 1}}
        return await port.call("POST", "/accounts", body), port.functions.events["physical-operator"]

    answer, event = converse(conversation)

    assert answer == (201, {"account_id": "abc", "tokens": TOKENS})
    assert event == {
        "action": "create_account",
        "name": "Acme",
        "owner_email": "o@acme.example",
        "limits": {"requests_per_minute": 1},
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Acme"},
        {"name": "", "owner_email": "o@x.example"},
        {"name": 1, "owner_email": "o@x.example"},
        [],
    ],
)
def test_an_account_needs_a_name_and_an_owner(body):
    status, answer = calling("POST", "/accounts", body)

    assert status == 400
    assert answer["error"]


def test_limits_are_an_object():
    body = {"name": "Acme", "owner_email": "o@acme.example", "limits": 3}

    assert calling("POST", "/accounts", body) == (400, {"error": "`limits` must be an object."})


def test_what_the_operator_refuses_is_said():
    async def conversation(port):
        port.functions.operator_says = {"error": "no such limit"}
        return await port.call("POST", "/accounts", {"name": "Acme", "owner_email": "o@acme.example"})

    status, answer = converse(conversation)

    assert status == 422
    assert answer == {"error": "The operator function made no account: no such limit"}


def test_a_function_runs_with_the_event_that_was_given():
    async def conversation(port):
        event = {"time": "2026-01-01T00:00:00Z"}
        return await port.call("POST", "/run/reverify_sweep", event), port.functions.events

    answer, events = converse(conversation)

    assert answer == (200, {"swept": 3})
    assert events == {"physical-reverify_sweep": {"time": "2026-01-01T00:00:00Z"}}


def test_a_function_without_an_event_gets_a_scheduled_one_of_this_moment():
    async def conversation(port):
        await port.call("POST", "/run/reverify_sweep")
        return port.functions.events["physical-reverify_sweep"]

    event = converse(conversation)

    moment = datetime.fromisoformat(event["time"])
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    assert event["time"].endswith("Z")
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")


def test_a_function_that_fails_is_a_502_with_lambdas_report():
    status, answer = calling("POST", "/run/domains", {})

    assert status == 502
    assert answer["error"] == "domains failed: ValueError: no"
    assert answer["report"]["errorType"] == "ValueError"


def test_an_emulator_that_refuses_is_a_502_with_its_words():
    status, answer = calling("POST", "/run/fallback", {})

    assert status == 502
    assert "ResourceNotFoundException" in answer["error"]


def test_an_unknown_function_is_a_404_that_names_the_known_ones():
    status, answer = calling("POST", "/run/nothing")

    assert status == 404
    assert (
        answer["error"]
        == "There is no function nothing; there are domains, fallback, operator, reverify_sweep."
    )


def test_before_the_deploy_functions_are_a_503():
    status, answer = calling("POST", "/run/domains", deployed=False)

    assert status == 503
    assert "aren't deployed yet" in answer["error"]


def test_ses_faults_are_set_and_told():
    fault = {"operation": "CreateEmailIdentity", "code": "TooManyRequestsException", "times": 2}

    status, answer = calling("PUT", "/ses-faults", fault)

    assert status == 200
    assert "CreateEmailIdentity" in json.dumps(answer)


def test_an_ses_fault_that_makes_no_sense_is_refused():
    status, answer = calling("PUT", "/ses-faults", {"nonsense": 1})

    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize("path", ["/dns-faults/x.example", "/ses-faults"])
@pytest.mark.parametrize("body", ["{", "[]", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(path, body):
    status, answer = calling("PUT", path, body)

    assert status == 400
    assert answer["error"]


def test_unknown_paths_and_methods_are_json_too():
    assert calling("GET", "/nothing") == (404, {"error": "GET /nothing: Not Found."})
    assert calling("POST", "/mailbox") == (405, {"error": "POST /mailbox: Method Not Allowed."})


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_foreign_pages_are_refused(headers):
    status, answer = calling("PUT", "/dns/book.example", ZONE, headers=headers)

    assert status == 403
    assert answer["error"].startswith("The control port ")
