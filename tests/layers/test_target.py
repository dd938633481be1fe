"""What a layer can be built for, and what an operator reads when it can't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from layers.builder import layer
from layers.builder.target import BuildError, Target
from layers.builder.this_machine import this_machine

CHECKOUT = Path(__file__).parents[2]
TARGETS = sorted(path.parent for path in (CHECKOUT / "layers" / "targets").glob("*/Makefile"))
OTHER_MACHINE = {"x86_64": "arm64", "arm64": "x86_64"}


def make(target: Path, goal: str, artifacts: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the makefile as SAM's makefile builder does."""
    return subprocess.run(
        ["make", "--makefile", target / "Makefile", goal],
        check=False,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "ARTIFACTS_DIR": str(artifacts),
            **environment,
        },
        cwd=artifacts,
        capture_output=True,
        text=True,
    )


def test_each_runtime_and_architecture_has_its_folder():
    names = {
        f"python3.{minor}-{architecture}" for minor in (11, 12, 13) for architecture in ("arm64", "x86_64")
    }
    assert {folder.name for folder in TARGETS} == names
    assert len({(folder / "Makefile").read_text() for folder in TARGETS}) == 1


@pytest.mark.parametrize("folder", TARGETS, ids=lambda folder: folder.name)
def test_a_folder_is_the_target_of_its_name(folder):
    assert Target.of_folder(folder.name).name == folder.name


@pytest.mark.parametrize("name", ["python3.9-arm64", "python3.13-riscv", "python3.13", ""])
def test_another_target_is_refused_with_those_that_there_are(name):
    with pytest.raises(BuildError, match=r"runtimes are python3\.11, .* architectures arm64, x86_64"):
        Target.of_folder(name)


def test_wheels_are_chosen_by_the_glibc_of_the_runtime():
    # Amazon Linux 2 (python3.11) has glibc 2.26, Amazon Linux 2023 (from python3.12 on) has 2.34.
    assert Target("python3.11", "x86_64").platforms()[0] == "manylinux_2_26_x86_64"
    assert Target("python3.13", "arm64").platforms()[0] == "manylinux_2_34_aarch64"
    assert "manylinux2014_aarch64" in Target("python3.13", "arm64").platforms()


def test_the_makefile_builds_our_layer_in_a_folder_with_a_space(tmp_path):
    artifacts = tmp_path / "with a space"
    artifacts.mkdir()
    outcome = make(CHECKOUT / "layers" / "targets" / this_machine().name, "build-LetterheadLayer", artifacts)
    assert outcome.returncode == 0, outcome.stderr
    assert (artifacts / "python" / "letterhead" / "settings.py").is_file()


def test_a_missing_python_is_one_line_that_says_what_to_do(tmp_path):
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "python3").symlink_to(sys.executable)
    for program in ("make", "sh"):
        (bare / program).symlink_to(f"/usr/bin/{program}")
    outcome = make(
        CHECKOUT / "layers" / "targets" / "python3.13-arm64",
        "build-DependenciesLayer",
        tmp_path,
        PATH=str(bare),
    )
    line = outcome.stderr.splitlines()[0]
    assert outcome.returncode != 0
    assert line.startswith("DependenciesLayer: python3.13 is not on PATH")
    assert "Traceback" not in outcome.stderr


def test_a_program_of_that_name_that_is_another_python_is_passed_over(tmp_path, monkeypatch):
    other = "python3.12" if this_machine().runtime != "python3.12" else "python3.13"
    shim = tmp_path / other
    shim.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match=f"{other} is not on PATH"):
        Target(other, "arm64").compiler()


def test_a_layer_that_the_template_does_not_have_is_refused(tmp_path):
    with pytest.raises(BuildError, match="DependenciesLayer and LetterheadLayer"):
        layer.build("OtherLayer", this_machine(), tmp_path)


@pytest.mark.slow_build
@pytest.mark.parametrize(
    "target", [Target("python3.13", "arm64"), Target("python3.11", "x86_64")], ids=lambda t: t.name
)
def test_the_dependencies_of_any_target_can_be_put_together_on_this_machine(target, tmp_path):
    layer.assemble(target, tmp_path / "python")
    assert (tmp_path / "python" / "pynamodb" / "models.py").is_file()
    assert (tmp_path / "python" / "botocore" / "data" / "sesv2").is_dir()
    assert not (tmp_path / "python" / "botocore" / "data" / "ec2").exists()
    foreign = [path.name for path in (tmp_path / "python").rglob("*.so") if "linux-gnu" in path.name]
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[target.architecture]
    assert [name for name in foreign if machine not in name] == []


def test_a_build_with_the_same_pins_takes_the_kept_layer(dependencies_layer, tmp_path, monkeypatch):
    def install_again(*_):
        pytest.fail("the pins have not changed, so nothing should be installed")

    monkeypatch.setattr(layer, "assemble", install_again)
    layer.build("DependenciesLayer", this_machine(), tmp_path)
    assert (tmp_path / "python" / "botocore").is_dir()
