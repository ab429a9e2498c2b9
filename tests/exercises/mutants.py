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
    if len(node.args) == 2:
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
    for place, node in enumerate(list(ast.walk(tree))):
        for new in (new for slip in SLIPS for new in slip(node)):
            words = f"{ast.unparse(node)} -> {ast.unparse(new)}".replace("\n", " ")
            seen[words] = seen.get(words, 0) + 1
            yield Mutant(words + (f" ({seen[words]})" if seen[words] > 1 else ""), _compiled(tree, place, new, name))


def _compiled(tree, place, new, name):
    tree = copy.deepcopy(tree)
    old = list(ast.walk(tree))[place]
    tree = _Exchange(old, copy.deepcopy(new)).visit(tree)
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
        Slip -> the seeds on which it passes; and how many mutants there are.
    int
    """
    mutants = list(mutants_of(name))
    found = {}
    for slip, function in mutants:
        passing = [seed for seed in seeds if score_of(name, function, seed).status == CORRECT]
        if passing:
            found[slip] = passing
    return found, len(mutants)


EQUAL = {}  # exercise -> slip -> why it means the same


def main(names):
    """Print the mutants that pass and are not equal in meaning, and the counts."""
    sandbox.TIME_LIMIT = 0.5
    n_all = n_equal = n_passing = 0
    for name in tqdm(names or all_banks()):
        found, n_mutants = survivors(name)
        unexplained = {slip: seeds for slip, seeds in found.items() if slip not in EQUAL.get(name, {})}
        n_all, n_equal, n_passing = n_all + n_mutants, n_equal + len(found) - len(unexplained), n_passing + len(unexplained)
        for slip, seeds in unexplained.items():
            tqdm.write(f"{name}: {slip}   (passes on {len(seeds)} of {len(SEEDS)} seeds)")
    print(f"{n_all} mutants: {n_all - n_equal - n_passing} fail, {n_equal} mean the same, {n_passing} pass.")
    return 1 if n_passing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
