"""Every route × every scope × own, foreign, unknown and deleted ids × every state of a token, each with its expected answer.

What is expected is computed from the table of routes and from the few sentences of `expected`; what is asked are the functions
themselves, over the tables. A new route is in the matrix at once; a new kind of id in a path has to be made known in `Clients`.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from typing import Any

import boto3
import pytest
from moto.dynamodb.models import dynamodb_backends

from letterhead import identifiers
from letterhead.activity.recipients import recipient_id_of
from letterhead.adapters.tables.jobs import JobTable
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.domains.domain import SendingDomain
from letterhead.http.dialect_choice import is_shared
from letterhead.http.gate import Gate
from letterhead.http.routes import ROUTES, Route
from letterhead.suppressions.exporting import new_export
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach
from letterhead.tokens.scopes import ANY, SCOPES
from letterhead.tokens.token import ApiToken, issue
from tests.fakes.activities import message_sent
from tests.fakes.agency import Agency
from tests.fakes.api_gateway import Answer
from tests.fakes.aws import REGION
from tests.fakes.owned_things import bulk_of, recipient_of, scheduled_by, template_of
from tests.fakes.sending_domains import NOW
from tests.fakes.stored_domains import drop
from tests.fakes.webhook_endpoints import StoredEndpoints, webhook_parts

SOURCE = "203.0.113.9"
KINDS = ("own", "foreign", "unknown", "deleted")
FUNCTIONS = sorted({route.function for route in ROUTES if route.dialect})
# Calls by which tokens or what is kept of them change: nothing for a secret that has been replaced.
OWN_SECRET_ALONE = {
    *(f"tokens.{act}" for act in ("create", "rename", "pause", "rotate", "delete")),
    "account_settings.change",
}


@dataclass(frozen=True)
class State:
    """What is special about a token: the facts that differ, and what of its account it reaches."""

    name: str
    facts: dict[str, Any]
    reach: Reach = Reach.ACCOUNT
    sees_own: bool = True
    refused_as: int | None = None


class Clients:
    """An agency with a client of its own ("client"), another one ("elsewhere"), and a rival account, with ids of each kind."""

    def __init__(self, webhook_key: str) -> None:
        self.agency, rival = Agency(), Agency("rival")
        self.domain = self.agency.domain("client.com")
        self.identity = self.agency.identity("amy@client.com", self.domain)
        self.agency.identity("sibling@client.com", self.domain)
        self.elsewhere = self.agency.domain("elsewhere.com")
        self.stranger = self.agency.identity("bob@elsewhere.com", self.elsewhere)
        rivals_domain = rival.domain("rival.com")
        rivals_identity = rival.identity("eve@rival.com", rivals_domain)
        gone_domain = self.agency.domain("gone.com")
        gone_identity = self.agency.identity("dan@client.com", self.domain)
        drop(self.agency.domains, gone_domain)
        self.agency.identities.remove(gone_identity)
        self._domains = {"own": self.domain, "foreign": rivals_domain, "deleted": gone_domain}
        self._identities = {"own": self.identity, "foreign": rivals_identity, "deleted": gone_identity}
        self._activities = {
            "own": message_sent(self.domain, self.identity),
            "foreign": message_sent(rivals_domain, rivals_identity),
        }
        self._bulks = {"own": bulk_of(self.agency), "foreign": bulk_of(rival)}
        self._schedules = {
            "own": scheduled_by(self.domain, self.identity, "amy@client.com"),
            "foreign": scheduled_by(rivals_domain, rivals_identity, "rival"),
        }
        scheduled_by(self.elsewhere, self.stranger, "elsewhere")
        sibling = replace(self.identity, identity_id=identifiers.new_id(NOW))
        scheduled_by(self.domain, sibling, "sibling")
        self._recipients = {"own": recipient_of(self.agency), "foreign": recipient_of(rival)}
        self._templates = {
            "own": template_of(self.agency, self.domain),
            "foreign": template_of(rival, rivals_domain),
            "deleted": template_of(self.agency, self.domain),
        }
        TemplateTable("TemplatesTable").remove(self.agency.account.account_id, self._templates["deleted"])
        self._tokens: dict[tuple[Dialect, str], str] = {}
        for dialect, scope in (
            (Dialect.MAILERSEND, "tokens_full"),
            (Dialect.SENDARA, "read"),
            (Dialect.SENDMAILOS, "api-keys:read"),
        ):
            narrow = {
                "scopes": frozenset({scope}),
                "test_mode": True,
                "domain_id": self.domain.domain_id,
                "identity_id": self.identity.identity_id,
            }
            self._tokens[dialect, "own"] = self.agency.token(dialect, **narrow).id
            self._tokens[dialect, "foreign"] = rival.token(dialect, name="rival").id
            gone = self.agency.token(dialect, **narrow)
            self._tokens[dialect, "deleted"] = gone.id
            kept = self.agency.tokens.by_id(self.agency.account.account_id, dialect, gone.id)
            self.agency.tokens.remove(kept)
            self.agency.token(dialect, name="elsewhere", domain_id=self.elsewhere.domain_id)

        self._jobs = {"own": self._job(self.agency, self.domain), "foreign": self._job(rival, rivals_domain)}
        self._webhooks: dict[tuple[Dialect, str], tuple[str, str]] = {}
        self._add_webhooks(StoredEndpoints(webhook_key), rival)

    @staticmethod
    def _job(agency: Agency, domain: SendingDomain) -> str:
        account_id, now = agency.account.account_id, datetime.now(UTC)
        job = new_export(account_id, identifiers.new_id(now), domain.domain_id, [], [domain.domain_id], now)
        JobTable("JobsTable").add(job, [])
        return job.job_id

    def _add_webhooks(self, stored: StoredEndpoints, rival: Agency) -> None:
        here, there = self.agency.account.account_id, rival.account.account_id
        for dialect in Dialect:
            made = {
                "own": stored.add(here, dialect, domain_id=self.domain.domain_id),
                "foreign": stored.add(there, dialect, name="rival", url="https://rival.com/"),
                "deleted": stored.add(here, dialect, domain_id=self.domain.domain_id),
            }
            for kind, endpoint in made.items():
                self._webhooks[dialect, kind] = (endpoint.endpoint_id, stored.delivery(endpoint).delivery_id)
            stored.table.remove(made["deleted"])
            away = "https://elsewhere.com/"
            stored.add(here, dialect, name="elsewhere", url=away, domain_id=self.elsewhere.domain_id)

    def paths(self, route: Route, kind: str) -> list[str]:
        """The route's path for an id of a kind, once in each form that the id may have there."""
        parameters = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        if not parameters:
            return [route.path] if kind == "own" else []
        forms: dict[str, Callable[[Dialect, str], list[str]]] = {
            "domain": self._domain_forms,
            "identity": lambda _, which: [self._identity_id(which)],
            "email": lambda _, which: [
                self._identities[which].email.shown if which in self._identities else "x@nowhere.com"
            ],
            "message": lambda dialect, which: [_form(dialect, "msg", self._activity_id(which)[16:])],
            "mailed": lambda _, which: [self._mailed(which)],
            "activity": lambda _, which: [self._activity_id(which)],
            "job": lambda dialect, which: [_form(dialect, "job", self._jobs.get(which, UNKNOWN))],
            "schedule": lambda _, which: [self._schedules.get(which, UNKNOWN)],
            "bulk": lambda _, which: [self._bulks.get(which, UNKNOWN)],
            "recipient": lambda _, which: [
                identifiers.to_prefixed("rcpt", self._recipients.get(which, UNKNOWN))
            ],
            "template": lambda _, which: [self._templates.get(which, UNKNOWN)],
            "token": lambda dialect, which: [
                _form(dialect, "key", self._tokens.get((dialect, which), UNKNOWN))
            ],
            "webhook": lambda dialect, which: [_form(dialect, "wh", self._webhook(dialect, which)[0])],
            "delivery": lambda dialect, which: [_form(dialect, "dlv", self._webhook(dialect, which)[1])],
        }
        paths = [route.path]
        for parameter in parameters:
            found = forms[parameter](route.dialect, kind)
            paths = [path.replace(f"{{{parameter}}}", form) for path in paths for form in found]
        return paths

    def _domain_forms(self, dialect: Dialect, kind: str) -> list[str]:
        domain = self._domains.get(kind)
        forms = [_form(dialect, "dom", domain.domain_id if domain else UNKNOWN)]
        if dialect is Dialect.SENDARA:
            forms.append(domain.name if domain else "nowhere.com")
        return forms

    def _activity_id(self, kind: str) -> str:
        return self._activities[kind].activity_id if kind in self._activities else UNKNOWN * 2

    def _mailed(self, kind: str) -> str:
        """The id of a recipient of a domain's."""
        domain = self._domains.get(kind)
        return recipient_id_of(domain.domain_id if domain else UNKNOWN, "ines@customer.example")

    def _webhook(self, dialect: Dialect, kind: str) -> tuple[str, str]:
        """The ids of a webhook and of a delivery of it."""
        return self._webhooks.get((dialect, kind), (UNKNOWN, UNKNOWN))

    def _identity_id(self, kind: str) -> str:
        return self._identities[kind].identity_id if kind in self._identities else UNKNOWN


UNKNOWN = identifiers.new_id(datetime(2020, 1, 1, tzinfo=UTC))


def _form(dialect: Dialect, prefix: str, identifier: str) -> str:
    if dialect is Dialect.MAILERSEND:
        return identifier
    if dialect is Dialect.SENDARA:
        return identifiers.to_prefixed(prefix, identifier)
    return identifiers.to_uuid(identifier)


def states_of(clients: Clients) -> list[State]:
    here, there = clients.domain.domain_id, clients.elsewhere.domain_id
    one, other = clients.identity.identity_id, clients.stranger.identity_id
    past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(hours=1)
    return [
        State("whole", {}),
        State("unknown", {}, refused_as=401),
        State("expired", {"expires_at": past}, refused_as=401),
        State("paused", {"paused": True}, refused_as=403),
        State("of a suspended account", {"account_suspended": True}, refused_as=403),
        State("for another network", {"allowed_networks": ("198.51.100.0/24",)}, refused_as=403),
        State("for this network", {"allowed_networks": ("203.0.113.0/24",)}),
        State("for this domain", {"domain_id": here}, Reach.DOMAIN),
        State("for another domain", {"domain_id": there}, Reach.DOMAIN, sees_own=False),
        State("for this identity", {"identity_id": one}, Reach.IDENTITY),
        State("for this identity on its domain", {"domain_id": here, "identity_id": one}, Reach.IDENTITY),
        State("for this identity on another domain", {"domain_id": there, "identity_id": one}, Reach.IDENTITY, sees_own=False),
        State("for another identity", {"identity_id": other}, Reach.IDENTITY, sees_own=False),
        State("test", {"test_mode": True}),
        State("test for this domain", {"test_mode": True, "domain_id": here}, Reach.DOMAIN),
        State("replaced", {"replaced": True, "expires_at": future}),
    ]  # fmt: skip


def covers(granted: str, needed: str) -> bool:
    """Contracts A.7, B.6, C.1: full has read in it, write has read in it, admin has everything in it."""
    implied = {granted, granted.replace("_full", "_read"), granted.replace(":write", ":read")}
    return needed in (ANY, *implied) or granted == "admin"


def expected(route: Route, scope: str, state: State, kind: str) -> int | None:
    """The status of the refusal, or None for a call that gets through."""
    if state.refused_as is not None:
        return state.refused_as
    if not covers(scope, route.scope) or state.reach < route.reach:
        return 403
    if state.facts.get("test_mode") and not route.open_to_test_tokens:
        return 403
    if "{" in route.path and not seen(route, state, kind):
        return 404
    if state.name == "replaced" and route.operation in OWN_SECRET_ALONE:
        return 403
    if state.name == "for this network" and route.operation == "tokens.rotate":
        return 403  # the token in the path may be used from everywhere
    return None


def seen(route: Route, state: State, kind: str) -> bool:
    whole_domain = "{domain}" in route.path
    return kind == "own" and state.sees_own and not (whole_domain and state.reach is Reach.IDENTITY)


class Matrix:
    """One function, asked by tokens of any state."""

    def __init__(self, function: Any, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
        self._function = function
        self._clients = clients
        self._kept: dict[str, ApiToken] = {}
        self._backend = next(iter(dynamodb_backends.values()))[REGION]
        self._tables = pickle.dumps(self._backend.tables)  # quicker than a deep copy each time
        monkeypatch.setattr(TokenTable, "by_hash", lambda _, token_hash: self._kept.get(token_hash))
        monkeypatch.setattr(TokenTable, "note_use", lambda *_: None)
        # Limits, which are asked with every request, are another matter.
        monkeypatch.setattr(Gate, "admit", lambda *_: ())
        monkeypatch.setattr(Gate, "headers", lambda *_: {})

    def token(self, dialect: Dialect, scopes: frozenset[str], state: State) -> str:
        text = secret.new_secret(dialect, test_mode=False)
        whole = issue(
            token_id=identifiers.new_id(datetime.now(UTC)),
            account_id=self._clients.agency.account.account_id,
            dialect=dialect,
            name="",
            scopes=scopes,
            now=datetime.now(UTC),
        ).token
        if state.name != "unknown":
            self._kept[secret.hash_of(text)] = replace(whole, **state.facts)
        return text

    def ask(self, route: Route, path: str, text: str) -> Answer:
        body = {} if route.method == "GET" else {"json": {}}
        answer = self._function.call(route.method, path, text, source=SOURCE, **body)
        if route.method != "GET" and answer.status < 400:
            self._backend.tables = pickle.loads(self._tables)
        return answer


def wrong_with(route: Route, answer: Answer, refused_as: int | None, state: State) -> Iterator[str]:
    """What isn't as it has to be."""
    if refused_as is None:
        if answer.status in (401, 403, 404, 405) or answer.status >= 500:
            yield f"{answer.status} for one that may"
        yield from (f"shows {word!r}" for word in hidden_from(state) if word in answer.text)
        return
    if answer.status != refused_as:
        yield f"{answer.status} for {refused_as}"
    keys = {
        Dialect.MAILERSEND: {"message"},
        Dialect.SENDARA: {"error"},
        Dialect.SENDMAILOS: {"success", "error", "code"},
    }
    if set(answer.json) != keys[route.dialect]:
        yield f"has the shape {sorted(answer.json)}"


def hidden_from(state: State) -> list[str]:
    """Words that are in whatever a token of this state must not see."""
    words = ["rival"]
    if state.reach is not Reach.ACCOUNT and state.sees_own:
        words.append("elsewhere")
    if state.reach is Reach.IDENTITY:
        words.append("sibling")
    if not state.sees_own:
        words.append("amy@client.com")
    return words


@pytest.fixture
def parts(tables) -> dict[str, str]:
    queue = boto3.client("sqs").create_queue(QueueName="CompletionQueue")["QueueUrl"]
    return webhook_parts() | {"COMPLETION_QUEUE_URL": queue}


@pytest.fixture
def clients(parts) -> Clients:
    return Clients(parts["WEBHOOK_KEY"])


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Ten thousands of lines are not written."""
    logging.disable(logging.INFO)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def matrix_of(load, clients, parts, outside, no_pauses, unlogged, monkeypatch) -> Callable[[str], Matrix]:
    host, port = outside.dns
    chosen = {
        "ACCOUNT_ID": "000000000000",
        "DNS_RESOLVERS": f"{host}:{port}",
        "CONFIRMATIONS_PER_ADDRESS": "1000000",
        **parts,
    }
    return lambda name: Matrix(load(name, **chosen), clients, monkeypatch)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_token_gets_what_the_table_says_and_nothing_else(name, matrix_of, clients):
    matrix = matrix_of(name)
    found: list[str] = []
    turn = cycle(KINDS)
    for route, state in product((route for route in ROUTES if route.function == name), states_of(clients)):
        for scope in sorted(SCOPES[route.dialect]):
            text = matrix.token(route.dialect, frozenset({scope}), state)
            answers = {kind: expected(route, scope, state, kind) for kind in KINDS}
            # What is refused before any id is looked at is asked with each kind of id in turn.
            blind = set(answers.values()) in ({401}, {403})
            for kind in {next(turn)} if blind and "{" in route.path else KINDS:
                for path in clients.paths(route, kind):
                    answer = matrix.ask(route, path, text)
                    found += (
                        f"{route.method} {path}: a token with {scope} that is {state.name} gets {fault}"
                        for fault in wrong_with(route, answer, answers[kind], state)
                    )
    assert found == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_token_may_not_see_looks_exactly_like_what_does_not_exist(name, matrix_of, clients):
    matrix = matrix_of(name)
    for route in (route for route in ROUTES if route.function == name and "{" in route.path):
        for state in states_of(clients):
            if state.refused_as or (state.facts.get("test_mode") and not route.open_to_test_tokens):
                continue
            if state.reach < route.reach:
                continue
            text = matrix.token(route.dialect, frozenset({route.scope}), state)
            kinds = [kind for kind in KINDS if not seen(route, state, kind)]
            answers = [matrix.ask(route, path, text) for kind in kinds for path in clients.paths(route, kind)]
            told = {(answer.status, answer.text, tuple(sorted(answer.headers))) for answer in answers}
            assert len(told) == 1, (route, state, told)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_token_of_another_dialect_gets_nowhere(name, matrix_of, clients):
    matrix = matrix_of(name)
    whole = State("whole", {})
    offered = {(route.method, route.path, route.dialect) for route in ROUTES}
    for route in (route for route in ROUTES if route.function == name):
        for dialect in set(Dialect) - {route.dialect}:
            if (route.method, route.path, dialect) in offered:
                continue
            answer = matrix.ask(
                route, clients.paths(route, "own")[0], matrix.token(dialect, SCOPES[dialect], whole)
            )
            meant = is_shared(route.path) and dialect is not Dialect.SENDMAILOS
            assert answer.status == (404 if meant else 401), (route, dialect)


def test_every_call_for_tokens_is_in_the_matrix():
    assert set(FUNCTIONS) >= {"domains", "identities", "tokens"}
    assert {len(SCOPES[dialect]) for dialect in Dialect} == {32, 3, 12}
