"""What can never run of a script is none of its work."""

from __future__ import annotations

import ast
import textwrap

import pytest

from graders.outline.reached import reached

CASES = {  # what stands there, and what may run of it
    "if False:\n    train()\nelse:\n    test()": "test()",
    "if 0:\n    train()": "",
    "if not True or 1 > 2:\n    train()": "",
    "if True:\n    train()\nelse:\n    test()": "train()",
    "if 1 < 'a':\n    train()": "if 1 < 'a':\n    train()",
    "if ready:\n    train()": "if ready:\n    train()",
    "while False:\n    train()": "",
    "while True:\n    train()\n    break\n    test()": "while True:\n    train()\n    break",
    "for epoch in range(0):\n    train()": "",
    "for epoch in range(5, 5):\n    train()\nelse:\n    test()": "test()",
    "for epoch in range(epochs):\n    train()": "for epoch in range(epochs):\n    train()",
    "for epoch in []:\n    train()": "",
    "train()\nsys.exit()\ntest()": "train()\nsys.exit()",
    "if ready:\n    exit()\ntrain()": "if ready:\n    exit()\ntrain()",
    "def run():\n    return 1\n    train()": "def run():\n    return 1",
    "with no_grad():\n    if False:\n        test()": "with no_grad():\n    pass",
}


@pytest.mark.parametrize("script", CASES)
def test_only_what_may_run_is_left(script: str) -> None:
    left = ast.unparse(ast.Module(reached(ast.parse(textwrap.dedent(script))), []))
    assert left == CASES[script]
