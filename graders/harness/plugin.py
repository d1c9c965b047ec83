"""The pytest side: options, fixtures, and the hooks that turn outcomes into verdicts and a summary.

A check is a test function of a module marked `part("name")`. Tests without that mark are left as they are.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Before NumPy is first imported, as some of ours do: BLAS's threads wait for one another on a busy core, a second of
# processor time for a grading that needs one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from .base import seeds
from .base.errors import ConfigurationError
from .base.model import CheckResult, Status
from .base.rows import Row
from .judge.catalogue import expect_whole
from .judge.grading import Grading, Options
from .judge.notes import Notes
from .session import benchmarking, crossing, fixtures, following, outputs, own_checks, planted, running, some_parts
from .session.fixtures import GRADING, NOTES
from .session.running import part_of
from .session.summary import Summary
from .walls.levels import choose
from .walls.plan import Maker

if TYPE_CHECKING:
    from collections.abc import Generator

    from .judge.spec import LabSpec

LETTERS = {"blocked": "b", "unwritten": "u", "void": "V"}
MARKUP = {"blocked": {"yellow": True}, "unwritten": {"yellow": True}, "void": {"purple": True}}


class GradingHooks:
    """The hook by which a lab introduces itself."""

    @pytest.hookspec(firstresult=True)
    def pytest_lab(self, config: pytest.Config) -> LabSpec | None:
        """Return the lab's LabSpec; implemented by the conftest beside its checks."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make the hook known."""
    pluginmanager.add_hookspecs(GradingHooks)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options that concern any lab."""
    planted.keep_out(pluginmanager)
    group = parser.getgroup("grading")
    group.addoption("--submission", metavar="PATH", help="the folder or file to grade (default: student_template)")
    group.addoption("--rubric", metavar="FILE", help="points, thresholds and limits (default: graders/rubric.toml)")
    group.addoption(
        "--grading-seed",
        metavar="N",
        help=f"the seed of every random input, random for a secret one (default: ${seeds.VARIABLE}, or {seeds.KNOWN})",
    )
    group.addoption("--language", default="en", metavar="LANG", help="the language of messages (default: en)")
    group.addoption(
        "--isolation",
        choices=("auto", "none", "process", "sandbox"),
        default="auto",
        help="where the submission runs: in a sandbox (Linux), in a process of its own, or none to reach it with pdb "
        "(default: auto, the sandbox where there can be one)",
    )
    outputs.add_options(group)
    following.add_options(group)
    some_parts.add_options(group)
    own_checks.add_options(group)
    group.addoption("--nursery", metavar="SOCKET", help="fork workers from the nursery that listens there (see batch)")
    group.addoption("--fresh-workers", action="store_true", help="let every worker import torch anew; none is forked")
    group.addoption("--running", action="store_true", help="the submission is what a notebook has run (see %%grade)")
    group.addoption("--sandbox-by", choices=list(Maker), help="what makes sandboxes here, as batch has tried")


# ---- starting


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read rubric and submission where checks are asked for; a pure grading run needs no failure pages of pytest's."""
    planted.refuse(config)
    _choose_seed(config)
    config.addinivalue_line("markers", "part(name): the part of the lab that a module's checks belong to")
    benchmarking.begin(config)
    config.pluginmanager.register(fixtures)
    config.pluginmanager.register(running)
    config.pluginmanager.register(crossing)
    spec: LabSpec | None = config.hook.pytest_lab(config=config)
    if spec is None:
        return
    _begin(config, spec)
    only_grades = _only_grades(config, spec)
    own_checks.collect(config)
    if only_grades:
        config.option.tbstyle = "no" if config.option.tbstyle == "auto" else config.option.tbstyle
        config.option.reportchars = config.option.reportchars.replace("fE", "") or "N"


def _choose_seed(config: pytest.Config) -> None:
    """Have the option hold the run's seed, a whole number; pytest-xdist tells its processes the one that was drawn."""
    given = config.getoption("grading_seed")
    variable = os.environ.get(seeds.VARIABLE)
    try:
        if isinstance(given, str):
            config.option.grading_seed = seeds.parse(given, "--grading-seed")
        elif given is None:
            config.option.grading_seed = seeds.parse(variable, f"${seeds.VARIABLE}") if variable else seeds.KNOWN
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None


def _begin(config: pytest.Config, spec: LabSpec) -> None:
    given = config.getoption("submission")
    try:
        known = config.getoption("sandbox_by")
        chosen = choose(config.getoption("isolation"), os.environ, Maker(known) if known else None)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    options = Options(
        submission=_as_typed(config, Path(given).expanduser() if given else spec.default_submission),
        rubric=Path(config.getoption("rubric") or own_checks.rubric(config) or spec.folder / "rubric.toml"),
        private=own_checks.folder(config),
        chosen=chosen,
        language=config.getoption("language"),
        seed=config.getoption("grading_seed"),
        nursery=Path(nursery) if (nursery := config.getoption("nursery")) else None,
        fresh=config.getoption("fresh_workers"),
        exhibits=bool(config.getoption("report_dir")) and not config.getoption("no_page"),
        student=config.getoption("student"),
        running=config.getoption("running"),
        without=some_parts.names(config, "without"),
    )
    try:
        grading = Grading(spec, options)
        some_parts.expect_known(config, grading.rubric)
        followed = following.Following(grading, config)
        _make_report_dir(config)
        summary = Summary(grading, config)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[GRADING] = grading
    config.pluginmanager.register(summary, "grading-summary")
    config.pluginmanager.register(followed, "grading-following")


def _as_typed(config: pytest.Config, given: Path) -> Path:
    """Return the path as somebody in the current folder would type it."""
    path = config.invocation_params.dir / given
    return Path(os.path.relpath(path)) if path.is_relative_to(Path.cwd()) else path


def _make_report_dir(config: pytest.Config) -> None:
    folder = config.getoption("report_dir")
    try:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"--report-dir {folder}: cannot be made ({error.strerror})") from None


def _only_grades(config: pytest.Config, spec: LabSpec) -> bool:
    asked = [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    return all(path.is_relative_to(spec.folder) for path in asked)


def _is_controller(config: pytest.Config) -> bool:
    """Tell whether pytest-xdist runs the checks in other processes than this one."""
    return not hasattr(config, "workerinput") and config.getoption("dist", "no") != "no"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the worker while pytest collects: importing torch takes longer than all the checks."""
    grading = session.config.stash.get(GRADING, None)
    if grading is None or session.config.option.collectonly:
        return
    if _is_controller(session.config):
        _import_ahead(grading)
    else:
        grading.submission.start(grading.rubric.functions)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have all of the judge's code in place, and its messages whole, before anything of the submission is run."""
    grading = session.config.stash.get(GRADING, None)
    if grading is None:
        return
    try:
        expect_whole(grading.spec.folder, grading.options.private)  # now, while the worker imports torch
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    if grading.submission.started:
        _import_ahead(grading)


def _import_ahead(grading: Grading) -> None:
    if grading.options.chosen.isolation == "process":  # a sandbox shows nothing of it, so it may wait
        from .session.ahead import import_ahead

        import_ahead(grading.spec)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the worker, also where no check ever asked for it."""
    if GRADING in config.stash:
        config.stash[GRADING].close()


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is graded."""
    grading = config.stash.get(GRADING, None)
    if grading is None:
        return None
    chosen = grading.options.chosen
    why = f"; no sandbox: {chosen.unsandboxed}" if chosen.unsandboxed else ""
    return f"grading {grading.source.name} (isolation: {chosen.isolation}{why})"


@pytest.hookimpl(tryfirst=True)  # before -k and --lf take checks out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse checks that the rubric does not know, before anything runs."""
    for item in items:
        part = part_of(item)
        if part is None or part in some_parts.names(config, "without"):
            continue
        if GRADING not in config.stash:
            _begin(config, config.hook.pytest_lab(config=config))
        rubric = config.stash[GRADING].rubric
        known = {p.name: p.checks for p in rubric.parts}
        if part not in known or _name(item) not in known[part]:
            raise pytest.UsageError(f"{config.stash[GRADING].options.rubric}: parts.{part}.checks has no {_name(item)}")
    if GRADING in config.stash:
        own_checks.refuse_names(config, items)
        benchmarking.choose(config, items)
        some_parts.choose(config, items)


def _name(item: pytest.Item) -> str:
    return getattr(item, "originalname", None) or item.name


# ---- running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the outcome of a check into its result, and its failure page into a message."""
    report = yield
    part = part_of(item)
    if part is None or not (call.when == "call" or report.failed or (call.when == "setup" and report.skipped)):
        return report
    grading = item.config.stash[GRADING]
    error = call.excinfo.value if call.excinfo else None
    if report.skipped:
        result = _skipped(grading.title(_name(item)), _name(item), part, report.longrepr)
    else:
        result = grading.judge(_name(item), part, error, item.stash.get(NOTES, Notes()), report.duration)
    report.grading = result  # type: ignore[attr-defined]  # pytest carries extra attributes, across xdist too
    if report.failed and result.status is not Status.VOID:
        words = grading.messages.words
        said = words.said(result.rows), words.placed(result.where) if result.where else "", result.hint
        report.longrepr = "\n".join(filter(None, said))
    return report


def _skipped(title: str, name: str, part: str, longrepr: object) -> CheckResult:
    reason = str(longrepr[2]) if isinstance(longrepr, tuple) else ""  # (file, line, "Skipped: reason")
    said = reason.removeprefix("Skipped: ")
    return CheckResult(name, part, Status.SKIPPED, title=title, rows=(Row(None, said),) if said else ())


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Give unfinished work and our own faults a name and a letter of their own."""
    result: CheckResult | None = getattr(report, "grading", None)
    if result is None:
        return None
    kind = result.status.value if result.status in LETTERS else "unwritten" if result.unwritten else ""
    # A fault of ours counts as an error, whose page pytest shows with --tb; unfinished work is no failure with a page.
    category = "error" if kind == "void" else kind
    return (category, LETTERS[kind], (kind.upper(), MARKUP[kind])) if kind else None
