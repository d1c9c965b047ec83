"""SVG as part of a page: nothing that its strict content security policy refuses, and the page's own text colour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from graders.harness.base.exhibits import Picture

INK = "#010203"  # drawn in this colour, a line or a text takes the page's own
DROPPED = ("metadata", "style", "script")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
FONT_SIZE = re.compile(r"([\d.]+)px")


def inline(picture: Picture) -> str:
    """Return a picture's SVG for a page: style attributes as plain ones, ids of its own, a title and a description."""
    root = ElementTree.fromstring(picture.svg)
    for element in list(root.iter()):
        for child in list(element):
            if _local(child.tag) in DROPPED:
                element.remove(child)
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = _attributes(element.attrib, picture.name)
    for gone in ("width", "height", "version"):
        root.attrib.pop(gone, None)
    root.attrib |= {
        "role": "img",
        "fill": "currentColor",
        "aria-labelledby": f"{picture.name}-title {picture.name}-text",
    }
    return ElementTree.tostring(root, encoding="unicode")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attributes(given: dict[str, str], prefix: str) -> dict[str, str]:
    found = {_local(name): value for name, value in given.items()}
    for declaration in found.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":  # only its size: the family is the page's
            found["font-size"] = size[1] if (size := FONT_SIZE.search(value)) else "11"
        elif name and name != "font-family":
            found[name] = value
    return {name: _value(name, value, prefix) for name, value in found.items()}


def _value(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href" and value.startswith("#"):
        return f"#{prefix}-{value[1:]}"
    return "currentColor" if value == INK else REFERENCE.sub(rf"url(#{prefix}-\1)", value)
