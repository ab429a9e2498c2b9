"""The graded tasks by direct calls: right answers pass any seed, wrong ones are told why, and nothing ready-made passes."""

import ast
import copy
import importlib
import inspect
import pkgutil
import types

import numpy as np
import pytest

import imsearch_helpers
from imsearch_helpers import exercises
from imsearch_helpers.exercises import CORRECT, NOT_ATTEMPTED, NOT_YET, graded, sandbox
from imsearch_helpers.exercises.masters import COURSE_VARIABLE, key_of
from imsearch_helpers.exercises.tasks import read_examples
from tests import REPOSITORY
from tests.classroom.course import ASSIGNMENTS, NAMES, answer_cells, assess, bank, kind_of, master, named, test_cells

KEYS = {name: {task.name: task for task in key_of(ASSIGNMENTS / "keys" / f"{name}.py").TASKS} for name in NAMES}
TASKS = {task.name: task for tasks in KEYS.values() for task in tasks.values()}
EXAMPLES = {key: task for name in NAMES for key, task in read_examples(ASSIGNMENTS / "source" / name / "examples.json").items()}
BANKS = {name: bank(name) for name in NAMES}
UNUSUAL = bank("unusual").RIGHT
RIGHT = {task: [*answers, *UNUSUAL.get(task, ())] for one in BANKS.values() for task, answers in one.RIGHT.items()}
WRONG = {task: answers for one in BANKS.values() for task, answers in one.WRONG.items()}
SEEDS = [graded.PUBLIC_SEED, 1, 2]

each_assignment = pytest.mark.parametrize("name", NAMES)
each_task = pytest.mark.parametrize("task", sorted(TASKS))


def typed_in(function):
    """The same function once more: the key's own refuses to work while a check runs."""
    return types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)


def flat(answers):
    return [pytest.param(task, one, id=f"{task}-{i}") for task, many in answers.items() for i, one in enumerate(many)]


# The assignments


def test_there_are_at_least_five_assignments_with_at_least_twenty_tasks():
    assert NAMES == [path.name for path in sorted((ASSIGNMENTS / "source").iterdir()) if path.is_dir()]
    assert len(NAMES) >= 5 and len(TASKS) == sum(map(len, KEYS.values())) >= 20  # no name twice


def test_no_task_has_the_name_of_an_exercise_or_of_a_function_of_the_package():
    assert not set(TASKS) & (set(exercises.all_exercises()) | set(imsearch_helpers.__all__))


@each_assignment
def test_every_task_has_a_solution_a_visible_check_and_a_hidden_one_for_the_same_points(name):
    assert list(answer_cells(master(name))) == list(KEYS[name])
    for cell in test_cells(master(name)):
        task, points = kind_of(cell)["grade_id"].removeprefix("test_"), kind_of(cell)["points"]
        visible, hidden = cell.source.split("### BEGIN HIDDEN TESTS")
        assert visible == f"check({task}, points={points})\n"
        assert f"importlib.reload(graded).grade({task}, points={points})" in hidden


@each_assignment
def test_the_examples_are_what_key_and_master_make(name):
    for task in KEYS[name].values():
        made, handed_out = task.worked_cases(seed=0), EXAMPLES[task.name].worked_cases()
        assert exercises.same([list(case) for case in made], [list(case) for case in handed_out])
        assert (task.signature, task.ready_made[:-1]) == (EXAMPLES[task.name].signature, EXAMPLES[task.name].ready_made)
    assert (ASSIGNMENTS / "source" / name / "examples.json").stat().st_size < 100_000


def lines_of(source):
    return "\n".join(line.split("  #")[0].strip() for line in source.splitlines())


def pairs_of_solution_lines(cell):
    """Two lines of a solution that follow one another; a single one may say what everybody says."""
    lines = lines_of(cell.source.split("### BEGIN SOLUTION\n")[1].split("### END SOLUTION")[0]).strip().splitlines()
    return list(map("\n".join, zip(lines, lines[1:])))


@each_assignment
def test_no_solution_stands_in_the_package_or_in_the_examples(name):
    package = "\n".join(lines_of(path.read_text(encoding="utf-8")) for path in (REPOSITORY / "imsearch_helpers").rglob("*.py"))
    examples = (ASSIGNMENTS / "source" / name / "examples.json").read_text(encoding="utf-8")
    for cell in answer_cells(master(name)).values():
        pairs = pairs_of_solution_lines(cell)
        found = [pair for pair in pairs if pair in package]
        assert pairs and len(found) <= len(pairs) / 3, found  # a loop over paths with a try in it begins like any other
        assert not any(pair in examples for pair in pairs)


# Right and wrong answers


@each_task
def test_the_bank_has_enough_answers(task):
    in_the_first_four = not any(task in KEYS[name] for name in NAMES[4:])
    assert len(RIGHT[task]) >= (5 if in_the_first_four else 1) and len(WRONG[task]) >= 6


@each_task
def test_the_solution_and_the_right_answers_have_full_points_for_any_seed(task):
    for function in [typed_in(TASKS[task].solution), *(named(answer, task) for answer in RIGHT[task])]:
        scores = [assess(TASKS[task], function, seed, 3) for seed in [*SEEDS, *range(3, 8)]]
        assert scores == [3] * 8, str(min(scores))
        assert assess(EXAMPLES[task], function, None, 3).status == CORRECT


@pytest.mark.parametrize(("task", "wrong"), flat(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong_by_learner_s_and_grader_s_check(task, wrong):
    function, fragment = wrong
    for score in (assess(EXAMPLES[task], named(function, task), None, 3), assess(TASKS[task], function, SEEDS[0], 3)):
        assert score.status == NOT_YET and score < 3
        assert fragment in score.message, str(score)
    assert all(assess(TASKS[task], function, seed, 3) < 3 for seed in SEEDS)


@each_task
def test_every_slip_of_the_key_is_in_the_bank(task):
    told = "\n".join(assess(EXAMPLES[task], named(function, task), None, 1).message for function, _ in WRONG[task])
    assert [cause for cause in TASKS[task].slips if cause not in told] == []


@each_task
def test_the_blank_stub_is_not_attempted_yet(task):
    [source] = [cells[task].source for cells in map(answer_cells, map(master, NAMES)) if task in cells]
    namespace = {"np": np}
    exec(source.split("### BEGIN SOLUTION")[0] + "...", namespace)
    assert assess(EXAMPLES[task], namespace[task], None, 1).status == NOT_ATTEMPTED


# What must not pass


@each_task
def test_remembered_answers_fail(task, monkeypatch):
    def written(given):
        return repr([sorted(part) if isinstance(part, set) else part for part in given])

    remembered = {written(case.given): case.expected for case in EXAMPLES[task].cases}

    def by_heart(*given):
        return remembered.get(written(given), next(iter(remembered.values())))

    assert assess(EXAMPLES[task], named(by_heart, task), None, 1).status == CORRECT
    monkeypatch.setenv(COURSE_VARIABLE, str(ASSIGNMENTS))
    assert graded.grade(by_heart, 1) <= 0.2


@each_task
def test_at_most_one_of_the_grader_s_cases_is_an_example(task):
    seen = [case.given for case in EXAMPLES[task].cases]
    assert sum(any(exercises.same(case.given, given) for given in seen) for case in TASKS[task].worked_cases(SEEDS[0])) <= 1


def ready_made():
    """Every public function of the package, and the lessons' worked solutions; not what starts or stops programs and threads, or lays out files."""
    others = {"__main__", "start", "copies", "reader", "reader_pool", "workers", "cluster", "postgres"}
    names = {name for _, name, _ in pkgutil.iter_modules(imsearch_helpers.__path__)} - others  # not only those that are loaded by now
    modules = [importlib.import_module(f"imsearch_helpers.{name}") for name in sorted(names)]
    functions = {value for module in modules for value in vars(module).values() if inspect.isfunction(value)}
    functions = {function for function in functions if not function.__name__.startswith("_")}
    return functions | {exercise.solution for exercise in exercises.all_exercises().values()}


@each_task
def test_no_function_of_the_package_and_no_lesson_s_solution_passes(task):
    wanted, n_tried = len(inspect.signature(TASKS[task].solution).parameters), 0
    first = TASKS[task].worked_cases(SEEDS[0])[0]
    for function in ready_made():
        parameters = inspect.signature(function).parameters.values()
        if function.__module__.startswith("imsearch_helpers") and wanted in (
            len(parameters), sum(parameter.default is parameter.empty for parameter in parameters)
        ):  # fmt: skip
            copied = lambda *given, function=function: function(*given)
            if exercises.same(sandbox.run(copied, copy.deepcopy(first.given)).got, first.expected):
                assert assess(TASKS[task], named(copied, task), SEEDS[0], 1) < 1, function
            n_tried += 1
    assert n_tried >= 5


@each_task
def test_a_forbidden_function_scores_nothing_at_all(task):
    solution = typed_in(TASKS[task].solution)
    for forbidden in TASKS[task].forbidden:

        def calls_it_once(*given, forbidden=forbidden):
            list(forbidden(*given))  # a generator works, and refuses, when its first item is asked for
            return solution(*given)

        score = assess(TASKS[task], named(calls_it_once, task), SEEDS[0], 1)
        assert score == 0 and "the package's own function" in score.message


# The key as source: solutions come from the master, never from the key


@each_assignment
def test_the_key_takes_its_solutions_from_the_master(name):
    tree = ast.parse((ASSIGNMENTS / "keys" / f"{name}.py").read_text(encoding="utf-8"))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert not defined & set(KEYS[name])


@each_assignment
def test_the_master_was_executed_with_full_points(name):
    for cell in test_cells(master(name)):
        [result] = [output for output in cell.outputs if output.output_type == "execute_result"]
        assert float(result.data["text/plain"]) == kind_of(cell)["points"]
