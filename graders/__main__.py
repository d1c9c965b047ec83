"""What an instructor does from the command line: `python -m graders COMMAND …`."""

from __future__ import annotations

import importlib
import sys

from .harness.errors import ConfigurationError

COMMANDS = {
    "batch": "grade every submission of a class",
    "gradescope": "build the autograder that Gradescope takes",
    "bench": "compare the speed of whole epochs: submissions, the lesson, the limit",
    "release": "write the students' repository",
    "report": "render a report.json in another format",
    "template": "make student_template/lab.py from reference/lab.py",
}


def main() -> int:
    """Run the command that the first argument names; returns its exit code."""
    name, *arguments = sys.argv[1:] or [""]
    if name not in COMMANDS:
        rows = "\n".join(f"  {command:<10} {text}" for command, text in COMMANDS.items())
        print(f"usage: python -m graders COMMAND [options]\n\n{rows}\n\n`pytest graders` grades one submission.")
        return 0 if name in ("-h", "--help") else 2
    try:
        return int(importlib.import_module(f".{name}", __package__).main(arguments))
    except ConfigurationError as error:
        print(f"graders {name}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
