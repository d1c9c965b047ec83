"""What a student's folder is called."""

from __future__ import annotations

import unicodedata

import pytest

from graders.commands.teacher.handed_in.identities import MAX_FOLDER, folder_name, folder_names, printable


@pytest.mark.parametrize(
    "student", ["kim", "kim.minsu", "한지민", "kim (1)", "O'Neil, Ann-Marie", "a@b.edu", "console"]
)
def test_a_plain_name_stays(student):
    """It is what a teacher looks for."""
    assert folder_name(student) == student


@pytest.mark.parametrize(
    ("student", "folder"),
    [
        ("a/b", "a_b"),
        ("..", "_"),
        (".hidden", "_.hidden"),
        ("kim.", "kim"),
        ("kim ", "kim"),
        ("", "_"),
        ('a<b>c:d"e|f?g*h\\i', "a_b_c_d_e_f_g_h_i"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1", "_com1"),
        (unicodedata.normalize("NFD", "한지민"), "한지민"),
    ],
)
def test_what_some_system_refuses_is_made_fit(student, folder):
    """Windows' letters and names, dots and spaces at the end, and ways out of the folder."""
    assert folder_name(student) == folder


def test_a_long_name_is_cut_and_stays_unlike_others():
    """Systems count in bytes, of which a Korean letter has three."""
    names = [folder_name("김" * 200 + end) for end in "ab"]
    assert names[0] != names[1]
    assert all(len(name.encode()) <= MAX_FOLDER for name in names)


def test_no_two_students_share_a_folder():
    """On no system: some do not tell upper and lower case apart. Who shares with nobody keeps the own name."""
    found = folder_names(["kim", "Kim", "a/b", "a_b", "lee", "ﬁnn", "finn"])
    assert found["lee"] == "lee"
    assert len({name.casefold() for name in found.values()}) == 7
    assert folder_names(["Kim", "kim", "new"])["kim"] == found["kim"]


@pytest.mark.parametrize(
    ("name", "shown"), [("kim", "kim"), ("a\tb", "a\\tb"), ("\u202eevil", "\\u202eevil"), ("e\u0301", "é")]
)
def test_names_are_shown_in_a_line(name, shown):
    """Nothing in them moves what stands beside them."""
    assert printable(name) == shown
