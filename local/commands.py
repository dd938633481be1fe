"""The commands behind make: up, run, down, logs."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from local.checkout import REPOSITORY, Checkout, cloud_of
from local.environment import isolated
from local.failure import LocalCloudError, shortened
from local.process_lock import LockHeldError, end_holder, held_lock, lock_holder
from local.terminal import Terminal

STOP_SECONDS = 25
INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended."""


def run_command(arguments: Sequence[str]) -> int:
    """Runs one command; its failure is one line on standard error, its result an exit code."""
    options = _parser().parse_args(arguments)
    users_environment = dict(os.environ)
    os.environ.clear()
    os.environ.update(isolated(users_environment))
    checkout = Checkout(options.project.resolve(), cloud_of(users_environment))
    try:
        return _run(options, checkout, users_environment)
    except LocalCloudError as error:
        print(f"letterhead: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(
            f"letterhead: {error.name} isn't installed here: run make, which makes the environment",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        logging.getLogger(__name__).exception("%s failed", options.command)
        log = checkout.shown(checkout.log("supervisor"))
        print(
            f"letterhead: {type(error).__name__}: {shortened(str(error))} (all of it: {log})", file=sys.stderr
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Letterhead's cloud on this machine."
    )
    parser.add_argument("--project", type=Path, default=REPOSITORY, help="the folder of template.yaml")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start the local cloud and stay until Ctrl-C or `down`")
    commands.add_parser("run", help="start it, play the tour (TOUR=0 leaves it out), and stay")
    commands.add_parser("down", help="stop every local cloud of this checkout")
    logs = commands.add_parser("logs", help="print the functions' log lines")
    logs.add_argument("--follow", action="store_true", help="go on as lines come in")
    return parser


def _run(options: argparse.Namespace, checkout: Checkout, environment: Mapping[str, str]) -> int:
    if options.command == "down":
        return _down(checkout)
    if options.command == "logs":
        from local.function_logs import print_logs

        return print_logs(checkout, follow=options.follow)
    with_tour = options.command == "run" and environment.get("TOUR", "1") != "0"
    try:
        with held_lock(checkout.supervisor_lock):
            return asyncio.run(_up(checkout, environment, with_tour))
    except LockHeldError:
        holder = lock_holder(checkout.supervisor_lock)
        who = f" (process {holder})" if holder else ""
        raise LocalCloudError(
            f"This checkout's local cloud is already up{who}: `make down` stops it"
        ) from None


def _down(checkout: Checkout) -> int:
    stopped = False
    for each in checkout.clouds():
        stopped |= end_holder(each.supervisor_lock, STOP_SECONDS)
        stopped |= end_holder(each.emulator_lock, STOP_SECONDS)
        each.clear()
    print("The local cloud is stopped." if stopped else "No local cloud was running here.")
    return 0


async def _up(checkout: Checkout, environment: Mapping[str, str], with_tour: bool) -> int:
    """Starts everything, plays the tour if asked, and waits for a signal; 0 when one ended a ready cloud."""
    from local.cloud import running_cloud
    from local.tour.play import closing_words, play_tour

    _log_to(checkout.log("supervisor"))
    terminal = Terminal(sys.stdout)
    ready = False
    async with _ended_by_signals():
        try:
            async with running_cloud(checkout, environment, terminal) as cloud:
                ready = True
                if with_tour and not await play_tour(cloud.stack, terminal):
                    return 1
                closing_words(cloud.stack, terminal)
                await cloud.until_broken()
        except asyncio.CancelledError:
            terminal.say("Stopped.")
            return 0 if ready else INTERRUPTED
    return 0


def _log_to(path: Path) -> None:
    """What the parts log, tracebacks among it, goes to a file; the terminal is for sentences."""
    path.parent.mkdir(parents=True, exist_ok=True)
    form = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(filename=path, filemode="w", level=logging.INFO, format=form)


@asynccontextmanager
async def _ended_by_signals() -> AsyncIterator[None]:
    """The first Ctrl-C, SIGTERM or hang-up cancels the task; later ones wait until all is taken down."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    asked = False

    def end() -> None:
        nonlocal asked
        if not asked and task is not None:
            asked = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    yield
