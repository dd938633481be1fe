"""The catalogue is whole: every code described, published, and met in the corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from letterhead.domains.diagnosis.catalogue import CATALOGUE, Weight
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.records import RecordStatus
from local.diagnose.catalogue_page import page
from tests.domains.diagnosis.cases import corpus

PAGE = Path(__file__).parents[3] / "docs" / "diagnosis.md"
CASES = [
    case
    for name in ("dkim", "mail_from", "spf", "dmarc", "zone", "harmless", "transient")
    for case in corpus(name)
]


@pytest.mark.parametrize("code", Code)
def test_every_code_is_described(code):
    entry = CATALOGUE[code]
    assert all(text.endswith(".") for text in (entry.meaning, entry.recognised, entry.fix))
    assert entry.source


@pytest.mark.parametrize("code", Code)
def test_every_code_is_found_somewhere_in_the_corpus(code):
    assert any(code in row.codes for case in CASES for row in case.expect.values())


@pytest.mark.parametrize("code", [code for code, entry in CATALOGUE.items() if entry.weight is Weight.NOTE])
def test_a_note_is_never_the_reason_of_a_failure(code):
    rows = [row for case in CASES for row in case.expect.values() if row.codes == (code.value,)]
    assert all(row.status is not RecordStatus.FAILED for row in rows)


def test_the_published_page_is_the_one_that_the_code_makes():
    assert PAGE.read_text() == page(), "run `python -m local.diagnose.catalogue_page`"
