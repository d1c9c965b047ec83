"""Korean particles by the sound of what stands before them, where that is known when a message is filled in.

A message says both forms, `{count}을(를)`; the one that is right takes their place where the field is a number or ends
in a Korean syllable. Behind names and code, whose sound nobody knows for sure, both forms stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Both forms as messages write them: the one behind a final consonant, the one behind none.
PAIRS = {
    "을(를)": ("을", "를"),
    "이(가)": ("이", "가"),
    "은(는)": ("은", "는"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "이에요(예요)": ("이에요", "예요"),
}
BEHIND_A_FIELD = re.compile(rf"(\{{\w+(?:[!:][^{{}}]*)?\}})([\])}}'\"%]*)({'|'.join(map(re.escape, PAIRS))})")
SYLLABLES = range(0xAC00, 0xD7A4)
FINALS, RIEUL = 28, 8  # final consonants of a syllable, none among them; the one behind which 로 stands
NUMBER = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+|[-+]?\d+(?:\.\d+)?", re.ASCII)
# The final consonant of each digit as it is read, and of each power of ten up to the next larger unit.
NONE, OTHER = 0, 1
DIGITS = (OTHER, RIEUL, NONE, OTHER, NONE, NONE, OTHER, RIEUL, RIEUL, NONE)  # 영 일 이 삼 사 오 육 칠 팔 구
UNITS = ((12, NONE), (8, OTHER), (4, OTHER), (3, OTHER), (2, OTHER), (1, OTHER))  # 조 억 만 천 백 십
MOST_DIGITS = 16  # beyond, units are names that few know


def chosen(template: str, fields: Mapping[str, object]) -> str:
    """Return a message with the particles behind its fields chosen, where their sound is known. Raises KeyError."""
    if "(" not in template:
        return template
    return BEHIND_A_FIELD.sub(lambda found: _chosen(found, fields), template)


def _chosen(found: re.Match[str], fields: Mapping[str, object]) -> str:
    field, between, pair = found.groups()
    final = final_of(field.format_map(fields)) if "%" not in between else NONE  # 퍼센트
    if final is None:
        return found[0]
    closed, opened = PAIRS[pair]
    is_open = final == NONE or (pair == "(으)로" and final == RIEUL)
    return f"{field}{between}{opened if is_open else closed}"


def final_of(text: str) -> int | None:
    """Return the final consonant of a text as it is read: NONE, RIEUL, or another; None where nobody knows."""
    if text and ord(text[-1]) in SYLLABLES:
        return (ord(text[-1]) - SYLLABLES.start) % FINALS
    if not NUMBER.fullmatch(text):
        return None
    digits = text.lstrip("+-").replace(",", "")
    zeros = len(digits) - len(digits.rstrip("0"))
    if "." in digits or zeros == 0 or zeros == len(digits):
        return DIGITS[int(digits[-1])]
    if len(digits) > MOST_DIGITS:
        return None
    return next(final for power, final in UNITS if zeros >= power)
