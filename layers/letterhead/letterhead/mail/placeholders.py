"""Named places in an account's own mail template: `{{ name }}`, filled once, so that no value can bring another place along."""

from __future__ import annotations

import re
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECT_PLACES = ("asker", "name", "address", "domain")
TEXT_PLACES = (*SUBJECT_PLACES, "until", "note", "link")
HTML_PLACES = (*TEXT_PLACES, "button")

_PATTERN = r"\{\{(?:[ \t]*(?P<named>[a-z_]+)[ \t]*\}\}|(?P<braced>(?!))|(?P<escaped>(?!))|(?P<invalid>))"


class Places(Template):
    """A text with places. White space inside the braces doesn't count; `{{` can't mean anything else."""

    flags = re.NOFLAG
    pattern = _PATTERN  # type: ignore[assignment]  # Template compiles what a subclass gives

    @property
    def are_whole(self) -> bool:
        """Whether every `{{` begins a place that ends."""
        return self.is_valid()

    @property
    def names(self) -> tuple[str, ...]:
        """The places' names."""
        return tuple(self.get_identifiers())

    @property
    def is_link_alone(self) -> bool:
        """Whether the text is the place of the confirmation link and nothing else."""
        return self.names == ("link",) and self.substitute(link="").strip() == ""

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with a value in each place."""
        return self.substitute(values)
