"""The three OpenAPI documents in docs/openapi: made from the table of routes and from what is declared here of each call.

The table (`letterhead.http.routes`) says which calls exist, whose they are and what their tokens need; the table of refusals
(`letterhead.http.refusals`) says what goes wrong and in which words. A package for each dialect adds what neither knows: texts,
parameters, bodies and answers. A call without a declaration fails the making of the documents, and so does a declaration
without a call.

The public pages behind confirmation links are in none of the documents: they are for people, speak HTML and belong to no dialect.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Where the functions find the layer that these documents are made from.
sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "letterhead"))
