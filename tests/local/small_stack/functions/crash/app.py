"""Fails, with a text that nobody outside may see."""

from __future__ import annotations


def handler(_event, _context):
    print("about to crash")
    raise RuntimeError("secret detail")
