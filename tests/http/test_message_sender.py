"""A batch of messages ends before the function does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from aws_lambda_powertools import Logger

from letterhead.http.message_sender import NEEDED, MessageSender, OutOfTimeError
from letterhead.messages.departure import Departed, DepartureRequest

REQUEST = DepartureRequest("0account00accoun", "0message00messag")


class Sent(list):
    """What was let go."""

    def send(self, request, now):
        self.append(request)
        return Departed.SENT


@pytest.mark.parametrize(("seconds", "leaves"), [(NEEDED + 1, True), (NEEDED, True), (NEEDED - 1, False)])
def test_a_message_is_begun_only_while_there_is_time_for_it(seconds, leaves):
    sent = Sent()
    sender = MessageSender(sent, Logger(service="message_sender"))
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000)
    if leaves:
        sender.send(REQUEST, context)
    else:
        with pytest.raises(OutOfTimeError):
            sender.send(REQUEST, context)
    assert bool(sent) is leaves
