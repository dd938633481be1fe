"""What is wrong with a request, in one sentence with the names that a service has for its fields."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from letterhead.dialects.problem import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEFORE_A_NAME = r"\b(The(?: selected)?|neither|nor)"
# A domain name is called that in every service's sentences.
_PLAIN_ENGLISH = "domain_name"


class OwnWords:
    """A service's words. `fields` maps the concept's names of fields to the service's, where they differ.

    A sentence names a field behind "The", "The selected", "neither" or "nor", as it is or with blanks in place of underscores;
    the same words elsewhere are plain English.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def of(self, problem: Problem, otherwise: str) -> str:
        """What there is to say of a problem: of each field that is wrong, else the problem's own message, else this."""
        if problem.kind is Kind.INVALID and problem.fields:
            return "; ".join(
                f"{self._fields.get(name, name)}: {self._renamed(' '.join(texts))}"
                for name, texts in problem.fields.items()
            )
        return self._renamed(problem.message) if problem.message else otherwise

    def _renamed(self, text: str) -> str:
        return self._names.sub(lambda found: f"{found[1]} {self._spoken[found[2]]}", text)

    @cached_property
    def _spoken(self) -> Mapping[str, str]:
        return {
            form: theirs
            for ours, theirs in self._fields.items()
            if ours != _PLAIN_ENGLISH
            for form in (ours, ours.replace("_", " "))
        }

    @cached_property
    def _names(self) -> re.Pattern[str]:
        longest_first = sorted(self._spoken, key=len, reverse=True)
        return re.compile(rf"{_BEFORE_A_NAME} ({'|'.join(map(re.escape, longest_first))})(?= )")
