"""The pages behind links to unsubscribe, for people and for mailbox providers."""

from __future__ import annotations

from letterhead.http.routes.route import Route

_PATH = "/unsubscribe/{link}"
ROUTES = (
    Route("GET", _PATH, "unsubscribes.show"),
    Route("HEAD", _PATH, "unsubscribes.show"),
    Route("POST", _PATH, "unsubscribes.carry_out"),
)
