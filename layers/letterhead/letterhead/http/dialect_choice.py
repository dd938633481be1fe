"""Whose words an answer is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.mailersend import problems as mailersend
from letterhead.dialects.problem import InvalidBodyError, Problem
from letterhead.dialects.sendara import problems as sendara
from letterhead.dialects.sendmailos import problems as sendmailos
from letterhead.http.json_body import read_json_object
from letterhead.http.routes import ROUTES, SHARED_PREFIXES
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from letterhead.dialects.reply import Reply

_RENDERERS = {
    Dialect.MAILERSEND: mailersend.render,
    Dialect.SENDARA: sendara.render,
    Dialect.SENDMAILOS: sendmailos.render,
}
_SENDARA_KEYS = frozenset({"domain", "endpoint_url", "channel"})


def render(problem: Problem, dialect: Dialect) -> Reply:
    """A refusal in a dialect's shape."""
    return _RENDERERS[dialect](problem)


def is_shared(path: str) -> bool:
    """Whether several services document this path, so that the token's dialect decides."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in SHARED_PREFIXES)


_OWNED = sorted(
    (route for route in ROUTES if route.path.startswith("/v1/")), key=lambda route: len(route.path)
)
_WHOLE_PATHS = {route.path: route.dialect for route in _OWNED}
# Where one service has a path and another one what lies below it, the deeper one's is the rest.
_FIRST_SEGMENTS = {route.path.split("/")[2]: route.dialect for route in _OWNED if not is_shared(route.path)}


def owner_of(path: str) -> Dialect | None:
    """The one service that documents a path, or None where several do or none does."""
    if path.startswith("/api/"):
        return Dialect.SENDMAILOS
    segments = path.split("/")
    if is_shared(path) or len(segments) < 3 or segments[1] != "v1":
        return None
    return _WHOLE_PATHS.get(path) or _FIRST_SEGMENTS.get(segments[2])


def speaks(dialect: Dialect, path: str) -> bool:
    """Whether a token of this dialect can be meant for this path at all."""
    owner = owner_of(path)
    if owner is None:
        return dialect is not Dialect.SENDMAILOS
    return owner is dialect


def guess(path: str, authorization: str | None, body: bytes) -> Dialect:
    """The dialect of an error's shape when no usable token says it.

    The path's where one service alone has it; else by the presented token's prefix, the body's keys, the form of the id in the
    path; else MailerSend.
    """
    if (owner := owner_of(path)) is not None:
        return owner
    presented = (authorization or "").partition(" ")[2].strip()
    if presented.startswith("mlsn."):
        return Dialect.MAILERSEND
    if presented.startswith(("sk_live_", "sk_test_")):
        return Dialect.SENDARA
    if _has_sendara_keys(body) or _names_a_domain(path):
        return Dialect.SENDARA
    return Dialect.MAILERSEND


def _has_sendara_keys(body: bytes) -> bool:
    try:
        return not _SENDARA_KEYS.isdisjoint(read_json_object(body))
    except InvalidBodyError:
        return False


def _names_a_domain(path: str) -> bool:
    segments = path.split("/")
    return len(segments) > 3 and ("." in segments[3] or segments[3].startswith("dom_"))
