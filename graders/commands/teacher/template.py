"""Make the students' template from the reference, in both its forms: a script, and a notebook beside it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from . import notebook
from .script import REFERENCE, TEMPLATE, write_template

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders template`."""
    parser = argparse.ArgumentParser(prog="python -m graders template", description=__doc__)
    parser.add_argument("--reference", type=Path, default=REFERENCE, help="the page to make it from (%(default)s)")
    parser.add_argument(
        "--target", type=Path, default=TEMPLATE, help="the script to write; the notebook lies beside it (%(default)s)"
    )
    notebook.add_options(parser)
    options = parser.parse_args(arguments)
    repository = notebook.repository_of(options)
    write_template(options.reference, options.target)
    notebook.write_notebook(options.reference, options.target.with_suffix(".ipynb"), repository)
    return 0
