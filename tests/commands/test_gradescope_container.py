"""Gradescope's scripts in a root of its own, where /autograder is /autograder; programs that install only note it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from grading import RUBRIC, hurried
from readers import RESULTS_SCHEMA

from graders.commands.teacher import gradescope

ROOT = Path(__file__).resolve().parents[2]
STANDIN = """#!/bin/sh
# {name}, which installs nothing: it notes what it was asked
case "$*" in
  "-m venv "*) mkdir -p "$3/bin"; cp /autograder/made/python /autograder/made/pip "$3/bin" ;;
  *sys.version_info*) exit {old} ;;
  *ensurepip*) [ -e /autograder/made/{ensurepip} ] && exit 0; exit 1 ;;
  *) exec "{real}" "$@" ;;
esac
echo "{name} $*" >> /autograder/asked.txt
"""
NOTED = """#!/bin/sh
echo "{name} $*" >> /autograder/asked.txt
{then}
"""


@dataclass
class Container:
    """Gradescope's container, as far as scripts see it: /autograder, programs first on the path, no network."""

    base: Path

    def add(self, name: str, text: str, folder: str = "programs") -> None:
        """Add a program."""
        path = self.base / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def add_python(self, name: str, old: bool = False, venv: bool = True, folder: str = "programs") -> None:
        """Add a Python that is too old or not, and has what a virtual environment needs or not."""
        ensurepip = "." if venv else f"{name}-venv"
        self.add(name, STANDIN.format(name=name, old=int(old), ensurepip=ensurepip, real=sys.executable), folder)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run one of the two scripts as Gradescope does: by its path, in /autograder."""
        places = [place for place in sorted(Path("/").iterdir()) if place.name != "autograder"]
        links = [["--symlink", str(place.readlink()), str(place)] for place in places if place.is_symlink()]
        binds = [["--dev-bind", str(place), str(place)] for place in places if not place.is_symlink()]
        own = [["--bind", str(self.base), "/autograder"], ["--unshare-net", "--chdir", "/autograder"]]
        variables = {
            "PATH": f"/autograder/programs:{os.environ['PATH']}",
            "HOME": "/autograder/home",
            "LANG": "C.UTF-8",
        }
        command = ["bwrap", *(word for words in (*links, *binds, *own) for word in words), script]
        return subprocess.run(command, env=variables, capture_output=True, encoding="utf-8", check=False, timeout=300)

    @property
    def asked(self) -> list[str]:
        """What installing was asked for, in order."""
        return (self.base / "asked.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def container(tmp_path: Path) -> Container:
    """Make the container with the archive unpacked, before setup.sh has run; there is no Python in it that is new."""
    if not shutil.which("bwrap") or subprocess.run(["bwrap", "--dev-bind", "/", "/", "true"], check=False).returncode:
        pytest.skip("needs bubblewrap, for a root of its own")
    base = tmp_path / "autograder"
    for name in ("source", "submission", "results", "home"):
        (base / name).mkdir(parents=True)
    rubric = tmp_path / "rubric.toml"
    rubric.write_text(hurried(RUBRIC.read_text(encoding="utf-8")), encoding="utf-8")
    gradescope.build(tmp_path / "autograder.zip", "en", rubric)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as packed:
        for entry in packed.infolist():
            Path(packed.extract(entry, base / "source")).chmod(entry.external_attr >> 16)
    shutil.copy(base / "source" / "run_autograder", base)
    made = Container(base)
    made.add("python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "made")
    made.add("pip", NOTED.format(name="pip", then="exit 0"), "made")
    for name in ("python3", *(f"python3.{minor}" for minor in range(11, 15))):
        made.add(name, "#!/bin/sh\nexit 127\n")
    install = 'for name in "$@"; do touch "/autograder/made/$name"; done; [ -e /autograder/late ] || exit 0; '
    made.add("apt-get", NOTED.format(name="apt-get", then=f"{install} cp /autograder/late/* /autograder/programs"))
    return made


FOR_THE_CPU = (
    "pip install -q --no-deps torch torchvision -c constraints.txt --index-url https://download.pytorch.org/whl/cpu"
)
PIP = [*([] if shutil.which("nvidia-smi") else [FOR_THE_CPU]), "pip install -q -e . -c constraints.txt"]


@pytest.mark.sample
def test_container_is_built_and_grades(container: Container) -> None:
    """setup.sh installs with the Python at hand; run_autograder then leaves results, without a network."""
    container.add_python("python3")
    done = container.run("source/setup.sh")
    assert (done.returncode, container.asked) == (0, ["python3 -m venv .venv", *PIP]), done.stderr
    text = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
    bug = text.replace("nn.CrossEntropyLoss()", 'nn.CrossEntropyLoss(reduction="sum")')
    (container.base / "submission" / "lab.py").write_text(bug, encoding="utf-8")
    done = container.run("./run_autograder")
    assert done.returncode == 0, done.stdout
    result = json.loads((container.base / "results" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(result, RESULTS_SCHEMA)
    assert 90 < result["score"] < 100
    assert "synthetic digits" in result["output"]


def test_old_python_is_left_for_a_newer_one(container: Container) -> None:
    """Where Python is too old, the distribution's 3.11 is installed with what a virtual environment needs."""
    container.add_python("python3", old=True)
    container.add_python("python3.11", folder="late")
    done = container.run("source/setup.sh")
    installed = ["apt-get update", "apt-get install -y python3.11 python3.11-venv"]
    assert (done.returncode, container.asked) == (0, [*installed, "python3.11 -m venv .venv", *PIP]), done.stderr


def test_new_python_without_venv_gets_it(container: Container) -> None:
    """Debian and Ubuntu part Python from what a virtual environment needs; a newer one has no 3.11 to install."""
    container.add_python("python3", venv=False)
    done = container.run("source/setup.sh")
    installed = ["apt-get update", "apt-get install -y python3-venv"]
    assert (done.returncode, container.asked) == (0, [*installed, "python3 -m venv .venv", *PIP]), done.stderr


def test_image_without_a_new_python_says_which_to_choose(container: Container) -> None:
    """Who builds the image reads what to change, not only that a package was not found."""
    container.add_python("python3", old=True)
    container.add("apt-get", "#!/bin/sh\nexit 100\n")
    done = container.run("source/setup.sh")
    assert done.returncode != 0
    assert "Ubuntu 22.04" in done.stderr
