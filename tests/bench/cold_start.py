"""What a cold start costs: CPU and memory of each function's init, beside the floor that the AWS client alone sets.

The floor is a botocore session with one DynamoDB client, from the same layer (trimmed data, bytecode). Every case is a process of
its own that ends without teardown, as a sandbox does; cases take turns, so that a busy machine disturbs all alike.
`python -m tests.bench.cold_start` needs `make build` first.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse

from tests.bench.results import note

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".aws-sam" / "build"
ROUNDS = 11
INIT_BOUND = 1.40
VERIFY_BOUND = 2.0
RSS_BOUND_MIB = 48
LAYER_BOUND_MIB = 25

_REPORT = """
import os, resource, sys
used = resource.getrusage(resource.RUSAGE_SELF)
with open("/proc/self/status") as status:  # ru_maxrss would count the process that this one was forked from
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
sys.stdout.write(f"{used.ru_utime + used.ru_stime} {peak / 1024}")
sys.stdout.flush()
os._exit(0)
"""
_FLOOR = "import botocore.session\nbotocore.session.get_session().create_client('dynamodb')"
_INIT = "import app\nfrom letterhead.adapters.tables.connection import connection\nconnection().client"
_INIT_WITHOUT_STORE = "import app"
_FIRST_VERIFY = f"{_INIT}\nimport letterhead.domains.check, dns.message, dns.query"


@dataclass(frozen=True)
class Cost:
    """Medians of one case: CPU in milliseconds, peak memory in MiB."""

    cpu: float
    memory: float


def environment_of(function: str, template: Mapping[str, object]) -> dict[str, str]:
    """The function's variables as the template sets them, with a word in place of what only a deployed stack knows."""
    resources = template["Resources"]
    own = resources[function]["Properties"].get("Environment", {}).get("Variables", {})  # type: ignore[index]
    variables = template["Globals"]["Function"]["Environment"]["Variables"] | own  # type: ignore[index]
    defaults = {name: str(parameter.get("Default", "")) for name, parameter in template["Parameters"].items()}  # type: ignore[attr-defined]
    given = {
        name: value if isinstance(value, str) else defaults.get(value.get("Ref", ""), "false")
        for name, value in variables.items()
    }
    return given | {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }


def measure(
    cases: Mapping[str, tuple[str, str | None, Mapping[str, str]]], rounds: int = ROUNDS
) -> dict[str, Cost]:
    """Each case's cost; a case is the code, the function's folder or None, and its environment."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (code, function, variables) in cases.items():
            seen[name].append(_once(code, function, variables))
    return {
        name: Cost(
            statistics.median(cpu for cpu, _ in runs) * 1000, statistics.median(memory for _, memory in runs)
        )
        for name, runs in seen.items()
    }


def _once(code: str, function: str | None, variables: Mapping[str, str]) -> tuple[float, float]:
    layers = [BUILD / layer / "python" for layer in ("LetterheadLayer", "DependenciesLayer")]
    path = os.pathsep.join(map(str, [*layers, *([BUILD / function] if function else [])]))
    run = subprocess.run(
        [sys._base_executable, "-S", "-c", code + _REPORT],  # type: ignore[attr-defined]
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    cpu, memory = run.stdout.split()
    return float(cpu), float(memory)


def run(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """All cases as rows: name, milliseconds, ratio to the floor, its bound, MiB."""
    template = yaml_parse((BUILD / "template.yaml").read_text())
    http = sorted(
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
        and any(event["Type"] == "HttpApi" for event in resource["Properties"].get("Events", {}).values())
    )
    base = environment_of(http[0], template)
    cases: dict[str, tuple[str, str | None, Mapping[str, str]]] = {"floor": (_FLOOR, None, base)}
    for name in http:
        stores = any(variable.endswith("_TABLE") for variable in environment_of(name, template))
        cases[name] = (_INIT if stores else _INIT_WITHOUT_STORE, name, environment_of(name, template))
    cases["DomainsFunction, first verify"] = (
        _FIRST_VERIFY,
        "DomainsFunction",
        environment_of("DomainsFunction", template),
    )
    costs = measure(cases, rounds)
    floor = costs["floor"].cpu
    return [
        {
            "case": name,
            "cpu_ms": round(cost.cpu, 1),
            "ratio": round(cost.cpu / floor, 2),
            "bound": None if name == "floor" else VERIFY_BOUND if "verify" in name else INIT_BOUND,
            "rss_mib": round(cost.memory, 1),
        }
        for name, cost in costs.items()
    ]


def note_layers() -> None:
    """How large each layer is, unpacked, with its bytecode."""
    for layer, bound in (("DependenciesLayer", LAYER_BOUND_MIB), ("LetterheadLayer", None)):
        size = sum(path.stat().st_size for path in (BUILD / layer).rglob("*") if path.is_file())
        note("layer size", layer, size / 2**20, "MiB", bound=bound)


def main() -> None:
    """Print the table."""
    note_layers()
    print(f"{'case':<32}{'CPU ms':>8}{'ratio':>7}{'bound':>7}{'MiB':>7}")
    for row in run():
        if row["bound"] is not None:
            floor = row["cpu_ms"] / row["ratio"]
            note("cold start", row["case"], row["cpu_ms"], "ms", floor=floor, bound=row["bound"])
            note("cold start, memory", row["case"], row["rss_mib"], "MiB", bound=RSS_BOUND_MIB)
        print(
            f"{row['case']:<32}{row['cpu_ms']:>8}{row['ratio']:>7}{row['bound'] or '':>7}{row['rss_mib']:>7}"
        )


if __name__ == "__main__":
    main()
