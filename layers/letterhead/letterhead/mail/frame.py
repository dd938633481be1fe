"""The frame of every HTML mail: one column that reads on a phone and in the dark, and loads nothing but an account's own logo."""

from __future__ import annotations

from string import Template

from letterhead.markup import Markup, fill
from letterhead.values import value_type

_BUTTON = "#1f4fd8"
_PAGE = "#f3f4f7"
# WCAG 2.2, "relative luminance": where black and white text have the same contrast.
_MIDDLE_LUMINANCE = 0.179


@value_type
class Appearance:
    """What an account chose of a mail's looks. Colours are `#rrggbb`; None is the frame's own."""

    logo_url: str | None = None
    button_color: str | None = None
    background_color: str | None = None
    button_text: str | None = None


PLAIN = Appearance()


def framed(title: str, content: Markup, appearance: Appearance = PLAIN) -> str:
    """A whole HTML mail around its content."""
    logo = fill(_LOGO, url=appearance.logo_url) if appearance.logo_url else Markup()
    dark_button = Markup() if appearance.button_color else _DARK_BUTTON
    background = appearance.background_color or _PAGE
    return str(
        fill(_FRAME, title=title, logo=logo, content=content, background=background, dark_button=dark_button)
    )


def button(url: str, text: str, appearance: Appearance = PLAIN) -> Markup:
    """A link that looks like a button; its text is black or white, whichever reads better on its colour."""
    color = appearance.button_color or _BUTTON
    ink = "#000000" if _luminance(color) > _MIDDLE_LUMINANCE else "#ffffff"
    return fill(_LINK, url=url, text=appearance.button_text or text, color=color, ink=ink)


def _luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_LOGO = Template(
    '<img src="$url" alt="" height="40" style="display:block;height:40px;margin:0 0 20px;border:0">\n'
)
_LINK = Template("""\
<a class="button" href="$url" style="display:inline-block;padding:12px 22px;
 border-radius:8px;background:$color;color:$ink;font-weight:600;text-decoration:none">$text</a>""")
_DARK_BUTTON = Markup("\n  .button { background: #5b8def !important; color: #0b0d11 !important; }")
_FRAME = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>$title</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  body, .page { background: #16181d !important; color: #e6e8ec !important; }
  .card { background: #1f232b !important; }$dark_button
  .small, .small a { color: #a9b1bf !important; }
}
</style>
</head>
<body style="margin:0;background:$background;color:#1c2230">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:$background">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0"
 style="max-width:560px;background:#ffffff;border-radius:10px">
<tr><td style="padding:28px 26px;overflow-wrap:anywhere;
 font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
$logo$content</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
""")
