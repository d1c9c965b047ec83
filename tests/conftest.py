"""What tests share: a tiny MNIST whose sums take the place of the real ones, and the options that choose a layer."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import filelock
import layers
import platformdirs
import pytest
from lxml import etree
from tiny_mnist import NAMES, TEST, TRAIN, random_split

from graders.commands import judging
from graders.digits import idx, mirrors
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

pytest.register_assert_rewrite("readers", "grading", "doubling_lab")  # so that a failure there tells its values


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose a layer of the tests."""
    layers.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Make the layers' marks known."""
    layers.describe(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to layers that nobody asked for."""
    layers.choose(config, items)


NURSERY = pytest.StashKey[Path]()


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_configure_node(node: Any) -> None:
    """Give each process of pytest-xdist's the nursery that all of them share: this process runs it."""
    if sys.platform != "linux":
        return
    if NURSERY not in node.config.stash:
        running = contextlib.ExitStack()
        node.config.stash[NURSERY] = running.enter_context(_nursery())
        node.config.add_cleanup(running.close)
    node.workerinput["nursery"] = str(node.config.stash[NURSERY])


def _nursery() -> contextlib.AbstractContextManager[Path]:
    from graders.harness.link.nursery import Kind, nursery

    return nursery(Kind.WORKERS, SPEC.workers_ready)


@pytest.fixture(scope="session")
def nursery_socket(pytestconfig: pytest.Config) -> Iterator[Path | None]:
    """Return the socket of a nursery for all tests, where the system can: a worker then starts in milliseconds."""
    shared = getattr(pytestconfig, "workerinput", {}).get("nursery")
    if shared or sys.platform != "linux":
        yield Path(shared) if shared else None
        return
    with _nursery() as path:
        yield path


@pytest.fixture(scope="session")
def judges() -> Iterator[Path | None]:
    """Return the socket of this process's own nursery of judges: whoever has it started is the only one to be answered.

    Where coverage is measured, it is measured in them, too.
    """
    if sys.platform != "linux":
        yield None
        return
    from graders.harness.link import nursery

    def run_pytest(
        socket: Path, folder: Path, variables: dict[str, str], arguments: Sequence[str], own_core: bool = False
    ) -> tuple[int, str]:
        found = ["-o", f"pythonpath={Path(__file__).parent}", "-p", "coverage_of_judges"]
        return forked(socket, folder, variables, [*arguments, *found], own_core)

    forked = nursery.run_pytest
    modules = [*judging.judges_import(SPEC), "coverage"]
    with pytest.MonkeyPatch.context() as patch, nursery.nursery(nursery.Kind.JUDGES, modules) as path:
        patch.setattr(nursery, "run_pytest", run_pytest)
        yield path


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of this run, which all processes of pytest-xdist's share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def once(shared_folder: Path) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that has a folder filled once a run, by whichever process asks first; the others wait."""

    def filled(name: str, fill: Callable[[Path], object]) -> Path:
        folder, whole = shared_folder / name, shared_folder / f"{name}.done"
        with filelock.FileLock(shared_folder / f"{name}.lock"):
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)  # a first try has failed
                folder.mkdir()
                fill(folder)
                whole.touch()
        return folder

    return filled


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def _described(raw: Path, file: idx.File, count: int) -> idx.File:
    return idx.File(file.name, count, _md5(raw / file.name), _md5(raw / f"{file.name}.gz"))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a tiny MNIST, unpacked and packed, as tmp_path/tiny/MNIST/raw, and make its sums the right ones."""
    raw = tmp_path / "tiny" / "MNIST" / "raw"
    idx.write_root(tmp_path / "tiny", random_split(TRAIN, 1), random_split(TEST, 2))
    for name in NAMES:
        (raw / f"{name}.gz").write_bytes(gzip.compress((raw / name).read_bytes(), mtime=0))
    counts = {"train": TRAIN, "test": TEST}
    described = {name: tuple(_described(raw, f, counts[name]) for f in files) for name, files in idx.FILES.items()}
    monkeypatch.setattr(idx, "FILES", described)
    return raw


@pytest.fixture
def packed(tiny: Path) -> Path:
    """Leave only the .gz of the tiny MNIST."""
    for name in NAMES:
        (tiny / name).unlink()
    return tiny


@pytest.fixture
def unpacked(tiny: Path) -> Path:
    """Leave only the unpacked files of the tiny MNIST."""
    for name in NAMES:
        (tiny / f"{name}.gz").unlink()
    return tiny


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Name a cache folder that does not exist yet."""
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """Return the folder of the real MNIST."""
    if not (root := os.environ.get("MNIST_ROOT")):
        pytest.skip("needs the real MNIST: set MNIST_ROOT to the folder that contains MNIST/raw")
    return Path(root)


JUNIT = f"pytest-{pytest.__version__}"  # whose source distribution has the schema, for its own tests; no wheel does


@pytest.fixture(scope="session")
def junit_schema(once: Callable[..., Path]) -> etree.XMLSchema | None:
    """Return the schema of the Jenkins xUnit plugin, junit-10.xsd, or None where there is no package index.

    It is kept in the user's cache from one run to the next.
    """
    cache = platformdirs.user_cache_path("mnist-softmax-grader-tests")
    path = cache / f"{JUNIT}-junit-10.xsd"
    if not path.is_file():
        member = f"{JUNIT}/testing/example_scripts/junit-10.xsd"
        try:
            with tarfile.open(once("junit-schema", _fetch_source) / f"{JUNIT}.tar.gz") as packed:
                text = cast("IO[bytes]", packed.extractfile(member)).read()
        except FileNotFoundError:
            return None
        try:
            cache.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        except OSError:
            return etree.XMLSchema(etree.fromstring(text))
    return etree.XMLSchema(etree.parse(path))


def _fetch_source(folder: Path) -> None:
    options = ["--retries", "1", "--timeout", "10", "--no-deps", "--no-binary", "pytest", "-d", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, JUNIT.replace("-", "==")]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, check=False, capture_output=True, timeout=120)


def _served(folder: Path) -> Iterator[str]:
    """Serve a folder by HTTP on this machine, and yield its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def set_mirrors(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Keep a test off the real mirrors; return what sets others."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(mirrors, "MIRRORS", ())
    return lambda *addresses: monkeypatch.setattr(mirrors, "MIRRORS", addresses)


@pytest.fixture
def mirror(packed: Path, tmp_path: Path, set_mirrors: Callable[..., None]) -> Iterator[Path]:
    """Serve the tiny MNIST from a mirror, and return the folder it serves."""
    folder = tmp_path / "mirror"
    packed.rename(folder)
    for address in _served(folder):
        set_mirrors(address)
        yield folder
