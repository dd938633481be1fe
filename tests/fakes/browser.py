"""Chromium without a window, and what its screenshots show."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

Color = tuple[int, int, int]


@contextmanager
def headless_browser() -> Iterator[Any]:
    """A browser for the length of the block; the test is skipped where there is none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("NO BROWSER HERE: install Debian's chromium and chromium-driver to run these tests")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-dev-shm-usage",
        "disable-background-networking",
        "disable-sync",
    ):
        options.add_argument(f"--{argument}")
    opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
    try:
        yield opened
    finally:
        opened.quit()


def look_at(browser: Any, width: int, scheme: str = "light") -> None:
    """Make the window so wide, and its user one who likes it light or dark."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )


class Picture:
    """The pixels of a PNG file as Chromium writes it: eight bits a channel, not interlaced (PNG, sections 9, 11)."""

    def __init__(self, png: bytes) -> None:
        at, data = 8, b""
        while at < len(png):
            (length,) = struct.unpack(">I", png[at : at + 4])
            kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
            if kind == b"IHDR":
                self.width, self.height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", body)
                assert (depth, interlaced) == (8, 0)
                size = {2: 3, 6: 4}[color]
            elif kind == b"IDAT":
                data += body
            at += 12 + length
        self._size = size
        self._rows = list(_rows(zlib.decompress(data), self.width * size, size))

    def pixel(self, x: int, y: int) -> Color:
        start = x * self._size
        red, green, blue = self._rows[y][start : start + 3]
        return red, green, blue

    def colors(self) -> Counter[Color]:
        """How many pixels of the picture have each colour."""
        found: Counter[Color] = Counter()
        for row in self._rows:
            found.update(zip(row[0 :: self._size], row[1 :: self._size], row[2 :: self._size], strict=True))
        return found

    def box_of(self, color: Color) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of all pixels of a colour."""
        wanted = [(x, y) for y in range(self.height) for x in range(self.width) if self.pixel(x, y) == color]
        across, down = [x for x, _ in wanted], [y for _, y in wanted]
        return min(across), min(down), max(across), max(down)


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in (channel / 255 for channel in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rows(data: bytes, length: int, size: int) -> Iterator[bytes]:
    above = bytes(length)
    for start in range(0, len(data), length + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for at in range(length if kind else 0):
            left = row[at - size] if at >= size else 0
            corner = above[at - size] if at >= size else 0
            row[at] = (row[at] + _predicted(kind, left, above[at], corner)) & 0xFF
        above = bytes(row)
        yield above


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    match kind:
        case 1:
            return left
        case 2:
            return up
        case 3:
            return (left + up) // 2
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))
