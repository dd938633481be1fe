"""The template language: what it fills in, and what may not stand in it."""

from __future__ import annotations

import pytest

from letterhead.adapters.mail_templates import LARGEST, MailTemplates
from letterhead.templates.template import MissingVariablesError, RenderedTooLargeError, UnfitVariablesError

LANGUAGE = MailTemplates()


@pytest.mark.parametrize(
    ("source", "variables", "expected"),
    [
        ("Hi {{ name }}", {"name": "Amy"}, "Hi Amy"),
        ("Hi {{ name }}", {"name": "<b>&\"'"}, "Hi &lt;b&gt;&amp;&#34;&#39;"),
        ('{{ name|default("you") }}', {}, "you"),
        ("{{ customer.name }}", {"customer": {"name": "Amy"}}, "Amy"),
        ("{{ customer.items }}", {"customer": {"items": "a key"}}, "a key"),
        ("{{ rows[1] }}", {"rows": ["a", "b"]}, "b"),
        ("{% if vip %}VIP{% else %}you{% endif %}", {}, "you"),
        ("{% if name %}Hi {{ name }}{% endif %}", {"name": "Amy"}, "Hi Amy"),
        (
            "{% for row in rows %}{{ loop.index }}{{ row.n }};{% endfor %}",
            {"rows": [{"n": 1}, {"n": 2}]},
            "11;22;",
        ),
        ("{{ name|upper|trim }}", {"name": " amy "}, "AMY"),
        ("{{ n }}", {"n": 3}, "3"),
        ("{% raw %}{{ x }}{% endraw %}\n", {}, "{{ x }}\n"),
    ],
)
def test_variables_are_filled_in_and_escaped(source, variables, expected):
    assert LANGUAGE.fill(source, variables, html=True) == expected


def test_text_is_not_escaped():
    assert LANGUAGE.fill("{{ a }}", {"a": "<b>"}, html=False) == "<b>"


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("{{ a }}{{ b.c }}", {"a", "b"}),
        ('{{ a|default("x") }}', set()),
        ("{% if a %}{{ a }}{{ b }}{% endif %}", {"b"}),
        ("{% if a is defined %}{{ a }}{% endif %}", set()),
        ("{% for x in rows %}{{ x.a }}{{ y }}{% endfor %}", {"rows", "y"}),
        ("nothing", set()),
    ],
)
def test_what_a_template_needs_is_known_before_it_is_filled(source, needed):
    assert LANGUAGE.variables(source) == needed


@pytest.mark.parametrize(
    "source",
    [
        "{{ x", "{% if x %}", "{{ 1 * 2 }}", "{{ 'a' * 1000000000 }}", "{{ range(10) }}", "{{ x() }}", "{{ x|attr('y') }}",
        "{{ x|map('upper') }}", "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}", "{% block a %}{% endblock %}",
        "{% macro m() %}{% endmacro %}", "{% set a = 1 %}", "{% call x() %}{% endcall %}", "{{ x ~ y }}", "{{ [1] }}", "{{ {} }}",
        "{{ x[1:2] }}", "{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}",
        "{% for a in x recursive %}{{ loop(a) }}{% endfor %}", "{{ x is divisibleby 3 }}", "{{ x if y }}",
        "{{ x|weighed }}", "{{ x|passes(0) }}", "{{ x }}" * 50_000, "{{ " + "x or " * 50_000 + "x }}", "{{ self }}",
        "{{ " + "(" * 500 + "x" + ")" * 500 + " }}", "{% if x %}" * 200 + "{% endif %}" * 200, "{% debug %}",
    ],
)  # fmt: skip
def test_what_a_mail_does_not_need_cannot_stand_in_a_template(source):
    with pytest.raises(ValueError, match=r"."):
        LANGUAGE.variables(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ x.__init__ }}",
        "{{ x['__class__'] }}",
        "{{ loop.cycle }}",
        "{{ x.format }}",
        "{{ x.count }}",
    ],
)
def test_nothing_of_python_is_reached(source):
    with pytest.raises(MissingVariablesError):
        LANGUAGE.fill(source, {"x": "text", "loop": {}}, html=True)


def test_what_lacks_inside_a_variable_is_named():
    with pytest.raises(MissingVariablesError, match="surname"):
        LANGUAGE.fill("{{ customer.surname }}", {"customer": {"name": "Amy"}}, html=True)


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("{{ x|join(x) }}", {"x": "a" * 100_000}),
        ("{{ x|join(y)|length }}", {"x": ["a"] * 10_000, "y": "b" * 10_000}),
        ("{% for a in x %}{{ y|upper|length }}{% endfor %}", {"x": ["a"] * 100_000, "y": "b" * 100_000}),
        ("{% for a in x %}{{ y|upper|length }}{% endfor %}", {"x": ["a"] * 10_000, "y": [["b"] * 10_000]}),
        (
            "{% for a in x %}{% if y == z %}{% endif %}{% endfor %}",
            {"x": "a" * 10_000, "y": [0] * 9_000, "z": [0] * 9_000},
        ),
        ("{% for a in x %}" + "{% if a %}{% endif %}" * 1_000 + "{% endfor %}", {"x": [0] * 10_000}),
        (f"{{{{ '{'a' * 5_000}'|join('{'b' * 5_000}') }}}}", {}),
    ],
)
def test_filters_work_through_only_so_much(source, variables):
    with pytest.raises(RenderedTooLargeError):
        LANGUAGE.fill(source, variables, html=False)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ x < 5 }}", "a"),
        ("{% if 5 in x %}{% endif %}", 5),
        ("{{ x|length }}", 5),
        ("{{ x|join }}", True),
        ("{{ x|first }}", 5),
        ("{{ 'a'|trim(x) }}", 5),
        ("{% for a in x %}{% endfor %}", 5),
    ],
)
def test_a_value_of_another_kind_than_the_template_needs_is_refused(source, value):
    with pytest.raises(UnfitVariablesError):
        LANGUAGE.fill(source, {"x": value}, html=False)


def test_variables_may_have_any_name_and_are_compared_as_they_are():
    variables = {"self": 1, "context": 2, "environment": "A&B", "rows": [1, 2]}
    source = "{{ context }}{% if environment == 'A&B' and 2 in rows and y == 1 %}{% else %}{{ environment }}{% endif %}"
    assert LANGUAGE.fill(source, variables, html=True) == "2A&amp;B"


def test_a_template_cannot_grow_beyond_what_a_mail_may_be():
    rows = ["x"] * 2_000
    with pytest.raises(RenderedTooLargeError):
        LANGUAGE.fill(
            "{% for row in rows %}{{ big }}{% endfor %}",
            {"rows": rows, "big": "y" * (LARGEST // 1_000)},
            html=True,
        )
