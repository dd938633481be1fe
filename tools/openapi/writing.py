"""A document as the YAML text that is checked in."""

from __future__ import annotations

from typing import Any

import yaml

_HEADING = """\
# Made by `make openapi` from the table of routes and from tools/openapi; don't edit it here.
"""
_WIDTH = 120


class _Writer(yaml.SafeDumper):
    """Block style, no anchors, so that a difference is a line."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def as_yaml(document: dict[str, Any]) -> str:
    """The text of a document, the same for the same document everywhere."""
    return _HEADING + yaml.dump(
        document, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
    )
