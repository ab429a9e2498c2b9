"""What stands between an answer and its points: examples as a file, loops, time, exchanged checkers, seeds."""

import importlib
import inspect
import json
import pkgutil
import signal
import string
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imsearch_helpers import cosine_similarity, exercises
from imsearch_helpers.exercises import (
    CORRECT,
    Exercise,
    Score,
    check,
    checking,
    equality,
    graded,
    masters,
    same,
    sandbox,
    tasks,
)
from imsearch_helpers.exercises.tasks import EXAMPLES, Lookup
from tests.classroom import course as course_tools
from tests.classroom.course import assess


def add_up(numbers):
    """The sum of a list."""
    return sum(numbers)


def lists(rng):
    return [([1, 2],), (rng.integers(0, 9, 4).tolist(),)]


SUM = Exercise(solution=add_up, cases=lists, slips={"it is the product.": lambda numbers: int(np.prod(numbers))})


def named(function, name="add_up"):
    return course_tools.named(function, name)


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A learner's folder: the examples of one task, and no course in reach."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(masters.COURSE_VARIABLE, raising=False)
    tasks.write_examples([SUM], tmp_path / EXAMPLES)
    return tmp_path


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder with one assignment, found through the variable."""
    for folder in ("keys", "source/sums"):
        (tmp_path / folder).mkdir(parents=True)
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"solution": True}}, "source": "def add_up(numbers):\n    return sum(numbers)"}
    first = {"cell_type": "code", "metadata": {}, "source": "import numpy as np"}
    (tmp_path / "source/sums/sums.ipynb").write_text(json.dumps({"cells": [first, cell]}), encoding="utf-8")
    (tmp_path / "keys/sums.py").write_text(
        "from imsearch_helpers.exercises import Exercise\nfrom imsearch_helpers.exercises.graded import solutions_of\n"
        "TASKS = [Exercise(solution=solutions_of(__file__)['add_up'], cases=lambda rng: [(rng.integers(0, 99, 3).tolist(),)])]\n",
        encoding="utf-8",
    )
    monkeypatch.setenv(masters.COURSE_VARIABLE, str(tmp_path))
    return tmp_path


# Learner and grader


def test_learner_checks_by_the_examples(learner):
    assert check(named(lambda numbers: sum(numbers)), points=2).status == CORRECT
    assert "Likely cause: it is the product." in check(named(lambda numbers: int(np.prod(numbers)))).message


def test_learner_has_no_other_cases(learner):
    with pytest.raises(ValueError, match="add_up has only its examples here; cases for seed=3"):
        check(named(lambda numbers: sum(numbers)), seed=3)


@pytest.mark.parametrize("ask", [exercises.hint, exercises.solution, exercises.stub])
def test_graded_task_has_neither_hint_nor_solution(learner, ask):
    with pytest.raises(ValueError, match="'add_up' is a graded task, without hints and solution; known are .*unflatten"):
        ask("add_up")


def test_without_examples_the_task_is_unknown_and_the_known_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(masters.COURSE_VARIABLE, raising=False)
    with pytest.raises(ValueError, match="no exercise 'add_up'; known are .*unflatten"):
        check(named(lambda numbers: 0))


def test_damaged_examples_are_told(learner):
    (learner / EXAMPLES).write_text('{"add_up": 1}', encoding="utf-8")
    with pytest.raises(ValueError, match="examples.json is damaged .*: take the one that was handed out"):
        check(named(lambda numbers: 0))


def test_grader_uses_the_course_s_seed(course):
    asked = []
    graded.grade(named(lambda numbers: asked.append(numbers)), 4)
    (course / "seed.txt").write_text("5\n", encoding="utf-8-sig")  # as some editors write it
    graded.grade(named(lambda numbers: asked.append(numbers)), 4)
    assert asked == [np.random.default_rng(seed).integers(0, 99, 3).tolist() for seed in (graded.PUBLIC_SEED, 5)]


@pytest.mark.parametrize("content", ["", "seven", "-5", "1.5"])
def test_seed_that_is_no_number_is_refused(course, content):
    (course / "seed.txt").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="seed.txt must hold one whole number"):
        graded.grade(named(lambda numbers: 0), 1)


def test_what_stands_among_the_examples_earns_nothing_but_must_be_right(course):
    key = course / "keys" / "sums.py"
    text = key.read_text(encoding="utf-8").replace("lambda rng: [", "lambda rng: [([1, 2],), ")
    key.write_text(text, encoding="utf-8")
    assert graded.grade(named(lambda numbers: 3 if numbers == [1, 2] else 0), 4) == 0
    assert graded.grade(named(lambda numbers: sum(numbers) if numbers != [1, 2] else 0), 4) == 2
    assert graded.grade(named(lambda numbers: sum(numbers)), 4) == 4


def test_grader_gives_the_points(course):
    assert graded.grade(named(lambda numbers: sum(numbers)), 4) == 4
    assert graded.grade(named(lambda numbers: 0), 4) == 0


def test_grader_ignores_examples_that_lie_about(course, learner, monkeypatch):
    monkeypatch.setenv(masters.COURSE_VARIABLE, str(course))
    assert graded.grade(named(lambda numbers: sum(numbers)), 4) == 4


def test_grader_without_a_course_says_so(learner):
    with pytest.raises(FileNotFoundError, match="no folder with keys and source in .* IMSEARCH_ASSIGNMENTS should name"):
        graded.grade(named(lambda numbers: 0), 1)


def test_key_without_tasks_is_named_and_troubles_nobody_else(course):
    (course / "keys" / "empty.py").write_text("", encoding="utf-8")
    assert graded.grade(named(lambda numbers: sum(numbers)), 1) == 1
    with pytest.raises(ValueError, match="empty.py must define TASKS"):
        graded.grade(named(lambda numbers: 0, "multiply"), 1)


def test_unknown_task_is_told_the_known_ones(course):
    with pytest.raises(ValueError, match="no graded task 'multiply'; known are add_up"):
        graded.grade(named(lambda numbers: 0, "multiply"), 1)


def test_the_grader_s_own_solution_is_not_handed_in(course):
    with pytest.raises(RuntimeError, match="the grader's own solution"):
        graded.grade(masters.tasks_of(course)["add_up"].solution, 1)


def test_nothing_reaches_stderr(course, capsys):
    graded.grade(named(lambda numbers: np.float64(1) / np.zeros(1)), 1)
    assert capsys.readouterr() == ("", "")


# A cheat that is clumsy enough to be seen


EXCHANGED = {
    "where it stands": (equality, "same", "equality.same"),
    "where it is imported": (checking, "same", "checking.same"),
    "in the door": (exercises, "same", "same"),
    "in the grader's own module": (graded, "assess", "graded.assess"),
    "a method": (Score, "__new__", "model.Score.__new__"),
    "a method of what learners have": (tasks.Examples, "worked_cases", "tasks.Examples.worked_cases"),
}


@pytest.mark.parametrize(("owner", "name", "found"), EXCHANGED.values(), ids=EXCHANGED)
def test_exchanged_code_is_found(course, monkeypatch, owner, name, found):
    monkeypatch.setattr(owner, name, lambda *a, **k: 1)
    with pytest.raises(RuntimeError, match=f"has changed what checks it: imsearch_helpers.exercises.{found}"):
        graded.grade(named(lambda numbers: 0), 1)


MODULES = {module.name for module in pkgutil.iter_modules(exercises.__path__)} - {"model"}  # of classes only, see above


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_module_is_left_out(monkeypatch, name):
    module = importlib.import_module(f"imsearch_helpers.exercises.{name}")
    first = next(function for function in vars(module).values() if getattr(function, "__module__", "") == module.__name__ and
                 inspect.isfunction(inspect.unwrap(function)))  # fmt: skip
    monkeypatch.setattr(module, first.__name__, lambda *a, **k: 1)
    assert graded.changed_code() == [f"imsearch_helpers.exercises.{name}.{first.__name__}"]


def test_code_exchanged_inside_a_function_is_found(monkeypatch):
    monkeypatch.setattr(equality.same, "__code__", (lambda one, other: True).__code__)
    assert graded.changed_code() == ["imsearch_helpers.exercises.equality.same"]


def test_untouched_code_is_left_in_peace():
    assert graded.changed_code() == []


# Loops and time

LOOP_FREE = Exercise(solution=add_up, cases=lambda rng: [(rng.integers(0, 9, 4),)], loop_free=True)


def with_for(numbers):
    total = 0
    for number in numbers:
        total += number
    return total


def with_while(numbers):
    place = 0
    while place < len(numbers):
        place += 1
    return sum(numbers)


def through_another(numbers):
    return with_for(numbers)


def doubled_by_map(numbers):
    return sum(list(map(int, numbers)))


def until_it_works(numbers):
    while True:
        try:
            return sum(numbers)
        except TypeError:
            continue


@np.vectorize
def without_code(numbers):
    return numbers


LOOPS = [doubled_by_map, without_code, with_for, with_while, until_it_works, through_another, lambda numbers: sum(n for n in numbers), lambda numbers: sum([n for n in numbers])]


@pytest.mark.parametrize("function", LOOPS)
def test_loop_scores_nothing_where_none_is_allowed(function):
    assert sandbox.has_loop(function)
    score = assess(LOOP_FREE, function, 1, 2)
    assert score == 0 and "It loops" in score.message


def norm(numbers):
    return [number for number in numbers]


def with_care(numbers):
    """Some Pythons jump back to the last lines from each ``with`` and ``except``."""
    with np.errstate(all="ignore"):
        total = np.sum(numbers)
    try:
        total = total + 0 / total
    except ZeroDivisionError:
        total = 0
    total = total + 1
    total = total * 2
    total = max(total, 0)
    return total / 2 - 1


@pytest.mark.parametrize("function", [lambda numbers: np.sum(numbers), lambda numbers: np.linalg.norm(numbers) * 0 + np.sum(numbers), with_care])
def test_arithmetic_on_whole_arrays_is_no_loop_whatever_else_has_its_names(function):
    assert assess(LOOP_FREE, named(function), 1, 2) == 2


def endless(numbers):
    while True:
        pass


def sleeping(numbers):
    time.sleep(60)


@pytest.mark.parametrize("function", [endless, sleeping])
def test_what_does_not_end_is_stopped_at_its_first_case(function, monkeypatch):
    monkeypatch.setattr(sandbox, "TIME_LIMIT", 0.2)
    handler = signal.getsignal(signal.SIGINT)
    score = assess(SUM, function, None, 1)
    assert score == 0 and "It was stopped after 0.2 seconds: does every loop in it come to an end?" in score.message
    assert score.passed == [False] * 4 and signal.getsignal(signal.SIGINT) is handler


def test_of_endless_printing_only_the_beginning_is_kept():
    outcome = sandbox.run(lambda: [print("x" * 999) for _ in range(3000)], ())
    assert len(outcome.printed) == sandbox.MOST_PRINTED and len(outcome.got) == 3000


def test_stop_button_still_stops(monkeypatch):
    def presses_stop(numbers):
        signal.raise_signal(signal.SIGINT)
        time.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        assess(SUM, presses_stop, None, 1)


def test_in_another_thread_nothing_is_interrupted():
    scores = []
    thread = threading.Thread(target=lambda: scores.append(assess(SUM, named(lambda numbers: sum(numbers)), None, 1)))
    thread.start()
    thread.join()
    assert scores == [1]


# Examples as a file

NAMES = st.text(string.ascii_letters, min_size=1)
ARRAYS = hnp.arrays(
    st.sampled_from([np.uint8, np.int64, np.float32, np.float64, bool]), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    PLAIN | ARRAYS | st.sets(NAMES),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(NAMES, inner) | st.builds(Lookup, st.dictionaries(NAMES, inner)),
    max_leaves=6,
)


def equal(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, Lookup):
        return equal(one.answers, other.answers)
    return type(one) is type(other) and one == other


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_what_is_written_comes_back_the_same(value):
    text = json.dumps(tasks._encoded(value))
    assert equal(value, tasks._decoded(json.loads(text)))


@pytest.mark.parametrize("value", [object(), 1j, lambda x: x, b"bytes"])
def test_what_cannot_be_written_is_named(value):
    with pytest.raises(TypeError, match=f"not {type(value).__name__}"):
        tasks._encoded(value)


def test_judge_cannot_be_written_down(tmp_path):
    judged = Exercise(solution=add_up, cases=lists, judge=lambda *a: "")
    with pytest.raises(ValueError, match="add_up: a task with a judge or a contest cannot be written down"):
        tasks.write_examples([judged], tmp_path / "x.json")


def test_forbidden_functions_are_found_again(tmp_path):
    task = Exercise(solution=add_up, cases=lists, forbidden=(cosine_similarity,))
    tasks.write_examples([task], tmp_path / "x.json")
    assert tasks.read_examples(tmp_path / "x.json")["add_up"].ready_made == (cosine_similarity,)


def test_lookup_answers_or_raises():
    read = Lookup({"a": 1.0, "b": "cut short"})
    assert read("a") == 1.0 and same(read, Lookup({"a": 1.0, "b": "cut short"})) and read != Lookup({"a": 2.0})
    with pytest.raises(ValueError, match="cut short"):
        read("b")
    assert repr(read) == "<a function: 'a' gives 1.0, 'b' raises ValueError('cut short')>"


# The open project


def project(picture):
    """An untouched project."""
    ...


def test_untouched_project_is_not_measured():
    assert graded.project_report(project) == "not attempted yet"


def test_project_is_measured_beside_the_course_s_methods(learner):
    lines = graded.project_report(exercises.all_exercises()["my_method"].solution).splitlines()
    assert "250 pictures of the held-out products" in lines[0] and len(lines) == 5
    assert [line.split("  ")[0] for line in lines[1:]] == ["your project", "hues, as in lesson 07", "root_histogram", "histogram"]
    assert lines[1].split("  ")[-1].strip() == lines[2].split("  ")[-1].strip()  # the same method, the same numbers


def test_project_that_draws_lots_is_told(learner):
    rng = np.random.default_rng()
    assert "another vector each time" in graded.project_report(lambda picture: rng.random(4))


def test_project_is_measured_on_private_products_where_there_are_some(course, monkeypatch):
    from imsearch_helpers import Products, data_dir

    private = course / "private"
    (private / "products").mkdir(parents=True)
    head, *rows = (data_dir() / "products.csv").read_text(encoding="utf-8").splitlines()
    some = [row for row in rows if ",mug_0" in row]
    (private / "products.csv").write_text("\n".join([head, *some]) + "\n", encoding="utf-8")
    for row in some:
        name = row.split(",")[0]
        (private / "products" / name).write_bytes((data_dir() / "products" / name).read_bytes())
    report = graded.project_report(lambda picture: np.asarray(picture.resize((4, 4)), dtype=float).ravel())
    assert f"{len(some)} pictures of the private products" in report and len(Products(private)) == len(some)
