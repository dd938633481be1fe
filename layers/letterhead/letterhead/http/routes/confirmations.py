"""The pages behind confirmation links, for people."""

from __future__ import annotations

from letterhead.http.routes.route import Route

ROUTES = (
    Route("GET", "/confirmations/{link}", "confirmations.show"),
    Route("HEAD", "/confirmations/{link}", "confirmations.show"),
    Route("POST", "/confirmations/{link}", "confirmations.decide"),
)
