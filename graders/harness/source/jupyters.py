"""Modules that only a running notebook has: what is imported of them does nothing, and progress bars are plain ones."""

from __future__ import annotations

import re

GIVEN = ("display", "get_ipython")  # names that every notebook has
# Whatever is asked of it, called or not, is it again.
NOTHING = (
    "type('Nothing', (), {'__getattr__': lambda nothing, name: nothing, "
    "'__call__': lambda nothing, *things, **options: nothing})()"
)
MODULES = r"(?:IPython|ipywidgets|google\.colab)\b[\w.]*"
FROM = re.compile(rf"(?P<indent>\s*)from\s+{MODULES}\s+import\s+\(?(?P<names>[\w\s,]+)\)?\s*(?:#.*)?")
WHOLE = re.compile(rf"(?P<indent>\s*)import\s+(?P<name>{MODULES})(?:\s+as\s+(?P<other>\w+))?\s*(?:#.*)?")
BARS = (  # of tqdm's, which draws those of notebooks by ipywidgets
    (re.compile(r"(\s*from\s+tqdm)\.notebook(\s+import\s.*)"), r"\1\2"),
    (re.compile(r"(\s*import\s+tqdm)\.notebook(\s+as\s.*)"), r"\1\2"),
    (re.compile(r"(\s*from\s+tqdm\s+import\s+)tqdm_notebook(\s+as\s.*)"), r"\1tqdm\2"),
    (re.compile(r"(\s*from\s+tqdm\s+import\s+)tqdm_notebook(\s*(?:#.*)?)"), r"\1tqdm as tqdm_notebook\2"),
)


def without(line: str) -> str | None:
    """Return a line that imports such a module as one that does not; None for any other line."""
    if found := FROM.fullmatch(line):
        names = [name.split()[-1] for name in found["names"].split(",") if name.strip()]
        return found["indent"] + " = ".join([*names, NOTHING])
    if found := WHOLE.fullmatch(line):
        return f"{found['indent']}{found['other'] or found['name'].partition('.')[0]} = {NOTHING}"
    for bar, plain in BARS:
        if bar.fullmatch(line):
            return bar.sub(plain, line)
    return None
