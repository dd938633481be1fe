"""What is wrong with a request, in the names that a service has for its fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BEFORE_A_NAME = r"\b(The(?: selected)?|neither|nor)"


def naming(fields: Mapping[str, str]) -> Callable[[str], str]:
    """What puts a service's names of fields into a sentence that has the concept's.

    `fields` maps the concept's names to the service's. A sentence names a field behind "The", "The selected", "neither" or "nor",
    as it is or with blanks in place of underscores; the same words elsewhere are plain English.
    """
    spoken = {form: theirs for ours, theirs in fields.items() for form in (ours, ours.replace("_", " "))}
    longest_first = sorted(spoken, key=len, reverse=True)
    names = re.compile(rf"{_BEFORE_A_NAME} ({'|'.join(map(re.escape, longest_first))})(?= )")
    return lambda text: names.sub(lambda found: f"{found[1]} {spoken[found[2]]}", text)
