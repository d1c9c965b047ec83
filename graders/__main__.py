"""What is done from the command line: `python -m graders COMMAND …`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from .harness.errors import ConfigurationError

COMMANDS = {
    "batch": "grade every submission of a class",
    "bench": "compare the speed of whole epochs: submissions, the lesson, the limit",
    "gradescope": "build the autograder that Gradescope takes",
    "release": "write the students' repository",
    "report": "render a report.json in another format",
    "template": "make student_template/lab.py from reference/lab.py",
}


def main() -> int:
    """Run the command that the first argument names; returns its exit code."""
    name, *arguments = sys.argv[1:] or [""]
    there = [each for each in COMMANDS if Path(__file__).with_name(f"{each}.py").is_file()]  # students have only some
    if name not in there:
        rows = "\n".join(f"  {each:<10} {COMMANDS[each]}" for each in there)
        print(f"usage: python -m graders COMMAND [options]\n\n{rows}\n\n`pytest graders` grades one submission.")
        return 0 if name in ("-h", "--help") else 2
    try:
        return int(importlib.import_module(f".{name}", __package__).main(arguments))
    except ConfigurationError as error:
        print(f"graders {name}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
