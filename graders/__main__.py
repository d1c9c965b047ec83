"""What is done from the command line: `python -m graders COMMAND …`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from graders.harness.base.errors import ConfigurationError

COMMANDS = {
    "batch": ("teacher.batch", "grade every submission of a class"),
    "bench": ("bench", "compare the speed of whole epochs: submissions, the lesson, the limit"),
    "gradebook": ("teacher.gradebook", "look into a class's gradebook, export it, set points"),
    "gradescope": ("teacher.gradescope", "build the autograder that Gradescope takes"),
    "mistakes": ("teacher.mistakes", "list the mistakes that a failed check can name"),
    "release": ("teacher.release", "write the students' repository"),
    "report": ("report", "render a report.json in another format"),
    "template": ("teacher.template", "make student_template/lab.py and lab.ipynb from reference/lab.py"),
    "watch": ("watch", "grade a submission again whenever it is saved"),
}
FOLDER = Path(__file__).with_name("commands")


def main() -> int:
    """Run the command that the first argument names; returns its exit code."""
    name, *arguments = sys.argv[1:] or [""]
    paths = {each: FOLDER / f"{module.replace('.', '/')}.py" for each, (module, _) in COMMANDS.items()}
    there = [each for each, path in paths.items() if path.is_file()]  # students have only some
    if name not in there:
        rows = "\n".join(f"  {each:<10} {COMMANDS[each][1]}" for each in there)
        print(f"usage: python -m graders COMMAND [options]\n\n{rows}\n\n`pytest graders` grades one submission.")
        return 0 if name in ("-h", "--help") else 2
    try:
        return int(importlib.import_module(f".commands.{COMMANDS[name][0]}", __package__).main(arguments))
    except ConfigurationError as error:
        print(f"graders {name}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
