"""The checks' own check: each solution with one usual slip put in by program, and how many of these mutants a check lets pass.

    python -m tests.exercises.mutants [NAME ...]

A mutant that passes is either equal in meaning, and then `EQUAL` says why, or a case is missing.
"""

import ast
import copy
import inspect
import json
import sys
import textwrap
from typing import NamedTuple

from tqdm import tqdm

from imsearch_helpers.exercises import CORRECT, sandbox
from tests import REPOSITORY
from tests.exercises.banks import all_banks, score_of

SEEDS = range(3)
MASTERS = sorted((REPOSITORY / "notebooks" / "assignments" / "source").glob("*/*.ipynb"))


class Mutant(NamedTuple):
    """A solution with one slip, and the slip in words, such as ``a < b -> a <= b``."""

    slip: str
    function: object


# What a slip makes of one piece of code: each takes a node and yields what may stand in its place

OTHER_OPERATORS = {
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult, ast.FloorDiv], ast.FloorDiv: [ast.Div],
    ast.Pow: [ast.Mult], ast.Mod: [ast.FloorDiv], ast.And: [ast.Or], ast.Or: [ast.And],
    ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
}  # fmt: skip
OTHER_NAMES = {
    "min": ["max"], "max": ["min"], "any": ["all"], "all": ["any"], "argmin": ["argmax"], "argmax": ["argmin"], "minimum": ["maximum"],
    "maximum": ["minimum"], "mean": ["sum", "median"], "sum": ["mean", "max"], "std": ["var"], "floor": ["ceil"], "ceil": ["floor"],
    "append": ["extend"], "vstack": ["hstack"], "hstack": ["vstack"], "round": ["floor"], "rint": ["floor"],
}  # fmt: skip
SYMMETRIC = {"min", "max", "minimum", "maximum", "cosine_similarity"}
DROPPED_CALLS = {"float", "int", "abs", "set", "list", "sorted", "sqrt", "str", "round", "rint", "bool"}
DROPPED_METHODS = {"astype", "copy", "lower", "ravel", "strip", "clip", "tolist"}


def _operators(node):
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        for other in OTHER_OPERATORS.get(type(node.op), ()):
            yield _changed(node, op=other())
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in OTHER_OPERATORS.get(type(node.ops[0]), ()):
            yield _changed(node, ops=[other()])


def _dropped_parts(node):
    """A factor, a summand, a condition, a sign or a transposition is forgotten."""
    if isinstance(node, ast.BinOp):
        yield node.left
        if isinstance(node.op, (ast.Mult, ast.Add)):
            yield node.right
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.comprehension):
        yield from (_changed(node, ifs=node.ifs[:i] + node.ifs[i + 1 :]) for i in range(len(node.ifs)))


def _constants(node):
    """Off by one; an axis or a switch exchanged."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        step = 1 if isinstance(node.value, int) or node.value >= 1 else node.value / 10 or 1.0
        yield from (ast.Constant(node.value + step), ast.Constant(node.value - step))


def _calls(node):
    """A conversion or an option is forgotten; arguments change places; min for max."""
    if not isinstance(node, ast.Call):
        return
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    for other in OTHER_NAMES.get(name, ()):
        key = "id" if isinstance(node.func, ast.Name) else "attr"
        yield _changed(node, func=_changed(node.func, **{key: other}))
    if name in DROPPED_CALLS and len(node.args) == 1:
        yield node.args[0]
    if name in DROPPED_METHODS and isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    yield from (_changed(node, keywords=node.keywords[:i] + node.keywords[i + 1 :]) for i in range(len(node.keywords)))
    if len(node.args) == 2 and name not in SYMMETRIC:
        yield _changed(node, args=node.args[::-1])
    if name == "range" and len(node.args) == 1:
        yield _changed(node, args=[ast.Constant(1), node.args[0]])
    if name == "sorted" and not any(keyword.arg == "reverse" for keyword in node.keywords):
        yield _changed(node, keywords=[*node.keywords, ast.keyword("reverse", ast.Constant(True))])


def _is_module(node):
    return isinstance(node, ast.Name) and node.id == "np"


def _borders(node):
    """A slice or a range one longer or shorter, or without one of its borders."""
    if isinstance(node, ast.Slice):
        for key in ("lower", "upper", "step"):
            border = getattr(node, key)
            if border is not None:
                yield _changed(node, **{key: None})
                if key != "step" and not isinstance(border, ast.Constant):
                    yield from (_changed(node, **{key: ast.BinOp(border, op, ast.Constant(1))}) for op in (ast.Add(), ast.Sub()))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        border = node.args[min(1, len(node.args) - 1)]
        for op in (ast.Add(), ast.Sub()):
            changed = ast.BinOp(border, op, ast.Constant(1))
            yield _changed(node, args=[changed if argument is border else argument for argument in node.args])


def _pairs(node):
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        yield _changed(node, elts=node.elts[::-1])


def _statements(node):
    """A line is forgotten, an ``if`` is always or never taken, a loop ends too early."""
    if isinstance(node, ast.If):
        yield from (_changed(node, test=ast.Constant(always)) for always in (True, False))
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, (ast.AugAssign, ast.Continue)) or isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()
    elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in _names_in(node.value):
        yield ast.Pass()


def _names_in(node):
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _exchanged_parameters(function):
    """Height for width: another parameter than was meant."""
    names = [argument.arg for argument in function.args.args]

    def slip(node):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            yield from (ast.Name(name, ast.Load()) for name in names if name != node.id)

    return slip


SLIPS = [_operators, _dropped_parts, _constants, _calls, _borders, _pairs, _statements]


def _changed(node, **parts):
    changed = copy.copy(node)
    for key, part in parts.items():
        setattr(changed, key, part)
    return changed


# A solution -> its mutants


def source_of(name):
    """The source of a solution: of a lesson's from its module, of a task's from the master's cell."""
    solution = all_banks()[name].exercise.solution
    if solution.__code__.co_filename.endswith(".py"):
        return textwrap.dedent(inspect.getsource(solution))
    cells = [cell for path in MASTERS for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    return next("".join(cell["source"]) for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def mutants_of(name):
    """A solution with one slip at a time.

    Parameters
    ----------
    name : str
        An exercise or a graded task.

    Yields
    ------
    Mutant
    """
    tree, seen = ast.parse(source_of(name)), {}
    slips = [*SLIPS, _exchanged_parameters(next(node for node in tree.body if getattr(node, "name", "") == name))]
    for place, node in enumerate(list(ast.walk(tree))):
        for new in (new for slip in slips for new in slip(node)):
            changed = _exchanged(tree, place, new)
            if ast.unparse(changed) == ast.unparse(tree):
                continue  # two empty lists that changed places
            words = " -> ".join(_first_difference(ast.unparse(tree), ast.unparse(changed)))
            if words not in seen:
                seen[words] = Mutant(words, _compiled(changed, name))
                yield seen[words]


def _first_difference(one, other):
    lines = zip(one.splitlines(), other.splitlines())
    return next(((before.strip(), after.strip()) for before, after in lines if before != after), ("a line", "none"))


def _exchanged(tree, place, new):
    tree = copy.deepcopy(tree)
    old = list(ast.walk(tree))[place]
    return _Exchange(old, copy.deepcopy(new)).visit(tree)


def _compiled(tree, name):
    namespace = dict(all_banks()[name].exercise.solution.__globals__)
    exec(compile(ast.fix_missing_locations(tree), f"<{name} with a slip>", "exec"), namespace)
    return namespace[name]


class _Exchange(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def survivors(name, seeds=SEEDS):
    """The mutants that a check accepts.

    Parameters
    ----------
    name : str
    seeds : iterable of int

    Returns
    -------
    dict of str to list of int
        Slip -> the seeds on which it passes.
    """
    passing = {slip: [seed for seed in seeds if score_of(name, function, seed).status == CORRECT] for slip, function in mutants_of(name)}
    return {slip: where for slip, where in passing.items() if where}


def unexplained(name, seeds=SEEDS):
    """The survivors of which `EQUAL` does not say why they mean the same."""
    equal = tuple(EQUAL.get(name, ()))
    return {slip: where for slip, where in survivors(name, seeds).items() if not slip.endswith(equal)}


# Exercise -> the changed line -> why it means the same, or why it cannot be told apart

ANY_SIZE = "NumPy takes any negative number in reshape for what is left"
ORDER = "the two are treated alike, so it does not matter which is which"
ONLY_ZEROS = "there are only zeros to be divided, so it does not matter by what"
SHARES = "it is the same factor for all, and a share does not see it"
PROPORTIONS = "hue and saturation are proportions, so the scale does not matter"
ALSO_RIGHT = "another right pair"
NUMBERS = "the same numbers in another type"

EQUAL = {
    "mean_difference": {
        "return np.abs(a - b.astype(float)).mean()": "one float makes both floats",
        "return np.abs(a.astype(float) - b).mean()": "one float makes both floats",
    },
    "flatten_by_columns": {"return grid.T.reshape(-2)": ANY_SIZE},
    "colour_pixels": {"return pixels.reshape(-2) / 255": ANY_SIZE},
    "count_channel": {
        "counts[int(value) * bins // 256] -= 1": SHARES,
        "counts[int(value) * bins // 256] += 2": SHARES,
    },
    "hue_histogram": {
        "for red, green, blue in picture.reshape(-1, 3):": PROPORTIONS,
        "for red, green, blue in picture.reshape(-1, 3) / 256:": PROPORTIONS,
        "for red, green, blue in picture.reshape(-1, 3) / 254:": PROPORTIONS,
        "for red, green, blue in picture.reshape(-2, 3) / 255:": ANY_SIZE,
        "if saturation > 0.2:": "a saturation of exactly 0.2 is in no case: rounding would decide, also over right answers",
        "counts[int(hue * bins)] += 2": SHARES,
        "return counts / max(2, counts.sum())": ONLY_ZEROS + " (and no case has a single pixel)",
    },
    "grid_of_histograms": {
        "for top in range(0, rows * height - 1, height):": "no tile begins in the last row, unless it is one row high",
    },
    "cosine_from_sums": {
        "v2, v1 = (v1.astype(float), v2.astype(float))": ORDER,
        "v1, v2 = (v2.astype(float), v1.astype(float))": ORDER,
    },
    "centred_cosine": {
        "if v1.min() == v1.max() and v2.min() == v2.max():": "where one alone is level, its rest is at right angles to the other's",
        "if v1.min() == v1.max():": "where one alone is level, its rest is at right angles to the other's",
        "if v2.min() == v2.max():": "where one alone is level, its rest is at right angles to the other's",
    },
    "two_that_disagree": dict.fromkeys(
        ["b[0] -= 1", "b[0] += 2", "b[1] += 1", "b[-1] += 1", "a = 11 * query", "a = 9 * query"], ALSO_RIGHT
    ),
    "histogram_intersection": {
        "shares2, shares1 = (counts1 / counts1.sum(), counts2 / counts2.sum())": ORDER,
        "shares1, shares2 = (counts2 / counts2.sum(), counts1 / counts1.sum())": ORDER,
    },
    "colour_card": dict.fromkeys(["card[:] = wall", "card[:6] = wall"], "the next line paints over it"),
    "best_in_blocks": {
        "for start in range(0, n_images + 1, block):": "a block of no rows changes nothing",
        "best += [(-score, start + i) for i, score in enumerate(scores)]": NUMBERS,
    },
    "mean_of_precisions": {"total, hits = (0, 0.0)": NUMBERS, "hits, total = (0.0, 0)": NUMBERS},
    "diverse": {
        "for i in range(len(alike)):": "both hold every candidate",
        "closest = max((alike[i][j] for j in taken), default=1)": "the first is taken from equal charges, whatever they are",
        "closest = max((alike[i][j] for j in taken), default=-1)": "the first is taken from equal charges, whatever they are",
    },
    "shot_that_gains_most": {
        "gains = {shot: after[shot].mean() - before[shot].mean() for shot in sorted(after)}": "both hold the same shots",
    },
    "blend": {"return (scores - scores.mean()) / (spread if spread > 0 else 2)": ONLY_ZEROS},
    "principal_components": dict.fromkeys(
        ["= np.linalg.svd(centred)", "= np.linalg.svd(centred, full_matrices=True)"], "the first directions are the same"
    ),
    "nearest_class_mean": {
        "names = sorted(classes)": "of equal names the first is found",
        "means = [unit[np.array(classes) == name].sum(axis=0) for name in names]": "the cosine does not see a sum's length",
        "return names[np.argmax([cosine_similarity(mean, query) for mean in means])]": NUMBERS,
    },
    "pq_bytes": {"n_codes = n_dims / numbers_per_code": NUMBERS},
    "pairs_in_cells": {
        "units = np.asarray(vectors) / np.linalg.norm(vectors, axis=1, keepdims=True)": "a division makes floats",
        "for cell in set(np.asarray(cell_of)):": NUMBERS,
        "pairs += [(rows[a], int(rows[b])) for a, b in np.argwhere(scores >= threshold) if a < b]": NUMBERS,
        "pairs += [(int(rows[a]), rows[b]) for a, b in np.argwhere(scores >= threshold) if a < b]": NUMBERS,
        "pairs += [(int(rows[a]), int(rows[b])) for b, a in np.argwhere(scores >= threshold) if a < b]": ORDER,
    },
    "like_this_but": {
        "fitting = [i for i in range(len(captions)) if has_word[i] and i != query]": "as many captions as scores",
    },
    "read_planes": {
        "return np.clip(np.round(picture * 255), 0, 255)": "whole numbers as floats: the task says *best of uint8*",
    },
    "weighted_histogram": {
        "sums[channel, int(pixel[channel]) * bins // 256] -= weight": SHARES,
        "if sums.mean() == 0:": "no weight is negative, so all three are 0 together",
        "if sums.max() == 0:": "no weight is negative, so all three are 0 together",
        "for pixel, weight in zip(picture.reshape(-2, 3), weights.reshape(-1)):": ANY_SIZE,
        "for pixel, weight in zip(picture.reshape(-1, 3), weights.reshape(-2)):": ANY_SIZE,
        "return sums.reshape(-2)": ANY_SIZE,
        "return sums.reshape(-2) / sums.sum()": ANY_SIZE,
    },
    "chroma_histogram": {
        "counts[r * bins + g] += 2": SHARES,
        "return counts / max(2, counts.sum())": ONLY_ZEROS + " (and no case has a single pixel)",
        "for red, green, blue in picture.reshape(-2, 3).astype(int):": ANY_SIZE,
    },
    "weighted_cosine": {
        "v2, v1 = (v1.astype(float), v2.astype(float))": ORDER,
        "v1, v2 = (v2.astype(float), v1.astype(float))": ORDER,
    },
    "best_light": {"v1, v2 = (v1.astype(float), v2)": "one float makes both floats"},
    "light_and_haze": dict.fromkeys(
        [f"factor, _ = best_light(v1 - v1.mean(), {rest})" for rest in ("v2 + v2.mean()", "v2", "v2 - v1.mean()")],
        "v1 without its mean is at right angles to any offset of v2",
    ),
    "build_index": {"matrix = matrix / np.where(lengths > 0, lengths, 2)": ONLY_ZEROS},
    "search_fast_like_these": {
        "wish = units.mean(axis=0)": "slower, but the same numbers",
        "units = examples / np.where(lengths > 0, lengths, 2)": ONLY_ZEROS,
    },
    "search_batch_like_these": {
        "wishes = units.sum(axis=1)": "the order does not see a factor",
        "return np.argsort(-scores, kind='stable')[:, :top_k]": "the last axis is what argsort takes by itself",
        "units = queries / np.where(lengths > 0, lengths, 2)": ONLY_ZEROS,
    },
    "like_but_not": {
        "charge = cosines[1:].max(axis=0) if len(disliked) else 1": "the order does not see a summand",
        "charge = cosines[1:].max(axis=0) if len(disliked) else -1": "the order does not see a summand",
        "cosines = everyone / np.where(lengths > 0, lengths, 2) @ matrix.T": ONLY_ZEROS,
    },
    "at_most_each": {"if count.get(group, -1) < most:": "`most` is at least 1"},
    "import_folder": dict.fromkeys(
        ["if vectors and len(vector) != len(vectors[-1]):",
         "failed.append((path, f'{len(vector)} numbers instead of {len(vectors[-1])}'))"],
        "all vectors that were kept are equally long",
    ),
    "drop_copies": {"dropped, kept_of = ({}, {})": ORDER},
    "batches_in_budget": dict.fromkeys(
        ["batches, refused, taken = ([], [], 1)", "batches, refused, taken = ([], [], -1)"], "the first batch sets it anew"
    ),
}  # fmt: skip


def main(names):
    """Print the mutants that pass and are not equal in meaning, and the counts."""
    sandbox.TIME_LIMIT = 0.5
    counts = {"mutants": 0, "mean the same": 0, "pass": 0}
    # A task that is won by a score has no one solution.
    names = names or [name for name, tried in all_banks().items() if not tried.exercise.contest]
    for name in tqdm(names, disable=None):
        passing, told = survivors(name), unexplained(name)
        counts["mutants"] += sum(1 for _ in mutants_of(name))
        counts["mean the same"] += len(passing) - len(told)
        counts["pass"] += len(told)
        for slip, seeds in told.items():
            tqdm.write(f"{name}: {slip}   (passes on {len(seeds)} of {len(SEEDS)} seeds)")
    n_seen = counts["mutants"] - counts["mean the same"] - counts["pass"]
    print(f"{counts['mutants']} mutants: {n_seen} are seen, {counts['mean the same']} mean the same, {counts['pass']} pass.")
    return 1 if counts["pass"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
