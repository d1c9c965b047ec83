"""What pages share: code between backticks, Korean words that stay whole, one style sheet for all."""

from __future__ import annotations

import re

import pytest

from graders.commands.teacher.overview import page
from graders.harness.render import html, markup


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the `loss`, summed", "the <code>loss</code>, summed"),
        ("`a b` and <b>", "<code>a b</code> and &lt;b&gt;"),
        (
            "`loss`를 `x y`에서 불러요",
            '<span class="word"><code>loss</code>를</span> <span class="word"><code>x y</code>에서</span> 불러요',
        ),
        ("[B, 784]가 아니에요.", '[B, <span class="word">784]가</span> 아니에요.'),
        ("라벨(labels)을", '<span class="word">라벨(labels)을</span>'),
        ("비용은 3이에요, 정말!", "비용은 3이에요, 정말!"),
        ("  two  blanks ", "  two  blanks "),
        ("a lone ` stays", "a lone ` stays"),
    ],
)
def test_words_are_kept_whole(text: str, shown: str) -> None:
    """A browser may part a Korean word at a bracket or at code; what is none is left alone, and escaped."""
    made = markup.environment(html.FOLDER).from_string("{{ text | coded }}").render(text=text)
    assert made == shown


def test_pages_share_one_sheet() -> None:
    """Colours stand in it alone, and the dark ones are for screens."""
    shared = markup.SHARED.read_text(encoding="utf-8")
    for folder in (html.FOLDER, page.HERE):
        own = (folder / "page.css").read_text(encoding="utf-8")
        assert markup.style(folder) == shared + own
        assert re.findall(r"#[0-9a-f]{6}|prefers-color-scheme", own) == []
        rules = set(re.findall(r"(?m)^[^\s@}/][^{]*\{[^}]*\}$", own))
        assert rules & set(re.findall(r"(?m)^[^\s@}/][^{]*\{[^}]*\}$", shared)) == set()
    assert re.findall(r"@media (.*prefers-color-scheme: dark\))", shared) == ["screen and (prefers-color-scheme: dark)"]
