"""What schemathesis has to be told about this service: values that its schemas can't make up, and what it must leave alone.

`FUZZ_DOMAIN` and `FUZZ_IDENTITY` are ids of a verified domain and an identity, without which most calls would only be refused.
`FUZZ_KEPT` has these in every form, and the ids of the tokens that it calls with: who deletes, pauses or rotates one of them
can't go on.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from itertools import count
from typing import Any

import schemathesis
from hypothesis import strategies as st

KEPT = frozenset(os.environ["FUZZ_KEPT"].split())
OWN = {"domain_id": os.environ["FUZZ_DOMAIN"], "identity_id": os.environ["FUZZ_IDENTITY"]}
UNKNOWN = "0zzzzzzzzzzzzzzz"
SHORT_ID = re.compile(r"[0-5][0-9a-z]{15}")
NUMBERS = st.integers(min_value=0, max_value=10**9)
FUTURE = st.datetimes(datetime(2040, 1, 1), datetime(2090, 1, 1))

schemathesis.openapi.format("email", NUMBERS.map(lambda number: f"amy{number}@client{number}-fuzz.com"))
schemathesis.openapi.format("idn-hostname", NUMBERS.map(lambda number: f"mail.client{number}-fuzz.com"))
schemathesis.openapi.format("date-time", FUTURE.map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z"))
schemathesis.openapi.format("cidr", st.sampled_from(["192.0.2.0/24", "198.51.100.7", "2001:db8::/32"]))
_serial = count()
# A key that comes twice brings the first answer again, whatever has become of the thing meanwhile.
schemathesis.openapi.format("idempotency-key", NUMBERS.map(lambda number: f"{number}-{next(_serial)}"))


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Turn a change of what must be kept into one of what doesn't exist."""
    parameters = case.path_parameters or {}
    for name, value in parameters.items():
        if case.method != "GET" and value in KEPT:
            parameters[name] = UNKNOWN


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """Leave out what CSV has no types for: a flag or a number in its place goes over the wire as text, which is allowed."""
    return case.media_type != "text/csv" or isinstance(case.body, (str, bytes))


@schemathesis.hook
def map_query(_context: Any, query: Any) -> Any:
    """Let a well-formed id be one that there is."""
    return query and {**query, **_own(query)}


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Let a well-formed id be one that there is, and the documents' example of a domain a name that nobody has yet."""
    if not isinstance(body, dict):
        return body
    changed = _own(body)
    for name in ("domain", "name"):
        if body.get(name) == "mail.acme.com":
            changed[name] = f"mail{next(_serial)}.acme-fuzz.com"
    return {**body, **changed}


def _own(values: Any) -> dict[str, str]:
    return {
        name: own
        for name, own in OWN.items()
        if isinstance(values.get(name), str) and SHORT_ID.fullmatch(values[name])
    }
