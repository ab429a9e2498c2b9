"""The bank of answers: every check accepts the right ones, and rejects each wrong one with the right words.

Each module `bank_NN` beside this file has two dicts: RIGHT, exercise -> functions written differently from the solution,
and WRONG, exercise -> pairs of a function and a fragment of the message that it must get. `bank_unusual` has more right ones.
"""

import json
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import exercises
from tests.exercises.banks import all_banks

HERE = Path(__file__).parent
NAMES = sorted(exercises.all_exercises())
RIGHT = {name: all_banks()[name].right for name in NAMES}
WRONG = {name: all_banks()[name].wrong for name in NAMES}


def answer(function, name):
    function.__name__ = name  # a check knows the exercise by the function's name
    return function


def flat(answers):
    return [pytest.param(name, one, id=f"{name}-{i}") for name, many in answers.items() for i, one in enumerate(many)]


@pytest.mark.parametrize("name", NAMES)
def test_the_bank_has_enough_answers(name):
    assert len(RIGHT.get(name, ())) >= 2
    assert len(WRONG.get(name, ())) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_the_blank_stub_is_not_attempted_yet(name):
    namespace = {"np": np}
    exec(compile(exercises.stub(name), name, "exec"), namespace)
    score = exercises.check(namespace[name])
    assert (score.status, score) == (exercises.NOT_ATTEMPTED, 0.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_is_right_for_any_seed(name):
    solution = exercises.all_exercises()[name].solution
    typed_in = types.FunctionType(solution.__code__, solution.__globals__, name)  # the original refuses while a check runs
    assert exercises.check(typed_in).status == exercises.CORRECT
    assert [exercises.check(typed_in, seed=seed, points=3.0) for seed in range(5)] == [3.0] * 5


@pytest.mark.parametrize(("name", "function"), flat(RIGHT))
def test_another_right_answer_is_right(name, function):
    score = exercises.check(answer(function, name))
    assert score.status == exercises.CORRECT, str(score)


@pytest.mark.parametrize(("name", "wrong"), flat(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(name, wrong):
    function, fragment = wrong
    score = exercises.check(answer(function, name))
    assert score.status == exercises.NOT_YET and score < 1
    assert fragment in score.message, str(score)


def written(case):
    """A case as text, the same for every copy of it."""
    return repr([sorted(part) if isinstance(part, set) else part.tobytes() if isinstance(part, Image.Image) else part for part in case])


def can_be_remembered(name):
    exercise = exercises.all_exercises()[name]
    return not exercise.contest and not exercise.loop_free  # what looks a case up here would be taken for a loop


@pytest.mark.parametrize("name", list(filter(can_be_remembered, NAMES)))
def test_remembered_answers_pass_the_cases_seen_before_and_no_others(name):
    exercise = exercises.all_exercises()[name]
    remembered = {written(case): exercise.solution(*case) for case in exercise.cases(np.random.default_rng(0))}

    def by_heart(*case):
        return remembered.get(written(case), next(iter(remembered.values())))

    score = exercises.check(answer(by_heart, name))
    n_seen = len(exercise.cases(np.random.default_rng(0)))
    assert all(score.passed[:n_seen]) and not all(score.passed[n_seen:])


@pytest.mark.parametrize("name", NAMES)
def test_there_are_two_or_three_hints_and_the_solution_is_explained(name):
    exercise = exercises.all_exercises()[name]
    assert 2 <= len(exercise.hints) <= 3
    assert exercise.explanation and exercise.bought
    assert f"def {name}(" in exercises.solution(name)


def test_stubs_in_the_notebooks_are_the_solutions_heads():
    seen = set()
    for path in sorted((HERE.parents[1] / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        seen |= {name for name in NAMES if exercises.stub(name) in sources}
    assert seen == set(NAMES)
