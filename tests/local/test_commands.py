"""The commands' answers when nothing runs, and what an old Python or a half-made environment gets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from local import __main__ as entry
from local import commands
from local.checkout import REPOSITORY, Checkout
from local.commands import run_command

HOLD = """
import sys, time
from pathlib import Path
from local.process_lock import held_lock
with held_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    """The commands replace the process's environment; it is put back afterwards."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_an_old_python_gets_one_line(monkeypatch, capsys):
    monkeypatch.setattr(entry, "OLDEST_PYTHON", (99, 0))

    assert entry.main() == 1

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("Letterhead needs Python 3.11 or newer and this is 3.")


def test_down_without_a_cloud_is_fine_and_removes_leftovers(tmp_path, capsys):
    (tmp_path / ".local/tmp").mkdir(parents=True)
    (tmp_path / ".local/stack.json").write_text("{}")

    assert run_command(["--project", str(tmp_path), "down"]) == 0

    assert capsys.readouterr().out == "No local cloud was running here.\n"
    assert not (tmp_path / ".local/stack.json").exists()
    assert not (tmp_path / ".local/tmp").exists()


def test_down_stops_every_cloud_of_the_folder(tmp_path, capsys):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(Checkout(tmp_path, "second").supervisor_lock)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as second:
        assert second.stdout.readline() == "held\n"

        assert run_command(["--project", str(tmp_path), "down"]) == 0

        assert second.wait(10) == -signal.SIGTERM
    assert capsys.readouterr().out == "The local cloud is stopped.\n"


def test_clouds_of_one_folder_share_the_build_alone(tmp_path):
    one, other = Checkout(tmp_path), Checkout(tmp_path, "second")

    paths = [name for name in vars(Checkout) if isinstance(vars(Checkout)[name], property)]
    same = {name for name in paths if getattr(one, name) == getattr(other, name)}
    assert same == {"template", "state", "build", "build_cache", "build_lock"}


def test_a_folder_without_a_template_is_one_line(tmp_path, capsys):
    assert run_command(["--project", str(tmp_path), "up"]) == 1

    said = capsys.readouterr()
    assert said.err == (
        f"letterhead: There is no template.yaml in {tmp_path}: run make in the repository's folder\n"
    )


def test_logs_without_a_cloud_are_one_line(tmp_path, capsys):
    assert run_command(["--project", str(tmp_path), "logs"]) == 1

    assert capsys.readouterr().err.startswith("letterhead: No local cloud is up here")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            ModuleNotFoundError("No module named 'aiohttp'", name="aiohttp"),
            "aiohttp isn't installed here: run make",
        ),
        (RuntimeError("two\nlines"), "RuntimeError: two lines (all of it: .local/logs/supervisor.log)"),
    ],
)
def test_what_nobody_foresaw_is_one_line_too(tmp_path, monkeypatch, capsys, error, line):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(commands, "_down", fail)

    assert run_command(["--project", str(tmp_path), "down"]) == 1

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(f"letterhead: {line}")
