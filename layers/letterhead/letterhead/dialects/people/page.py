"""The frame of every page, and the headers that keep it harmless.

The page loads nothing: one style sheet stands in it and is named by its hash (Content Security Policy level 3, section 8.3).
Nobody may frame it, store it or learn its address from a Referer.
"""

from __future__ import annotations

import base64
import hashlib
from string import Template
from types import MappingProxyType

from letterhead.dialects.reply import Reply
from letterhead.markup import Markup, fill

_STYLE = """
:root {
  color-scheme: light dark;
  --page: #f3f4f7; --card: #fff; --text: #1c2230; --small: #5a6475; --line: #d7dbe3;
  --action: #1f4fd8; --on-action: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181d; --card: #1f232b; --text: #e6e8ec; --small: #a9b1bf; --line: #3a404c;
    --action: #5b8def; --on-action: #0b0d11;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; padding: 24px 12px; background: var(--page); color: var(--text);
  font: 17px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;
}
main {
  max-width: 34rem; margin: 0 auto; padding: 28px 24px; background: var(--card); border-radius: 12px;
  overflow-wrap: anywhere;
}
h1 { margin: 0 0 14px; font-size: 1.35rem; line-height: 1.3 }
p { margin: 0 0 14px }
dl { margin: 0 0 18px; padding: 14px 16px; border: 1px solid var(--line); border-radius: 8px }
dt { color: var(--small); font-size: .85rem }
dd { margin: 0 0 10px }
dd:last-child { margin-bottom: 0 }
blockquote { margin: 0 0 18px; padding: 8px 14px; border-left: 3px solid var(--small) }
button {
  display: block; width: 100%; margin: 0 0 12px; padding: 14px 18px; border: 1px solid var(--line);
  border-radius: 8px; background: transparent; color: var(--text); font: inherit; cursor: pointer;
}
button.main { border-color: var(--action); background: var(--action); color: var(--on-action); font-weight: 600 }
button:focus-visible { outline: 3px solid var(--action); outline-offset: 3px }
.small { color: var(--small); font-size: .9rem }
"""

_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = MappingProxyType(
    {
        "content-security-policy": (
            f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex, nofollow",
        "cross-origin-opener-policy": "same-origin",
    }
)

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<h1>$title</h1>
$content
</main>
</body>
</html>
""")


def page(status: int, title: str, content: Markup) -> Reply:
    """A page with its headers."""
    body = fill(_PAGE, title=title, style=Markup(_STYLE), content=content)
    return Reply(status, str(body), HEADERS, "text/html; charset=utf-8")
