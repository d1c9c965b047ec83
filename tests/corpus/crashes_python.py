"""Labs that Python itself stops."""

from __future__ import annotations

from .crashing import crashing

PYTHON = (
    crashing(
        "with-a-class",
        "evaluation",
        "class-in-place-of-a-context",
        "    with torch.no_grad():\n        for images, labels in",
        "    with torch.no_grad:\n        for images, labels in",
        line="with torch.no_grad:",
    ),
)
