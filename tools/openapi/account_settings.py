"""An account's settings, which Letterhead adds to every service's calls."""

from __future__ import annotations

from collections.abc import Mapping

from letterhead.tokens.authority import ReplacedSecretError
from tools.openapi.operation import Answer, Operation
from tools.openapi.schema import Schema, body, flag, nullable, resource

_TAG = "Settings"
TAG = {_TAG: "What the account has chosen for itself."}
_API_LOGGING = "Whether the account's calls are kept for seven days, where `logs` lists them. False until it is turned on."
SCHEMAS: dict[str, Schema] = {
    "AccountSettings": resource({"api_logging": flag(_API_LOGGING)}, "The account's settings.")
}


def operations(path: str, envelope: Schema) -> Mapping[tuple[str, str], Operation]:
    """The two calls; `envelope` is the service's around one object."""
    return {
        ("GET", path): Operation(
            "showSettings",
            _TAG,
            "Show the account's settings",
            "All of them.",
            Answer(200, "The settings.", envelope),
        ),
        ("PUT", path): Operation(
            "changeSettings",
            _TAG,
            "Change the account's settings",
            "What the body doesn't name stays. It applies to every token of the account at once.",
            Answer(200, "The settings.", envelope),
            body=body({"api_logging": nullable(flag())}),
            body_required=False,
            refusals=(ReplacedSecretError,),
        ),
    }
