"""The AWS account and region, with or without a stack: who asks, the clock, Lambda's room, SES's standing."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from tools.doctor.finding import Finding, judged
from tools.doctor.patient import Patient

MOST_CLOCK_SECONDS = 60
"""AWS refuses signatures that are five minutes off; a minute is no more an accident."""
LEAST_CONCURRENCY = 100
MOST_IDENTITIES = 10_000
"""Of SES in one region; more only through AWS's account manager (SES developer guide, "Service quotas")."""
FULL = 0.8
CONSOLE = "https://console.aws.amazon.com/ses/home#/account"


def credentials(patient: Patient) -> Iterator[Finding]:
    """Does AWS know who asks?"""
    who = patient.identity
    yield judged("credentials", True, f"account {who['Account']}, as {who['Arn']}", "")


def clock(patient: Patient) -> Iterator[Finding]:
    """Is this machine's clock AWS's?"""
    headers = patient.identity["ResponseMetadata"]["HTTPHeaders"]
    apart = abs((parsedate_to_datetime(headers["date"]) - patient.now()).total_seconds())
    yield judged(
        "clock",
        apart <= MOST_CLOCK_SECONDS,
        f"this machine's clock and AWS's are {apart:.0f} s apart",
        "set the clock (NTP): AWS refuses what is signed five minutes off, and deployments fail for it",
    )


def concurrency(patient: Patient) -> Iterator[Finding]:
    """May enough functions run at once? New accounts start with ten."""
    limit = patient.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    yield judged(
        "lambda_concurrency",
        limit >= LEAST_CONCURRENCY,
        f"Lambda runs at most {limit} functions at once in this region",
        "ask for more: Service Quotas, AWS Lambda, Concurrent executions (L-B99A9384); 1000 is usual and costs nothing",
    )


def ses_standing(patient: Patient) -> Iterator[Finding]:
    """SES: out of the sandbox, sending, unblemished, with quota left, at which price."""
    account = patient.client("sesv2").get_account()
    yield judged(
        "ses_production",
        bool(account.get("ProductionAccessEnabled")),
        "SES is out of the sandbox" if account.get("ProductionAccessEnabled") else "SES is in its sandbox",
        f"ask for production access at {CONSOLE}: till then mail goes to verified addresses and the simulator alone",
    )
    status = account.get("EnforcementStatus", "HEALTHY")
    yield judged(
        "ses_sending",
        bool(account.get("SendingEnabled")) and status == "HEALTHY",
        f"SES sends: {'yes' if account.get('SendingEnabled') else 'no'}; AWS's word on the account: {status}",
        "see SES's Account dashboard and answer AWS's review there; no mail leaves while sending is off",
    )
    quota = account.get("SendQuota", {})
    most, sent = quota.get("Max24HourSend", 0.0), quota.get("SentLast24Hours", 0.0)
    yield judged(
        "ses_quota",
        most == -1 or sent <= FULL * most,
        f"{sent:.0f} of {most:.0f} mails in 24 hours, {quota.get('MaxSendRate', 0.0):.0f} a second",
        "ask for more: Service Quotas, Amazon SES, Sending quota; mails beyond it wait",
    )
    plan = account.get("PricingAttributes", {}).get("CurrentPlan")
    yield judged(
        "ses_plan",
        plan in (None, "NONE"),
        "SES is paid by the mail: $0.10 a thousand"
        if plan in (None, "NONE")
        else f"SES is on the plan {plan}",
        "Letterhead uses nothing of a plan, and Essentials is $0.16 a thousand instead of $0.10;"
        " aws sesv2 put-account-pricing-attributes --plan NONE",
    )


def identities_left(patient: Patient) -> Iterator[Finding]:
    """How many more domains and addresses SES takes in this region."""
    ses, count, more = patient.client("sesv2"), 0, {}
    while True:
        page = ses.list_email_identities(PageSize=1000, **more)
        count += len(page["EmailIdentities"])
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    yield judged(
        "ses_identities",
        count <= FULL * MOST_IDENTITIES,
        f"{count} of {MOST_IDENTITIES} SES identities of this region are used",
        "ask AWS's account manager for more, or take a second region (docs/scale.md)",
    )
