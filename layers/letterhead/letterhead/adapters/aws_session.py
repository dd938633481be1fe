"""One session for the process, so that botocore's data is loaded once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.session import Session, get_session

if TYPE_CHECKING:
    from boto3.session import Session as Boto3Session


@cache
def session() -> Session:
    """The process's session.

    Its clients' User-Agent is put together here: botocore's own is made anew twice a call, which takes longer than signing it.
    """
    made = get_session()
    application = made.get_config_variable("user_agent_appid")
    agent = made.user_agent() + (f" app/{application}" if application else "")
    made.set_default_client_config(Config(user_agent=agent))
    return made


@cache
def boto3_session() -> Boto3Session:
    """The same with boto3's clients.

    One for all adapters: each boto3 session adds its own extras of S3 to the botocore session below it, and a client of S3
    can't be made where they have been added twice.
    """
    import boto3

    return boto3.session.Session(botocore_session=session())
