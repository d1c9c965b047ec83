"""What `%grade` shows: the page in a frame of its own in a notebook, the summary of a terminal in a console."""

from __future__ import annotations

import html
from dataclasses import dataclass

# The page's own height, up to some screens. It has no scripts, and the frame would let none run.
FIT = "this.style.height=Math.min(this.contentDocument.documentElement.scrollHeight+4,1400)+'px'"
STYLE = "width:100%;height:600px;border:0;resize:vertical;overflow:auto"


@dataclass(frozen=True, repr=False)
class Verdict:
    """A grading's outcome. `page` and `text` say the same; `remarks` are the magic's own."""

    title: str
    page: str
    text: str
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the summary."""
        return "\n".join([*self.remarks, *([""] if self.remarks else []), self.text])

    def _repr_html_(self) -> str:
        """Return the page in a frame, so that neither its styles nor the notebook's reach the other."""
        remarks = "".join(f"<p>{html.escape(remark)}</p>" for remark in self.remarks)
        title, page = html.escape(self.title, quote=True), html.escape(self.page, quote=True)
        frame = f'<iframe title="{title}" sandbox="allow-same-origin" style="{STYLE}" onload="{FIT}" srcdoc="{page}">'
        return f"{remarks}{frame}</iframe>"


@dataclass(frozen=True, repr=False)
class Note:
    """What there is to say where there is no outcome."""

    text: str

    def __repr__(self) -> str:
        """Return it as it is."""
        return self.text
