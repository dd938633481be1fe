"""The names that the stack lives under, and whether its functions reach the DNS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import urllib3

from tools.doctor.finding import Finding, Mark, judged
from tools.doctor.patient import Patient

PATH = "/.well-known/letterhead"
LOOKED_UP = "amazonses.com"
"""A name that any resolver knows; in the local cloud, whose nameserver knows no other, an answer of any kind will do."""
AGAIN = urllib3.Retry(1, redirect=0, raise_on_redirect=False)
"""A second try, for the first may meet a cold start; redirects are answers."""
FUNCTION_OUTPUT = "DnsProbeFunction"


def public_url(patient: Patient) -> Iterator[Finding]:
    """Does the address that confirmation links lead to answer as this deployment?"""
    url = patient.parameter("PublicUrl") or patient.output("ApiUrl")
    pool = urllib3.PoolManager(retries=AGAIN, timeout=urllib3.Timeout(total=15))
    host = urlsplit(url).hostname
    try:
        answer = pool.request("GET", f"{url}{PATH}")
        says, right = f"{url} answers {answer.status}", answer.status == 200
    except urllib3.exceptions.HTTPError as error:
        cause = getattr(error, "reason", None) or error
        says, right = f"{url} doesn't answer: {type(cause).__name__}", False
    fix = (
        f"point {host} at the API: a custom domain of API Gateway with a certificate, and its CNAME or alias in the DNS;"
        " or leave PublicUrl empty"
        if patient.parameter("PublicUrl")
        else "that is the API's own address: see whether this machine reaches AWS and its names, then `make deploy` again"
    )
    yield judged("public_url", right, says, fix)


def resolvers(patient: Patient) -> Iterator[Finding]:
    """Does a question to the DNS, asked from Lambda as every check of a domain asks, get an answer?"""
    function = patient.output(FUNCTION_OUTPUT)
    if not function:
        fix = "deploy this version: `make deploy`"
        yield Finding("resolver", Mark.UNKNOWN, "the stack names no function for it", fix)
        return
    event = {"name": LOOKED_UP, "type": "TXT"}
    answer = patient.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    told = json.loads(answer["Payload"].read())
    answered = told.get("answered") is True
    yield judged(
        "resolver",
        answered,
        f"Lambda asks the DNS and {'is answered' if answered else 'is not answered'}"
        f" ({told.get('says') or told.get('error') or told.get('errorMessage', 'no word')})",
        "see DnsResolvers: each address there must answer UDP and TCP on its port; empty for Lambda's own."
        " A function in a VPC needs a way out",
    )
