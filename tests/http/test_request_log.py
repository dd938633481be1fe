"""One line a request, with nothing in it that is secret or personal."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pytest
from aws_lambda_powertools import Logger

from letterhead.dialects.reply import Reply
from letterhead.domains.ports import NameRefusedError, ProviderRefusedError
from letterhead.http.admission import ForbiddenError
from letterhead.messages.gates import Code, GateAnswer, GateName, MailRefusedAtGateError, Verdict
from letterhead.tokens.dialect import Dialect
from letterhead.unavailable import UnavailableError
from tests.fakes.api_gateway import REQUEST_ID
from tests.fakes.sending_domains import NOW

SENDARA = Dialect.SENDARA
ADDRESS, LINK, WORD = "amy@bookshelf.com", "k9Zz0secret0link0of0amy", "hunter2-the-secret"


def raising(error: BaseException, cause: BaseException | None = None):
    def act(request):
        raise error from cause

    return act


def test_each_request_is_one_line_that_finds_it_again(door):
    token = door.token(SENDARA, account_id="1account1account")
    door.call("GET", "/v1/domains/acme.com", token)

    (line,) = door.lines
    assert {key: line[key] for key in ("level", "message", "request", "method", "route", "status")} == {
        "level": "INFO",
        "message": "request",
        "request": REQUEST_ID,
        "method": "GET",
        "route": "/v1/domains/{domain}",
        "status": 200,
    }
    assert (line["account"], line["dialect"]) == ("1account1account", "sendara")
    assert line["domain"] == "acme.com"
    assert line["milliseconds"] >= 0


def test_a_line_knows_a_token_by_its_preview_only(door):
    token = door.token(SENDARA)
    door.call("GET", "/v1/domains", token)

    (line,) = door.lines
    assert line["token"] == f"sk_live_{token[8:12]}…{token[-4:]}"
    assert token[12:-4] not in door.log


def everything_that_a_caller_says(door) -> list[str]:
    token = door.token(SENDARA)
    path = f"/v1/domains/{ADDRESS}"
    headers = {"x-note": WORD, "cookie": WORD, "user-agent": WORD}
    request = {
        "body": f'{{"domain": "{ADDRESS}", "note": "{WORD}"}}',
        "query": f"q={WORD}",
        "headers": headers,
    }
    door.call("GET", path, token, **request)
    door.call("GET", path, authorization=f"Bearer {WORD}", **request)
    door.call("GET", path, authorization=f"Basic {WORD}", **request)
    door.call("GET", f"/v1/nothing/{LINK}", token, **request)
    door.call("POST", "/v1/domains", token, **(request | {"body": f'{{"{WORD}"'}))
    door.acts = raising(RuntimeError(f"{ADDRESS} {WORD} {token}"), ValueError(WORD))
    door.call("GET", path, token, **request)
    door.acts = raising(UnavailableError(), ConnectionError(f"{ADDRESS} {WORD}"))
    door.call("GET", path, token, **request)
    return [ADDRESS, "bookshelf", LINK, WORD, token, token[12:-4]]


def test_nothing_that_a_caller_says_is_in_the_log(door):
    said = everything_that_a_caller_says(door)

    assert len(door.lines) == 7
    assert [word for word in said if word in door.log] == []


def test_a_pages_link_is_not_in_the_log(page):
    page.call("GET", f"/confirmations/{LINK}")
    page.acts = raising(RuntimeError(LINK))
    page.call("POST", f"/confirmations/{LINK}", body=f"link={LINK}")

    assert [line["route"] for line in page.lines] == ["/confirmations/{link}"] * 2
    assert LINK not in page.log


def test_a_fault_of_ours_is_logged_with_its_type_and_its_places(door):
    door.acts = raising(RuntimeError(WORD), KeyError(WORD))
    door.call("GET", "/v1/domains", door.token(SENDARA))

    (line,) = door.lines
    assert (line["level"], line["message"], line["status"]) == ("ERROR", "request failed", 500)
    assert (line["error"], line["cause"]) == ("RuntimeError", ["KeyError"])
    assert any(place.startswith("test_request_log.py:") and place.endswith(" act") for place in line["where"])


def test_what_aws_answered_is_logged_by_its_code(door):
    class RefusedError(Exception):
        response = {"Error": {"Code": "AccessDeniedException", "Message": ADDRESS}}  # noqa: RUF012

    door.acts = raising(UnavailableError(), RefusedError())
    door.call("GET", "/v1/domains", door.token(SENDARA))

    (line,) = door.lines
    assert (line["status"], line["cause"]) == (503, ["RefusedError AccessDeniedException"])
    assert ADDRESS not in door.log


def test_what_the_provider_refuses_is_logged_for_the_alarm_to_find_it(door):
    """The template's metric filter looks for this kind."""

    class RefusedError(Exception):
        response = {"Error": {"Code": "LimitExceededException", "Message": WORD}}  # noqa: RUF012

    door.acts = raising(ProviderRefusedError("LimitExceededException"), RefusedError())
    door.call("GET", "/v1/domains", door.token(SENDARA))

    (line,) = door.lines
    assert (line["level"], line["kind"], line["status"]) == ("ERROR", "provider_refused", 409)
    assert line["cause"] == ["RefusedError LimitExceededException"]


def test_a_name_that_the_provider_refuses_is_the_callers(door):
    door.acts = raising(NameRefusedError("BadRequestException"))
    door.call("GET", "/v1/domains", door.token(SENDARA))

    (line,) = door.lines
    assert (line["level"], line["status"]) == ("INFO", 400)


@pytest.mark.parametrize("error", [ForbiddenError(), DeprecationWarning("x")])
def test_only_faults_of_ours_are_errors(door, error):
    door.acts = raising(error)
    door.call("GET", "/v1/domains", door.token(SENDARA))

    (line,) = door.lines
    assert (line["level"] == "ERROR") is not isinstance(error, ForbiddenError)


def test_a_line_break_in_what_a_caller_says_makes_no_second_line(door):
    door.call("GET\n{}", "/v1/domains/%0A%7B%7D", door.token(SENDARA))
    door.acts = lambda _: Reply(200, "a\nb")
    door.call("GET", "/v1/domains/%0A%7B%7D", door.token(SENDARA))

    assert len(door.log.splitlines()) == 2


def test_it_has_the_form_of_all_other_lines(door):
    door.call("GET", "/v1/domains")
    (line,) = door.lines
    log = io.StringIO()
    Logger(service="other-lines", stream=log).info("other")
    other = json.loads(log.getvalue())

    assert other.keys() - {"location"} <= line.keys()
    assert len(line["timestamp"]) == len(other["timestamp"])
    assert datetime.strptime(line["timestamp"], "%Y-%m-%d %H:%M:%S,%f%z") == NOW


def metrics_of(line) -> dict[tuple[str, ...], float]:
    """What CloudWatch takes out of a line (embedded metric format: specification): by name and the dimensions' values."""
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "letterhead-test"
        for dimensions in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                found[metric["Name"], *(line[name] for name in dimensions)] = line[metric["Name"]]
    assert all(isinstance(part, str) for key in found for part in key)
    return found


def test_a_request_is_counted_by_function_class_of_status_and_dialect(door):
    door.call("GET", "/v1/domains/acme.com", door.token(SENDARA))

    (line,) = door.lines
    assert line["_aws"]["Timestamp"] == NOW.timestamp() * 1000
    assert metrics_of(line) == {
        ("Requests", line["service"], "2xx"): 1,
        ("Requests", "sendara"): 1,
        ("Duration", line["service"]): line["milliseconds"],
    }


@pytest.mark.parametrize(
    ("error", "kind", "status_class"),
    [
        (ForbiddenError(), "forbidden", "4xx"),
        (ProviderRefusedError("LimitExceededException"), "provider_refused", "4xx"),
        (UnavailableError(), "unavailable", "5xx"),
        (RuntimeError(), "internal", "5xx"),
    ],
)
def test_a_refusal_is_counted_by_its_kind_too(door, error, kind, status_class):
    door.acts = raising(error)
    door.call("GET", "/v1/domains", door.token(SENDARA))

    (line,) = door.lines
    assert metrics_of(line) == {
        ("Requests", line["service"], status_class): 1,
        ("Requests", "sendara"): 1,
        ("Duration", line["service"]): line["milliseconds"],
        ("Refusals", kind): 1,
    }


def test_a_caller_that_nobody_knows_is_counted_for_no_dialect(door):
    door.call("GET", "/v1/domains")

    (line,) = door.lines
    assert metrics_of(line) == {
        ("Requests", line["service"], "4xx"): 1,
        ("Duration", line["service"]): line["milliseconds"],
        ("Refusals", "unauthenticated"): 1,
    }


def test_a_page_is_counted_for_no_dialect(page):
    page.call("GET", f"/confirmations/{LINK}")

    (line,) = page.lines
    assert metrics_of(line) == {
        ("Requests", line["service"], "2xx"): 1,
        ("Duration", line["service"]): line["milliseconds"],
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "counted"),
    [
        ("POST", "/v1/domains", 201, {("Registrations", "domain"): 1}),
        ("POST", "/v1/domains", 200, {}),
        ("GET", "/v1/domains", 200, {}),
    ],
)
def test_a_registration_is_counted(door, method, path, status, counted):
    door.acts = lambda _: Reply(status, {"ok": True})
    door.call(method, path, door.token(SENDARA))

    (line,) = door.lines
    others = {"Requests", "Duration"}
    assert {key: number for key, number in metrics_of(line).items() if key[0] not in others} == counted


def test_a_refusal_at_a_gate_is_counted_by_the_gate(door):
    door.acts = raising(MailRefusedAtGateError(GateAnswer(GateName.DAILY, Verdict.REFUSED, Code.DAILY_LIMIT)))
    door.call("GET", "/v1/domains", door.token(SENDARA))

    (line,) = door.lines
    assert metrics_of(line)["GateRefusals", "daily_limit"] == 1
