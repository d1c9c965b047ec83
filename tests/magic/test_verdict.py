"""What `%grade` shows cannot clash with the notebook around it, and says the same as text."""

from __future__ import annotations

from lxml import html

from graders.magic.verdict import Verdict

PAGE = '<!DOCTYPE html><title>x</title><p class="a">it\'s 1 &lt; 2 &amp; "done"</p></iframe><script>alert(1)</script>'


def test_page_stands_in_a_frame_whole() -> None:
    """Nothing in the page ends the frame, and its text arrives as it was."""
    frame = html.fragment_fromstring(Verdict('Lab "7"', PAGE, "text")._repr_html_())
    assert frame.tag == "iframe"
    assert frame.get("srcdoc") == PAGE
    assert frame.get("title") == 'Lab "7"'
    assert len(frame) == 0


def test_frame_lets_nothing_run() -> None:
    """The frame's page may be measured from outside, and has no scripts."""
    frame = html.fragment_fromstring(Verdict("Lab", PAGE, "text")._repr_html_())
    assert frame.get("sandbox") == "allow-same-origin"


def test_remarks_stand_before_the_verdict() -> None:
    """What the magic itself has to say comes first, escaped in the page."""
    verdict = Verdict("Lab", PAGE, "text", ("a < b",))
    assert verdict._repr_html_().startswith("<p>a &lt; b</p><iframe")
    assert repr(verdict) == "a < b\n\ntext"
