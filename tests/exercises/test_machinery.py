"""The machinery of the exercises: it is hard to fool, and has an answer to whatever a learner may hand in.

Answers to single exercises are in the banks beside this file. Here it is one exercise that asks for a number, one that asks
for an array, one with a judge, and functions of every odd kind.
"""

import functools
import types
import warnings

import numpy as np
import pytest

from imsearch_helpers import cosine_similarity, exercises
from imsearch_helpers.exercises import CORRECT, NOT_ATTEMPTED, NOT_YET, check, hint, same, sandbox

NUMBER, ARRAY, JUDGED = "cosine_from_sums", "unflatten", "two_that_disagree"


def named(function, name=NUMBER):
    function.__name__ = name
    return function


def returning(answer, name=NUMBER):
    return named(lambda *case: answer, name)


def right(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    lengths = (v1 @ v1) ** 0.5 * (v2 @ v2) ** 0.5
    return v1 @ v2 / lengths if lengths else 0.0


def solution_of(name):
    return exercises.all_exercises()[name].solution


class Sly(list):
    """Claims to hold three things, and shows none."""

    __len__ = lambda self: 3
    __iter__ = lambda self: iter(())


class Agreeing(dict):
    keys = lambda self: {"a": 1}.keys()
    __getitem__ = lambda self, key: 1


@pytest.mark.parametrize(("answer", "right"), [(Sly(), [1, 2, 3]), (Sly(), (1, 2, 3)), (Agreeing(), {"a": 1})])
def test_a_container_is_judged_by_what_it_holds(answer, right):
    assert not same(answer, right) and not same(right, answer)


class Odd:
    def __repr__(self):
        raise ValueError("no words")


class Agreeable:
    def __eq__(self, other):
        return True

    __hash__ = None


NO_NUMBERS = {
    "text": np.array(["x"]),
    "complex": np.zeros(3, dtype=complex),
    "objects": np.zeros(3, dtype=object),
    "fields": np.zeros(3, dtype=[("a", int)]),
    "dates": np.zeros(3, dtype="M8[s]"),
}


WANTED = {NUMBER: "It should be a number.", ARRAY: "It should be an array of numbers.", "batch_scores": "It should be an array of numbers."}


@pytest.mark.parametrize("answer", NO_NUMBERS.values(), ids=NO_NUMBERS)
@pytest.mark.parametrize("name", WANTED)
def test_an_array_of_something_else_is_no_right_answer(name, answer):
    assert not same(answer, np.zeros(3))
    score = check(returning(answer, name))
    assert score == 0 and score.message.startswith(f"{WANTED[name]}\n")


ODD_ANSWERS = {
    "a string": "x",
    "a ragged list": [1, [2, 3]],
    "a pair of strings": ("a", "b"),
    "a pair of nothing": (None, None),
    "a pair without numbers": (np.full(3, np.nan), np.full(3, np.nan)),
    "endless numbers": (np.full(3, np.inf), np.full(3, np.inf)),
    "a module": np,
    "a class": Odd,
    "what equals everything": Agreeable(),
    "what cannot be shown": Odd(),
    "an iterator": iter([1]),
    "a huge number": 10**400,
}


@pytest.mark.parametrize("name", sorted(exercises.all_exercises()))
@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_odd_answers_get_an_answer_and_no_traceback(name, answer):
    score = check(returning(answer, name))
    assert (score, score.status) == (0, NOT_YET)
    assert f"The call:  {name}(" in score.message and name in score._repr_html_()


@pytest.mark.parametrize("wrap", [float, np.float32, np.array], ids=["float", "numpy scalar", "0-d array"])
def test_a_number_may_come_as_any_of_its_types(wrap):
    assert check(named(lambda v1, v2: wrap(right(v1, v2)))).status == CORRECT


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: np.array([x])], ids=["list", "array"])
def test_a_number_in_a_container_is_told_its_shape(wrap):
    assert "The shape is (1,); it should be one number." in check(named(lambda v1, v2: wrap(right(v1, v2)))).message


@pytest.mark.parametrize(("answer", "said"), [
    (lambda query, results, category_of: False, "Likely cause"),
    (lambda query, results, category_of: category_of[results[1][0]] == category_of[query], "Likely cause"),
])  # fmt: skip
def test_of_true_and_false_the_opposite_is_no_cause_where_some_answers_are_right(answer, said):
    assert said not in check(named(answer, "is_fooled")).message


def test_a_missing_root_is_told_though_zeros_are_forgotten_too():
    def squared_lengths(v1, v2):
        v1, v2 = v1.astype(float), v2.astype(float)
        with np.errstate(invalid="ignore"):
            return v1 @ v2 / (v1 @ v1 * (v2 @ v2))

    assert "square root of the sum of squares" in check(named(squared_lengths, "cosine_from_sums")).message


def test_nan_is_explained():
    assert "it comes from 0 / 0" in check(named(lambda v1, v2: np.float64("nan"))).message


def test_a_list_that_is_divided_is_explained():
    assert "np.array(...) makes it an array" in check(named(lambda v1, v2: [1, 2] / 3)).message


def test_an_array_may_come_as_a_list():
    def unflatten(vector, size):
        width, height = size
        return [[vector[row * width + column] for column in range(width)] for row in range(height)]

    assert check(unflatten).status == CORRECT


@pytest.mark.parametrize("name", [NUMBER, ARRAY, JUDGED])
def test_a_generator_is_told_to_return(name):
    def yields(*case):
        yield case

    assert "It yields" in check(named(yields, name)).message


def test_forgotten_brackets_are_named():
    assert "brackets missing" in check(named(lambda v1, v2: v1.sum)).message


@pytest.mark.parametrize("function", [lambda: 1, lambda v1: 1, lambda v1, v2, v3: 1], ids=["none", "too few", "too many"])
def test_other_arguments_than_the_stubs_are_told(function):
    assert "It should take (v1, v2), as the stub does." in check(named(function)).message


@pytest.mark.parametrize("function", [lambda v1, v2, eps=0: right(v1, v2), lambda *vectors: right(*vectors)])
def test_defaults_and_stars_are_welcome(function):
    assert check(named(function)).status == CORRECT


def passed_on(function):
    @functools.wraps(function)
    def inner(*case):
        return function(*case)

    return inner


def test_a_decorated_function_is_checked_and_its_blank_is_seen():
    def cosine_from_sums(v1, v2): ...

    assert check(passed_on(named(lambda v1, v2: right(v1, v2)))).status == CORRECT
    assert check(passed_on(cosine_from_sums)).status == NOT_ATTEMPTED


def test_a_function_that_remembers_its_results_is_run():
    assert "unhashable" in check(functools.cache(named(lambda v1, v2: right(v1, v2)))).message


class Callable:
    def __call__(self, v1, v2):
        return right(v1, v2)


@pytest.mark.parametrize("given", [None, 1.0, NUMBER, np, Callable, Callable(), functools.partial(right)])
def test_what_is_no_function_is_told_so(given):
    with pytest.raises(TypeError, match="without brackets or quotes"):
        check(given)


def test_a_lambda_has_no_name_to_go_by():
    with pytest.raises(TypeError, match="write it with def"):
        check(lambda v1, v2: right(v1, v2))


def test_another_name_is_told_the_known_ones():
    with pytest.raises(ValueError, match="no exercise 'right'; known are .*cosine_from_sums"):
        check(right)


by_another_name = cosine_similarity


def through_the_module(v1, v2):
    from imsearch_helpers import similarity

    return next(value for name, value in vars(similarity).items() if name.startswith("cosine"))(v1, v2)


kept = [cosine_similarity]


def helper(v1, v2):
    return by_another_name(v1, v2)


READY_MADE = {
    "another name": lambda v1, v2: by_another_name(v1, v2),
    "out of a list": lambda v1, v2: kept[0](v1, v2),
    "inside a helper": lambda v1, v2: float(helper(v1, v2)),
    "as an argument": lambda v1, v2: next(map(cosine_similarity, [v1], [v2])),
    "through the module": through_the_module,
    "partial": lambda v1, v2: functools.partial(cosine_similarity, v1)(v2),
    "the worked solution": lambda v1, v2: solution_of(NUMBER)(v1, v2),
}


@pytest.mark.parametrize("function", READY_MADE.values(), ids=READY_MADE)
def test_ready_made_answers_refuse(function):
    assert "Here you build your own" in check(named(function)).message
    assert cosine_similarity(np.array([1.0, 2.0]), np.array([2.0, 1.0])) == pytest.approx(0.8)  # and work again


@pytest.mark.parametrize("name", sorted(exercises.all_exercises()))
def test_the_worked_solution_itself_is_not_handed_in(name):
    score = check(solution_of(name))
    assert (score, score.status) == (0, NOT_YET) and "Here you build your own" in score.message


def test_a_caught_refusal_gives_no_answer():
    def cosine_from_sums(v1, v2):
        try:
            return cosine_similarity(v1, v2)
        except Exception:
            return 0.0

    assert check(cosine_from_sums, seed=0).passed == [False, False, False, True, False, False, False]  # the fourth has a vector of zeros


def three():
    """Counts; a generator."""
    yield from range(3)


def times(factor):
    def multiplied(number):
        return factor * number

    return multiplied


@np.errstate(all="ignore")
def decorated(number):
    return number


doubled, counted, counts = times(2), three, [three]
KINDS = {
    "a function": (right, lambda: right(np.ones(2), np.ones(2)), 1),
    "a function with a variable of its own": (doubled, lambda: doubled(2), 4),
    "a decorated function": (decorated, lambda: decorated(2), 2),
    "a generator": (three, lambda: list(counted()), [0, 1, 2]),
    "a generator, inside another": (three, lambda: [number for make in counts for number in make()], [0, 1, 2]),
}


@pytest.mark.parametrize(("forbidden", "call", "answer"), KINDS.values(), ids=KINDS)
def test_ready_made_functions_of_every_kind_refuse_during_a_call_only(forbidden, call, answer):
    outcome = sandbox.run(call, (), [forbidden])
    assert outcome.got is None and sandbox.refused(outcome.error)
    assert sandbox.run(call, ()) == (pytest.approx(answer), None, "")


def test_ready_made_functions_refuse_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = sandbox.run(lambda: list(three()), (), [three, right, doubled])
    assert sandbox.refused(outcome.error)


def test_a_helper_of_the_readers_own_is_theirs():
    def cosine_similarity(v1, v2):
        return right(v1, v2)

    assert check(named(lambda v1, v2: cosine_similarity(v1, v2))).status == CORRECT


def test_a_name_that_is_missing_is_told():
    assert "NameError: name 'not_run_yet' is not defined" in check(named(lambda v1, v2: not_run_yet(v1, v2))).message  # noqa: F821


def index_a_pair(v1, v2):
    return {0: v1}[(0, v2.tolist()[0])]


LIKELY_CAUSES = {
    "a list minus a number": (lambda v1, v2: v1.tolist() - 1, "it is a list, where an array is needed"),
    "a list has no mean": (lambda v1, v2: v1.tolist().mean(), "it is a list, where an array is needed"),
    "a pair as a number": (lambda v1, v2: (v1, v2) - v1[0].item(), "take it apart"),
    "a pair as a key": (index_a_pair, "take it apart"),
    "a method that returns nothing": (lambda v1, v2: v1.tolist().sort() + 1, "None is what a function gives that returns nothing"),
    "256 in uint8": (lambda v1, v2: v1.astype(np.uint8) * 256, "a uint8 stays one in a calculation"),
    "minus in place": (lambda v1, v2: np.subtract(v1, 0.5, out=v1), "write v = v - ... instead"),
    "shapes that do not fit": (lambda v1, v2: v1 + np.ones(len(v1) + 1), "Look at .shape of both"),
    "a product that does not fit": (lambda v1, v2: v1 @ np.ones((len(v1) + 1, 2)), "Look at .shape of both"),
    "float of an array": (lambda v1, v2: float(v1), "array.astype(float)"),
    "if with an array": (lambda v1, v2: 0 if v1 == v2 else 1, ".any() or .all()"),
    "divided by zero": (lambda v1, v2: 1 // 0, "look for 0 before you divide"),
    "one too far": (lambda v1, v2: v1[len(v1)], "the last of n places is n - 1"),
    "booleans subtracted": (lambda v1, v2: (v1 > 1) - (v2 > 1), "True and False cannot be subtracted"),
    "a dictionary with round brackets": (lambda v1, v2: dict.fromkeys("a")("a"), "square ones take what is in a dictionary"),
    "an array with round brackets": (lambda v1, v2: v1(0), "square ones take what is in a dictionary"),
    "no such shape": (lambda v1, v2: v1.reshape(100, 100), "rows times columns must be"),
    "no such key": (lambda v1, v2: {}["a"], "is it spelled as in the dict"),
    "no such name": (lambda v1, v2: not_there, "was the cell run that defines"),  # noqa: F821
}


@pytest.mark.parametrize(("function", "cause"), LIKELY_CAUSES.values(), ids=LIKELY_CAUSES)
def test_an_error_has_a_likely_cause(function, cause):
    lines = check(named(function)).message.splitlines()
    assert lines[0].startswith("It stopped with")
    assert any(line.startswith("Likely cause: ") and cause in line for line in lines)


def test_a_forgotten_step_is_named_though_uint8_wraps_around_as_well():
    assert "divide it by both lengths" in check(named(lambda v1, v2: (v1 * v2).sum())).message
    assert "divide by the lengths of both" in check(named(lambda queries, vectors: queries @ vectors.T, "batch_scores")).message


def test_a_pair_where_a_number_is_asked_for_and_no_text_where_one_is():
    assert check(named(lambda v1, v2: (right(v1, v2), 1))).message.startswith("These are 2 values; one number is asked for.")
    assert check(named(lambda outcome, reason, harmless: True, "decide")).message.startswith("It should be a text, such as ")


def test_of_an_array_with_as_many_values_as_asked_for_nothing_is_said_but_what_it_holds():
    wrong = lambda truth, ranking, k: np.array([9.0, 9.0])  # as an array of the right two would pass
    assert check(named(wrong, "precision_and_recall")).message.startswith("The call: ")


def test_an_error_of_a_million_letters_fills_no_page():
    def shouts(v1, v2):
        raise ValueError("x" * 1_000_000)

    assert len(check(named(shouts)).message) < 3000


def test_a_text_that_says_of_itself_that_it_equals_everything_does_not():
    class Sly(str):
        __eq__ = lambda self, other: True
        __str__ = lambda self: self
        __hash__ = str.__hash__

    assert not exercises.same(Sly("x"), "y") and exercises.same(Sly("y"), "y")


def test_what_helps_comes_first_and_a_picture_fills_no_page():
    message = check(named(lambda colour, wall: np.zeros((8, 8, 3)), "colour_card")).message
    assert message.startswith("The dtype is float64") and len(message.splitlines()) <= 30


def test_a_blank_is_told_to_run_its_own_cell():
    def unflatten(vector, size): ...

    assert check(unflatten).message == "Replace the three dots in unflatten, run the cell with the function first, then this cell again."


def test_errors_that_cannot_be_written_out_are_named():
    class Speechless(Exception):
        def __str__(self):
            raise RuntimeError

    def cosine_from_sums(v1, v2):
        raise Speechless

    assert "Speechless" in check(cosine_from_sums).message


def test_numpys_settings_come_back():
    def cosine_from_sums(v1, v2):
        np.seterr(all="raise")
        return right(v1, v2)

    before = np.geterr()
    assert check(cosine_from_sums).status == CORRECT
    assert np.geterr() == before


def test_an_input_changed_in_place_is_seen():
    def cosine_from_sums(v1, v2):
        v1[0] += 1
        return right(v1, v2)

    assert "It changed its input" in check(cosine_from_sums).message


def test_beyond_the_last_hint_stand_the_last_one_and_the_way_to_the_solution():
    assert hint(ARRAY, 3).startswith("**Hint 2 of 2.**") and 'no hint 3; more is said by `solution(\'unflatten\')`' in hint(ARRAY, 3)
    assert hint(NUMBER, 3).startswith("**Hint 3 of 3.**") and "solution" not in hint(NUMBER, 3)


@pytest.mark.parametrize("tier", [0, -1, 1.0, True, "1", None])
def test_a_hint_that_does_not_exist_is_told(tier):
    with pytest.raises(ValueError, match="tier must be from 1 to 3"):
        hint(NUMBER, tier)


@pytest.mark.parametrize(
    ("one", "other"), [("a", np.str_("a")), ({"a": [1, 2.0]}, {"a": (1, 2)}), (np.array(["a"]), np.array(["a"])), (3, np.uint8(3))]
)
def test_equal_answers_are_the_same(one, other):
    assert same(one, other) and same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a", "b"), (np.array(["a"]), np.array(["b"])), ([1], [1, 2]), ("1", 1), (None, 0.0), (types, None), ({1}, {2}), (1 + 0j, 1.0)],
)
def test_different_answers_are_not_the_same(one, other):
    assert not same(one, other) and not same(other, one)
