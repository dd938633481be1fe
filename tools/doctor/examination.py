"""All looks, in order. One that AWS refuses is a finding too, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from tools.doctor import account, hosts, mail, senders, stack
from tools.doctor.finding import Finding, Mark, gone
from tools.doctor.patient import Patient

Look = Callable[[Patient], Iterator[Finding]]

BEFORE: Sequence[Look] = (account.clock, account.concurrency, account.ses_standing, account.identities_left)
DEPLOYED: Sequence[Look] = (
    stack.state,
    stack.functions,
    stack.schedules,
    stack.dead_letters,
    stack.alarms,
    stack.tables,
    stack.logs,
    stack.keys,
    mail.configuration_set,
    mail.events,
    mail.simulator,
    senders.dkim,
    senders.shared_sender,
    senders.sandbox_domain,
    senders.link_host_target,
    senders.dmarc_reports,
    hosts.public_url,
    hosts.resolvers,
)
GONE = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NotFound",
        "NotFoundException",
        "ResourceNotFoundException",
    }
)


def examine(patient: Patient) -> Iterator[Finding]:
    """Every finding: of the account, and of the stack once there is one."""
    found = list(_looked(account.credentials, patient))
    yield from found
    if any(each.mark is not Mark.TICK for each in found):
        return
    for look in BEFORE:
        yield from _looked(look, patient)
    if patient.stack is None:
        says = f"there is no stack {patient.stack_name} yet"
        yield Finding("stack_state", Mark.UNKNOWN, says, "`make deploy` makes it; the rest is looked at then")
        return
    for look in DEPLOYED:
        yield from _looked(look, patient)


def _looked(look: Look, patient: Patient) -> Iterator[Finding]:
    try:
        yield from look(patient)
    except ClientError as error:
        code, said = error.response["Error"]["Code"], " ".join(str(error).split())
        if code in GONE and look in DEPLOYED:
            yield gone(patient.stack_name, said)
            return
        fix = (
            "give whoever asks that permission"
            if "AccessDenied" in code
            else "ask again, or see what it says"
        )
        yield Finding(look.__name__, Mark.UNKNOWN, said, fix)
    except BotoCoreError as error:
        fix = "see that credentials (`aws sts get-caller-identity`), a region and the network are there"
        yield Finding(look.__name__, Mark.UNKNOWN, " ".join(str(error).split()), fix)
