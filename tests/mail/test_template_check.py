"""What an account may write into its confirmation mail, and what is refused with its name."""

from __future__ import annotations

import pytest

from letterhead.adapters.mail_html import MailHtml
from letterhead.mail.template_check import TemplateError, check_html, check_subject, check_text

BUTTON = "{{ button }}"

KEPT = [
    "<h1>Dear {{ name }}</h1>\n<p>{{ asker }} asks.</p>{{ button }}",
    '<p><a href="{{ link }}">Yes</a></p>',
    "<p>{{ link }}</p>",
    '<p style="color:#123456;padding:1px 2px">{{ note }}</p>{{ button }}',
    '<table role="presentation" width="100%"><tbody><tr><td align="center">{{ button }}</td></tr></tbody></table>',
    '<p>See <a href="https://web-agency.com/a?b=1&amp;c=2">us</a>, <a href="mailto:us@web-agency.com">write</a></p>{{ button }}',
    "<p>Für Sie — до {{ until }} &lt;script&gt;</p>{{ button }}",
]

# What each would do: OWASP's XSS filter evasion cheat sheet, and what mail must not load.
REFUSED = [
    ("<script>alert(1)</script>", "<script>"),
    ("<SCRIPT SRC=https://evil.example/x.js></SCRIPT>", "<script>"),
    ('<p onclick="alert(1)">x</p>', "onclick on <p>"),
    ("<svg onload=alert(1)>", "<svg>"),
    ('<img src="https://evil.example/pixel.png">', "<img>"),
    ('<a href="javascript:alert(1)">x</a>', "a link to javascript:alert(1)"),
    ('<a href="jav&#x09;ascript:alert(1)">x</a>', "a link to"),
    ('<a href="data:text/html,x">x</a>', "a link to data:"),
    ('<a href="http://plain.example">x</a>', "a link to http:"),
    ('<a href="//evil.example">x</a>', "a link to //evil.example"),
    ('<iframe src="https://evil.example"></iframe>', "<iframe>"),
    ('<form action="https://evil.example"><input name="x"></form>', "<form>, <input>"),
    ("<style>@import url(https://evil.example)</style>", "<style>"),
    ('<link rel="stylesheet" href="https://evil.example">', "<link>"),
    ('<p style="background-image:url(https://evil.example)">x</p>', "style on <p>"),
    ('<p style="position:fixed;color:red">x</p>', "the style position"),
    ('<td background="https://evil.example/x.png">x</td>', "<td>"),
    ('<table background="https://evil.example/x.png"><tr><td>x</td></tr></table>', "background on <table>"),
    ('<base href="https://evil.example">', "<base>"),
    ("<object data=x></object><embed src=x>", "<object>, <embed>"),
    ('<math><mtext><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">', "<math>"),
]


@pytest.mark.parametrize("html", KEPT)
def test_harmless_html_is_kept_as_it_is(html):
    assert check_html(html, MailHtml()) == html


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://evil.example">{{ link }}</a>',
        '<a href="https://evil.example"><b>{{ link }}</b></a>{{ button }}',
        '<a href="https://evil.example">{{ button }}</a>',
        '<p><a href="{{ link }}">{{ button }}</a></p>',
        '<a href="https://evil.example">x<p>{{ link }}</p>',
    ],
)
def test_what_asks_for_consent_lies_in_no_other_link(html):
    with pytest.raises(TemplateError, match="inside another link"):
        check_html(html, MailHtml())


@pytest.mark.parametrize(
    "html",
    [
        '<a href="{{ link }}">{{ link }}</a>',
        '<p><a href="https://web-agency.com">us</a></p>{{ button }}',
        "<a>x</a>{{ button }}",
    ],
)
def test_other_links_may_stand_beside_it(html):
    assert check_html(html, MailHtml()) == html


@pytest.mark.parametrize(
    "style", ["display:none", "color:red; DISPLAY : none !important", "display:/**/none"]
)
def test_nothing_is_hidden(style):
    with pytest.raises(TemplateError, match="style"):
        check_html(f'<div style="{style}">{BUTTON}</div>', MailHtml())


def test_what_is_kept_is_written_out_in_full():
    assert check_html("<p>{{ button }}<br/>x", MailHtml()) == "<p>{{ button }}<br>x</p>"
    assert check_html("<!-- a note to myself -->{{ button }}", MailHtml()) == BUTTON


@pytest.mark.parametrize(("html", "named"), REFUSED)
def test_what_runs_or_loads_is_refused_and_named(html, named):
    with pytest.raises(TemplateError) as refusal:
        check_html(html + BUTTON, MailHtml())
    assert str(refusal.value).startswith("can't have ")
    assert named in str(refusal.value)


@pytest.mark.parametrize("html", [text for text, _ in REFUSED])
def test_nothing_of_what_is_refused_would_be_kept(html):
    kept = MailHtml().clean(html)
    assert "evil.example" not in kept
    assert "alert" not in kept or "<" not in kept


@pytest.mark.parametrize(
    "style",
    [
        "border:url(https://evil.example)",
        "font:url(//evil.example)",
        "color:u\\72l(https://evil.example)",
        "background:#fff url(https://evil.example)",
        "width:expression(evil)",
        "content:'evil.example'",
    ],
)
def test_a_style_loads_nothing_whatever_property_it_hides_in(style):
    html = f'<p style="{style}">x</p>{BUTTON}'
    assert "evil" not in MailHtml().clean(html)
    with pytest.raises(TemplateError):
        check_html(html, MailHtml())


@pytest.mark.parametrize(
    "html", ["<html><body>{{ button }}</body></html>", "<!doctype html><p>{{ button }}</p>"]
)
def test_a_whole_document_is_told_to_be_a_part_of_one(html):
    with pytest.raises(TemplateError, match="content of the mail's body"):
        check_html(html, MailHtml())


@pytest.mark.parametrize(
    "html",
    [
        '<p title="{{ note }}">x</p>{{ button }}',
        '<p style="color:{{ name }}">{{ button }}</p>',
        '<p class="{{ name }}">{{ button }}</p>',
        '<a href="https://web-agency.com/?{{ name }}">x</a>{{ button }}',
        '<a href="mailto:{{ address }}">x</a>{{ button }}',
    ],
)
def test_a_place_inside_a_tag_is_refused(html):
    with pytest.raises(TemplateError, match="inside a tag"):
        check_html(html, MailHtml())


@pytest.mark.parametrize(
    ("check", "template"),
    [
        ("html", '<a href="https://evil.example/{{ link }}">x</a>'),
        ("html", '<a href="{{ button }}">x</a>{{ button }}'),
        ("html", "<p>https://evil.example/?{{ link }}</p>"),
        ("text", "https://evil.example/?{{ link }}"),
        ("text", "{{ link }}\n{{ link }}@evil.example"),
    ],
)
def test_the_link_cannot_be_handed_to_another_address(check, template):
    with pytest.raises(TemplateError):
        check_text(template) if check == "text" else check_html(template, MailHtml())


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Hello {{ nobody }}\n{{ link }}", "unknown placeholder {{ nobody }}"),
        ("Hello {{ button }}\n{{ link }}", "unknown placeholder {{ button }}"),
        ("Hello {{ name", "begins no placeholder"),
        ("Hello", "must contain {{ link }}"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(template, said):
    with pytest.raises(TemplateError) as refusal:
        check_text(template)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ nobody }}{{ button }}", "unknown placeholder {{ nobody }}"),
        ("{{<b> button }}</b>", "begins no placeholder"),
        ("<p>Hello</p>", "must contain {{ button }} or {{ link }}"),
    ],
)
def test_what_is_wrong_with_html_is_said(template, said):
    with pytest.raises(TemplateError) as refusal:
        check_html(template, MailHtml())
    assert said in str(refusal.value)


def test_a_subject_has_no_link_for_it_is_seen_by_others():
    assert check_subject("{{ asker }}: {{ name }}") == "{{ asker }}: {{ name }}"
    with pytest.raises(TemplateError, match="unknown placeholder"):
        check_subject("{{ link }}")


def test_a_large_template_is_checked_quickly():
    html = "<p>{{ name }}</p>" * 2900 + BUTTON
    assert check_html(html, MailHtml()) == html
