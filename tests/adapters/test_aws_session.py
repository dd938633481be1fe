"""One botocore session for the process."""

from __future__ import annotations

from letterhead.adapters.aws_session import session
from letterhead.adapters.tables.connection import connection


def test_everybody_who_asks_gets_the_same_session(aws_environment):
    assert session() is session()


def test_the_tables_connection_uses_it(aws_environment):
    assert connection().session is session()
