"""The pages behind confirmation links, for people, and the one by which a host proves that it leads here."""

from __future__ import annotations

from letterhead.http.routes.route import Route

ROUTES = (
    Route("GET", "/confirmations/{link}", "confirmations.show"),
    Route("HEAD", "/confirmations/{link}", "confirmations.show"),
    Route("POST", "/confirmations/{link}", "confirmations.decide"),
    Route("GET", "/.well-known/letterhead", "confirmations.tell_deployment"),
    Route("GET", "/test-recipients/{link}", "confirmations.show_invitation"),
    Route("HEAD", "/test-recipients/{link}", "confirmations.show_invitation"),
    Route("POST", "/test-recipients/{link}", "confirmations.answer_invitation"),
)
