"""What docs/cluster.md tells to do works: what can be run here is, of the rest options and names are looked up."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask
import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
PROGRAMS = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
RIGHT = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")


def block(mark: str) -> str:
    """Return the block below a comment."""
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w+\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found, mark
    return found[1]


def dask_commands() -> Iterator[list[str]]:
    """Yield the arguments of each `dask …` that the page has, in lines of their own, in a text or in the manifest."""
    told = re.findall(r"^ {4}(?:\w+=\S+ )?dask (.*)$", PAGE, re.MULTILINE)
    for spec in (manifest()["spec"][kind]["spec"] for kind in ("scheduler", "worker")):
        told.append(shlex.join(spec["containers"][0]["args"][1:]))
    for line in told:
        yield shlex.split(line)


def manifest() -> dict[str, Any]:
    """Return the cluster that the page has for Kubernetes."""
    read: dict[str, Any] = yaml.safe_load(block("manifest"))
    return read


def test_dask_knows_every_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values and files are as Click wants them; a program that lets unknown options pass is asked for those it has."""
    monkeypatch.chdir(tmp_path)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).touch()
    seen = 0
    for program, *arguments in dask_commands():
        PROGRAMS[program].make_context(program, [each.replace("HOST", "h") for each in arguments])
        known = {name for option in PROGRAMS[program].params for name in (*option.opts, *option.secondary_opts)}
        assert {each.partition("=")[0] for each in arguments if each.startswith("-")} <= known
        seen += 1
    assert seen == 6


def test_manifest_is_one_cluster() -> None:
    """The scheduler is found by the name of the cluster, and the port that is named is there."""
    found = manifest()
    scheduler, worker = found["spec"]["scheduler"], found["spec"]["worker"]
    assert found["kind"] == "DaskCluster"
    assert scheduler["service"]["selector"]["dask.org/cluster-name"] == found["metadata"]["name"]
    ports = {port["name"] for port in scheduler["spec"]["containers"][0]["ports"]}
    assert {port["targetPort"] for port in scheduler["service"]["ports"]} <= ports
    [container] = worker["spec"]["containers"]
    assert container["image"] == scheduler["spec"]["containers"][0]["image"]
    [annotation] = worker["metadata"]["annotations"]
    assert annotation.rpartition("/")[2] == container["name"]
    assert f"service/{found['metadata']['name']}-scheduler" in PAGE


def test_configuration_that_is_set_is_dask_s_own() -> None:
    """A variable of another name would be ignored, and certificates with it."""
    named = re.findall(r"^ {4}export (DASK_\w+)=(\S+)$", PAGE, re.MULTILINE)
    assert len(named) == 3
    known = dask.config.get("distributed.comm.tls")
    for name in dask.config.collect_env(dict(named))["distributed"]["comm"]["tls"]:
        assert dask.config.canonical_name(name, known) in known


def test_python_on_the_page_is_python() -> None:
    """Slurm itself is not here."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    for text in blocks:
        compile(text, "page", "exec")


def test_who_can_make_sandboxes_is_told() -> None:
    """The line of the table, as a worker's machine would be asked."""
    [code] = re.findall(r'`python -c "(.*?)"`', PAGE)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(("(<Maker", "(None"))


@pytest.mark.sample
@pytest.mark.skipif(sys.platform != "linux", reason="workers have sandboxes on Linux")
def test_cluster_on_one_machine(tmp_path: Path) -> None:
    """The page's own program and the page's own line grade a class."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    program = tmp_path / "cluster.py"
    program.write_text(block("run: cluster.py").replace("8786", port), encoding="utf-8")
    class_, out, temporary = tmp_path / "class", tmp_path / "out", tmp_path / "tmp"
    for folder in (class_, temporary):
        folder.mkdir()
    (class_ / "right.py").write_text(RIGHT, encoding="utf-8")
    (class_ / "wrong.py").write_text(RIGHT.replace("CrossEntropyLoss()", 'CrossEntropyLoss(reduction="sum")'), "utf-8")
    line = block("run").strip().replace("CLASS", str(class_)).replace("OUT", str(out)).replace("8786", port)
    variables = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables, cwd=ROOT
    ) as cluster:
        assert cluster.stdout is not None
        assert cluster.stdin is not None
        assert cluster.stdout.readline().decode().strip() == f"tcp://127.0.0.1:{port}"
        command = [sys.executable, *shlex.split(line)[1:]]
        done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False)
        cluster.stdin.write(b"\n")
        cluster.stdin.flush()
        assert cluster.wait(120) == 0
    assert done.stdout.splitlines() == ["right  95 / 95", "wrong  91 / 95"], done.stderr
    assert (done.returncode, "in sandboxes" in done.stderr) == (0, True)
    report = (out / "right" / "report.json").read_text(encoding="utf-8")
    page = (out / "right" / "report.html").read_text(encoding="utf-8")
    assert '"submission": "right.py"' in report
    assert str(temporary) not in report + page
    assert {path.name for path in temporary.iterdir()} <= {"dask-scratch-space"}
