"""No verdict and no name hangs on the seed: what did at some seed, again at that one (`benchmarks/many_seeds.py`)."""

from __future__ import annotations

import json

import pytest
from corpus import BUGS, bug_source

from graders.commands import judging
from graders.spec import SPEC

pytest_plugins = ["grading"]

OPTIONS = ("-p", "no:benchmark", "--no-page")
VALUES = (  # checks that dark digits on white cost, and the only ones
    "test_accuracy_is_the_share_of_right_answers",
    "test_every_image_counts_equally",
    "test_pixels_are_scaled_as_in_training",
)


@pytest.mark.sample
@pytest.mark.parametrize(
    "seed",
    [
        2,  # two wrong shares were equal by chance, and the digits seemed to be ignored
        18,  # every inverted image had the same answer, as if there were one for a batch
        48,  # the same, as if pixels were too dark to count
    ],
)
def test_inverted_pixels_are_told_at_every_seed(warm, tmp_path, seed):
    """Wrong shares that are equal by chance cost no other check, and their mistake has its name."""
    failed = failed_of("inverted-while-testing", "graders/test_6_evaluation.py", seed, warm, tmp_path)
    assert failed == dict.fromkeys(VALUES, "pixels-inverted-in-evaluation")


@pytest.mark.sample
def test_digit_that_is_written_down_is_told_where_faint_images_have_it_too(warm, tmp_path):
    """At this seed the model's answer to images that were scaled once more is the same digit."""
    failed = failed_of("always-the-digit-0", "graders/test_8_prediction.py", 3, warm, tmp_path)
    assert failed["test_prediction_is_the_digit_with_the_largest_logit"] == "model-not-asked"


@pytest.mark.sample
def test_raw_pixels_are_told_where_other_digits_do_not_mind_what_is_subtracted(warm, tmp_path):
    """At this seed pixels that are normalised besides get the same answers to all other digits that are asked about."""
    failed = failed_of("raw-pixels-while-testing", "graders/test_6_evaluation.py", 4, warm, tmp_path)
    assert failed == {"test_pixels_are_scaled_as_in_training": "raw-pixels"}


@pytest.mark.sample
@pytest.mark.parametrize(
    ("bug", "mistake"),
    [
        ("always-nothing-right", None),
        ("largest-score-compared", "largest-score-compared"),
        ("argmax-without-a-dimension", "argmax-over-everything"),
    ],
)
def test_nothing_but_zeros_is_no_proof_of_shifted_labels(warm, tmp_path, bug, mistake):
    """At this seed shifted labels leave nothing right in each first batch either."""
    failed = failed_of(bug, "graders/test_6_evaluation.py", 4, warm, tmp_path)
    assert {failed[check] for check in VALUES} == {mistake}


@pytest.mark.sample
def test_mean_of_pixels_is_told_where_whole_numbers_alone_fail(warm, tmp_path):
    """At this seed means of rows are work enough for the other dtypes, and of whole numbers there is none."""
    failed = failed_of("mean-over-rows", "graders/test_2_reshape.py", 4, warm, tmp_path)
    assert failed["test_the_dtype_is_kept"] == "pixels-averaged"


@pytest.mark.sample
def test_a_cost_is_told_from_the_largest_where_chance_has_made_them_one(warm, tmp_path):
    """At this seed the first batch's cost is the largest, or the least, of each epoch that is asked for first."""
    failed = failed_of("first-cost-of-the-epoch", "graders/test_5_training.py", 9, warm, tmp_path)
    assert failed["test_epoch_returns_the_mean_of_the_batch_costs"] == "cost-of-the-first-batch"


@pytest.mark.sample
def test_weights_of_classes_are_told_where_two_costs_are_nearly_one(warm, tmp_path):
    """At this seed two images cost nearly the same, and rounding told a weight of 0 from nothing."""
    failed = failed_of("class-zero-ignored", "graders/test_4_loss.py", 122, warm, tmp_path)
    assert set(failed.values()) == {"classes-weighted"}


@pytest.mark.sample
def test_batches_of_digits_stay_whole_where_few_mind_their_scale(warm, tmp_path):
    """At this seed 184 digits have another answer with other pixels; who drops the second batch failed for it."""
    failed = failed_of("incomplete-batch-left-out", "graders/test_6_evaluation.py", 212, warm, tmp_path)
    assert failed == {"test_every_image_counts_equally": "incomplete-batch-left-out"}


@pytest.mark.sample
@pytest.mark.parametrize("seed", [100, 130])
@pytest.mark.parametrize(
    ("bug", "mistake"),
    [
        ("no-space-around-equals", "spaces-differ"),
        ("epoch-number-without-zeros", "epoch-number-without-zeros"),
        ("cost-of-four-decimals", "cost-of-other-decimals"),
        ("cost-as-python-prints-it", "cost-of-other-decimals"),
        ("epochs-on-one-line", "epoch-lines-run-together"),
        ("only-the-last-epoch-printed", "only-the-last-epoch-printed"),
    ],
)
def test_printed_lines_are_read_where_a_cost_lies_between_two_decimals(warm, tmp_path, bug, mistake, seed):
    """At these seeds a cost's fifth decimal in float32 is not that in float64."""
    failed = failed_of(bug, "graders/test_5_training.py", seed, warm, tmp_path)
    assert failed["test_training_prints_a_line_an_epoch"] == mistake


def failed_of(name, checks, seed, warm, folder):
    """Return the checks of a part that a bug fails at a seed, each with the mistake it names."""
    bug = next(bug for bug in BUGS if bug.name == name)
    (folder / "lab.py").write_text(bug_source(bug), encoding="utf-8")
    options = ["--report-dir", str(folder), "--grading-seed", str(seed), *OPTIONS, checks]
    given = judging.arguments(folder / "lab.py", warm, SPEC, *options)
    code, output = judging.run(given[1:], warm, SPEC)  # that part alone, not all of the folder
    assert code == 1, output
    (part,) = json.loads((folder / "report.json").read_text(encoding="utf-8"))["parts"]
    return {check["name"]: check["mistake"] for check in part["checks"] if check["status"] != "passed"}
