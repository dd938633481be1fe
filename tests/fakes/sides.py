"""Two releases as a test has them: one writes, the other reads and goes on; and everything that an account can have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from letterhead import identifiers
from letterhead.http.routes import ROUTES
from letterhead.tokens.dialect import Dialect
from tests.fakes.api_gateway import Answer
from tests.fakes.dialect_mails import body
from tests.fakes.mail_events import event_document
from tests.fakes.receiver import Receiver
from tests.fakes.release import Release
from tests.fakes.two_releases import Owner, TwoReleases

_serials = count()
# What is asked for where the path alone isn't enough, and where the ids of a path's parameter are listed if not one level up.
QUERIES = {
    "/v1/activity/{domain}": "date_from={from}&date_to={to}",
    "/v1/analytics/date": "domain_id={domain}&date_from={from}&date_to={to}&event[]=sent",
    "/v1/analytics/reputation": "domain_id={domain}",
    "/v1/recipients": "domain_id={domain}",
    "/v1/webhooks": "domain_id={domain}",
    "/v1/suppressions/lookup": "recipient=gone@reader.example",
    "/api/v1/suppressions/lookup": "recipient=gone@reader.example",
}
LISTED_AT = {"/v1/activity": "/v1/domains", "/v1/activities": "/v1/activity/{domain}"}
# A look at DNS, what each call changes, and logs of calls.
LEFT_OUT = {"/v1/domains/{domain}/verify", "/v1/api-quota", "/v1/logs", "/api/v1/logs"}


@dataclass
class Sides:
    """Who writes, and who reads and goes on; an owner with a verified domain."""

    both: TwoReleases
    writer: Release
    reader: Release
    owner: Owner
    domain: dict[str, Any]

    @property
    def name(self) -> str:
        name: str = self.domain["domain"]
        return name

    @property
    def domain_id(self) -> str:
        return identifiers.from_prefixed("dom", self.domain["id"])

    def written(self, dialect: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.owner.done(self.writer, dialect, method, path, body, **more)

    def read(self, dialect: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.owner.done(self.reader, dialect, method, path, body, **more)

    def mail(self, to: str, **more: Any) -> dict[str, Any]:
        return body(Dialect.MAILERSEND, sender=f"news@{self.name}", to=to) | more

    def mailed(self, address: str) -> dict[str, Any]:
        (mail,) = self.both.mails_to(address)
        return mail


def told(sides: Sides, kind: str, to: str, message: str, by: Release | None = None) -> None:
    """Have SES tell something of a mail of the domain."""
    tags = {"account": sides.owner.account_id, "domain": sides.domain_id, "message": message}
    document = event_document(kind, to=[to], at=datetime.now(UTC), serial=str(next(_serials)), tags=tags)
    record = {"messageId": "1", "receiptHandle": "x", "body": json.dumps(document)}
    record["attributes"] = {"ApproximateReceiveCount": "1"}  # type: ignore[assignment]
    assert (by or sides.writer)("ses_events", {"Records": [record]}) == {"batchItemFailures": []}


def everything(sides: Sides, program: Receiver) -> dict[str, str]:
    """Have the writer store one of everything; answers the ids that no list has."""
    write, name = sides.written, sides.name
    write("sendara", "POST", "/v1/domains", {"domain": f"pending.{name}"})
    identity = {"domain_id": sides.domain_id, "name": "Amy", "email": f"amy@client.{name}"}
    write("mailersend", "POST", "/v1/identities", identity)
    write("mailersend", "PUT", "/v1/identities/settings", {"success_message": "Thanks"})
    template = {"name": "welcome", "subject": "Hello {{ name }}", "text": "{{ name }}"}
    made = write("mailersend", "POST", "/v1/templates", template)["data"]
    write("sendara", "POST", "/v1/test-recipients", {"email": f"rory@client.{name}"})
    for which in ("hard-bounces", "spam-complaints", "unsubscribes"):
        entries = {"recipients": ["gone@reader.example"], "domain_id": sides.domain_id}
        write("mailersend", "POST", f"/v1/suppressions/{which}", entries)
    patterns = {"recipients": ["off@reader.example"], "patterns": ["*@nobody.example"]}
    write("mailersend", "POST", "/v1/suppressions/blocklist", patterns)
    hooks: dict[str, Any] = {
        "mailersend": {
            "url": program.url,
            "name": "hook",
            "events": ["activity.sent", "domain.verified"],
            "domain_id": sides.domain_id,
        },
        "sendara": {"endpoint_url": program.url},
        "sendmailos": {"url": program.url},
    }
    for dialect, hook in hooks.items():
        write(dialect, "POST", "/api/v1/webhooks" if dialect == "sendmailos" else "/v1/webhooks", hook)
    narrow = {"name": "narrow", "scopes": ["email_full", "domains_read"], "domain_id": sides.domain_id}
    token = write("mailersend", "POST", "/v1/token", narrow)["data"]
    write("mailersend", "POST", f"/v1/token/{token['id']}/rotate", {"overlap_seconds": 600})
    write(
        "sendmailos",
        "POST",
        "/api/v1/api-keys",
        {"name": "key", "workspace_id": "ws", "scopes": ["domains:read"]},
    )
    later = int((datetime.now(UTC) + timedelta(hours=2)).timestamp())
    filled = {"email": "fay@reader.example", "data": {"name": "Fay"}}
    mails = [
        sides.mail("ann@reader.example", tags=["spring"]),
        sides.mail("later@reader.example", send_at=later),
        sides.mail("gone@reader.example"),
        sides.mail("long@reader.example", text="".join(f"{number:x}" for number in range(9000))),
        sides.mail("fay@reader.example") | {"template_id": made["id"], "personalization": [filled]},
    ]
    for mail in mails:
        write("mailersend", "POST", "/v1/email", mail)
    bulk = write("mailersend", "POST", "/v1/bulk-email", [sides.mail("bob@reader.example"), {"to": []}])
    job = write("mailersend", "POST", "/v1/suppressions/export?list=blocklist")["data"]
    sides.both.settle(sides.writer, sides.writer)
    message = write("mailersend", "GET", "/v1/messages")["data"][-1]["id"]
    for kind in ("send", "delivery", "open"):
        told(sides, kind, "ann@reader.example", message)
    sides.both.settle(sides.writer, sides.writer)
    return {"job": job["id"], "bulk": bulk["bulk_email_id"], "email": identity["email"]}


def exported(sides: Sides, by: Release) -> dict[str, list[Any]]:
    """What the operator exports of the account, put together."""
    found: dict[str, list[Any]] = {}
    after: dict[str, str] = {}
    while True:
        part = by("operator", {"action": "export_account", "account_id": sides.owner.account_id} | after)
        for what, things in part.items():
            if isinstance(things, list):
                found[what] = found.get(what, []) + things
        if part["next"] is None:
            return found
        after = {"after": part["next"]}


def shown(answer: Answer) -> Any:
    """What an answer says, as JSON if it is."""
    is_json = answer.headers["content-type"].startswith("application/json")
    return answer.json if is_json else answer.text


def agree(one: Any, other: Any) -> bool:
    """Whether two answers say nothing differently: a release may say more than another, and lead elsewhere for more."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(agree(one[key], other[key]) for key in one.keys() & other.keys() - {"links", "meta"})
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(agree, one, other))
    return bool(one == other)


def ids_in(answer: Any) -> list[str]:
    """The ids of what a list has."""
    if isinstance(answer, list):
        found = [each for each in answer if isinstance(each, dict)]
        return [each.get("id") or each["message_id"] for each in found if each.keys() & {"id", "message_id"}]
    return [each for value in answer.values() if isinstance(value, list | dict) for each in ids_in(value)]


class Shown:
    """Every call that shows something, for the first and last that there is of each; `known` has the ids that no list has."""

    def __init__(self, sides: Sides, known: dict[str, str]) -> None:
        self._sides, self._known = sides, known
        now = int(datetime.now(UTC).timestamp())
        self._words = {"{from}": str(now - 3600), "{to}": str(now + 60), "{domain}": sides.domain_id}
        self._ids: dict[tuple[Dialect, str], list[str]] = {}

    def calls(self) -> Iterator[tuple[str, str]]:
        """Dialects and paths with their queries."""
        for route in ROUTES:
            is_known = (route.method, route.path) in self._sides.both.routes
            if (
                is_known
                and route.method == "GET"
                and route.dialect is not None
                and route.path not in LEFT_OUT
            ):
                found = self._filled(route.dialect, "", route.path)
                assert found, route.path
                yield from ((route.dialect.value, path + self._query(route.path)) for path in found)

    def _filled(self, dialect: Dialect, begun: str, rest: str) -> list[str]:
        before, brace, behind = rest.partition("{")
        if not brace:
            return [begun + rest]
        name, _, behind = behind.partition("}")
        ids = self._ids_of(dialect, name, (begun + before).rstrip("/"))
        return [path for each in ids for path in self._filled(dialect, begun + before + each, behind)]

    def _ids_of(self, dialect: Dialect, name: str, above: str) -> list[str]:
        if name in self._known:
            return [_form(dialect, name, self._known[name])]
        listed = LISTED_AT.get(above, above)
        if (dialect, listed) not in self._ids:
            query = self._query(listed)
            path = listed.replace("{domain}", self._sides.domain_id)
            found = ids_in(self._sides.written(dialect.value, "GET", path + query))
            self._ids[dialect, listed] = list(dict.fromkeys([*found[:1], *found[-1:]]))
        return self._ids[dialect, listed]

    def _query(self, path: str) -> str:
        query = QUERIES.get(path, "")
        for word, value in self._words.items():
            query = query.replace(word, value)
        return query and f"?{query}"


def _form(dialect: Dialect, name: str, value: str) -> str:
    if dialect is Dialect.SENDARA:
        return identifiers.to_prefixed(name, value)
    return identifiers.to_uuid(value) if dialect is Dialect.SENDMAILOS else value
