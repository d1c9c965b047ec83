"""A class put together: whose mistakes, which checks, what a teacher's word has changed."""

from __future__ import annotations

from dataclasses import replace

from made_up_class import Made, data_of, row

from graders.commands.teacher.overview import rows, sections
from graders.commands.teacher.overview.page import messages_in

SUMMED = ("loss-summed", "the costs of the images are summed, not averaged")
WORDS = messages_in("en").section("overview")
NOTES = messages_in("en").section("notes")


def test_a_mistake_is_counted_by_student_with_its_idea():
    """Its title and its idea are the page's, in its language."""
    made = Made(failed=["test_cost_is_the_mean_over_the_batch"], mistakes=[SUMMED])
    data = data_of([row("anna", made), row("bo", Made()), row("cy", made)], "ko")
    (one,) = data.mistakes
    assert one.title == "이미지들의 비용을 평균하지 않고 더했어요"
    assert one.idea == "소프트맥스와 교차 엔트로피"
    assert one.students == [0, 2]
    assert one.said == {}


def test_what_a_title_leaves_open_is_told_for_each():
    """The commonest words are an example."""
    name = next(n for n, title in messages_in("en").titles("mistakes").items() if "there is `{likely}`" in title)
    said = ["nothing is called `imges`; there is `images`"] * 2 + ["nothing is called `lable`; there is `label`"]
    made = [Made(failed=["test_cost_is_a_scalar"], mistakes=[(name, text)]) for text in said]
    (one,) = data_of(row(f"s{number}", each) for number, each in enumerate(made)).mistakes
    assert one.title == "nothing is called `…`; there is `…`"
    assert one.said == dict(enumerate(said))
    assert one.example == said[0]


def test_a_mistake_that_the_catalogue_no_longer_has_keeps_its_name():
    """A report may be older than the grader."""
    (one,) = data_of([row("anna", Made(failed=["test_cost_is_a_scalar"], mistakes=[("gone", "said")]))]).mistakes
    assert (one.title, one.idea) == ("gone", "")


def test_parts_and_checks_are_counted_over_those_who_were_graded():
    """Who has no report counts for none of them."""
    failed = Made(failed=["test_cost_is_a_scalar"])
    data = data_of([row("anna", failed), row("bo", Made()), row("cy")])
    loss = next(part for part in data.parts if part.name == "loss")
    assert (loss.students, loss.full, loss.none, loss.earned, loss.most) == (2, 1, 0, 23.0, 24.0)
    check = next(check for check in loss.checks if check.name == "test_cost_is_a_scalar")
    assert (check.passed, check.asked) == (1, 2)
    assert [check.name for _, check in sections.hardest(data)] == ["test_cost_is_a_scalar"]


def test_a_part_that_the_class_is_not_asked_is_on_no_page():
    """Nor in its table."""
    report = Made().report
    report["parts"] = [part for part in report["parts"] if part["name"] != "throughput"]
    data = data_of([row("anna", Made(changes={"parts": report["parts"]}))])
    assert "throughput" not in [part.name for part in data.parts]
    assert len(data.students[0].parts) == len(data.parts) == 9


def test_checks_of_a_teachers_own_are_on_the_page():
    """Also of a part that only the class's rubric has, and for those who came before anybody was asked it."""
    report = Made().report
    check = {**report["parts"][0]["checks"][0], "name": "test_by_heart", "status": "failed"}
    own = {"name": "oral", "status": "failed", "points": 0.0, "max_points": 5.0, "checks": [check]}
    data = data_of([row("anna", Made()), row("bo", Made(changes={"parts": [*report["parts"], own]}))])
    assert [(part.title, part.worth) for part in data.parts][-1] == ("oral", 5.0)
    assert [one.parts[-1] for one in data.students] == [None, 0.0]
    (found,) = data.parts[-1].checks
    assert (found.title, found.passed, found.asked) == ("by heart", 0, 1)
    assert data.students[1].letters[found.number] == "f"


def test_a_void_result_counts_for_no_part():
    """It has no points, and took none."""
    data = data_of(
        [row("anna", Made(failed=["test_cost_is_a_scalar"], status="void"), outcome="void"), row("bo", Made())]
    )
    assert {part.students for part in data.parts} == {1}
    assert data.points == [100.0]


def test_a_teachers_word_counts_and_is_marked():
    """In the sums of the parts too."""
    own = row("anna", Made(failed=["test_cost_is_a_scalar"]), points=100.0, parts={"loss": 12.0}, notes=("I saw it",))
    data = data_of([own])
    assert (data.full, data.students[0].changed) == (1, True)
    assert next(part for part in data.parts if part.name == "loss").full == 1
    assert rows.flags(data) == [("changed", "noted")]
    notices = {notice.key: notice for notice in sections.notices(data, WORDS, NOTES)}
    assert notices["changed"].mentions[0].text == "100 (99 before)"


def test_everybody_to_look_at_is_listed_with_why():
    """Not loadable, timed out, void, missing, suspicious, late."""
    place = {"file": "lab.py", "line": 3, "cell": None}
    suspicion = {"kind": "network", "what": "socket.socket", "where": place}
    data = data_of(
        [
            row("broken", Made(unloadable="the file is no valid Python")),
            row("slow", Made(), outcome="timed_out", why="ended after 600 s"),
            row("ours", outcome="void", why="the grader itself failed"),
            row("gone"),
            row("odd", Made(suspicions=[suspicion])),
            row("tardy", Made(), late=True, attempts=3),
        ]
    )
    found = {
        notice.key: [(m.student.student, m.text, m.lines) for m in notice.mentions]
        for notice in sections.notices(data, WORDS, NOTES)
    }
    assert found == {
        "void": [("ours", "the grader itself failed", ())],
        "not_loadable": [("broken", "the file is no valid Python", ())],
        "timed_out": [("slow", "ended after 600 s", ())],
        "missing": [("gone", "", ())],
        "suspicious": [("odd", "places: 1", ("lab.py:3: uses the network: socket.socket",))],
        "late": [("tardy", "attempt 3 counts", ())],
    }


def test_a_long_list_names_some_and_counts_all():
    """The table has all of them."""
    (notice,) = sections.notices(data_of(row(f"s{n}") for n in range(250)), WORDS, NOTES)
    assert (len(notice.mentions), notice.count, notice.chosen) == (
        100,
        250,
        f"outcome:{rows.OUTCOMES.index('missing')}",
    )


def test_extremes_are_those_who_differ():
    """Of a class that is equally fast and accurate, nobody is the slowest."""
    alike = data_of(row(f"s{n}", Made()) for n in range(9)).students
    assert [those for _, those in sections.extremes(alike)] == [[], [], []]
    odd = replace(alike[0], ratio=0.2, accuracy=0.5)
    assert dict(sections.extremes([*alike, odd])) == {"slowest": [odd], "fastest": [], "poorest": [odd]}


def test_names_are_sorted_as_people_do():
    """2 stands before 10, and capitals make no difference."""
    data = data_of(row(name) for name in ("b10", "B2", "a", "나", "가"))
    assert [data.students[place].student for place in rows.by_name(data.students)] == ["a", "B2", "b10", "가", "나"]


def test_an_empty_class_has_no_numbers():
    """Nobody has been graded."""
    data = data_of([])
    assert (data.mean, data.median, data.full, data.parts, data.groups) == (None, None, 0, [], [])
