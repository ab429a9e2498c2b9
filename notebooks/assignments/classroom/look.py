"""A look at what was handed in, for lines that hardly any honest answer needs."""

import ast
import json

NO_HONEST_NEED = {
    "__code__", "__globals__", "__builtins__", "__subclasses__", "__dict__", "__traceback__", "__import__", "vars", "modules",
    "displayhook", "get_ipython", "setattr", "reload", "_exit", "environ", "putenv", "ctypes", "gc", "inspect", "subprocess",
    "socket", "graded", "masters", "builtins", "mock", "importlib", "runpy", "settrace", "_getframe", "f_back", "f_locals", "f_globals",
    "tb_frame", "write_text", "write_bytes", "unlink", "rmtree", "chmod", "chdir", "kill", "fork", "popen",
    "__setattr__", "__getattribute__", "gi_frame", "cr_frame", "_current_frames", "exc_info", "setprofile", "monitoring", "addaudithook",
    "meta_path", "path_hooks", "getattr", "delattr", "globals", "attrgetter", "methodcaller", "InteractiveShell", "interactiveshell",
    "ast_transformers", "symlink_to", "symlink",
}  # fmt: skip
NO_HONEST_IMPORT = {
    "atexit", "copyreg", "marshal", "multiprocessing", "pickle", "signal", "sqlite3", "threading", "traceback", "_thread", "urllib", "requests",
}  # fmt: skip
NO_HONEST_WORDS = {"IMSEARCH_", ".ipynb", "gradebook", "seed.txt", "/proc/", *(name for name in NO_HONEST_NEED if "_" in name)}  # in a text
BEHIND_THE_CHECK = {"checking", "equality", "graded", "lessons", "masters", "model", "sandbox", "tasks", "words"}  # below `exercises`
NO_HONEST_CALL = {"exec", "eval", "compile"}  # as functions of Python's own; modules have others of these names
HARMLESS_MAGIC = {"time", "timeit", "matplotlib", "capture", "precision"}


def suspicious_lines(path):
    """What hardly any honest answer needs, for a person to look at; it takes nothing away by itself.

    Parameters
    ----------
    path : Path
        A submitted notebook.

    Returns
    -------
    list of str
    """
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    return [f"{cell['metadata'].get('nbgrader', {}).get('grade_id', 'a cell')}: {line}"
            for cell in cells for line in _suspicious("".join(cell["source"]))]  # fmt: skip


def _suspicious(source):
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        code = TransformerManager().transform_cell(source)  # IPython's own syntax becomes Python
        tree = ast.parse(code)
    except SyntaxError:  # it does not run, so it does no harm
        return []
    except (RecursionError, MemoryError, ValueError):
        return ["it cannot be taken apart"]
    return sorted({line[:200] for line in _odd_lines(tree, code.splitlines())})


def _odd_lines(tree, lines):
    harmless = set()
    for node in ast.walk(tree):
        if _magic_of(node) in HARMLESS_MAGIC and all(isinstance(part, ast.Constant) for part in node.args):
            harmless |= set(ast.walk(node.func))
            yield from _suspicious(node.args[2].value) if len(node.args) == 3 else ()  # a cell's magic gets the cell as text
        elif node not in harmless and _is_suspicious(node):
            yield lines[node.lineno - 1].strip()


def _magic_of(node):
    """The name of the magic that a call runs, such as "time"."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("run_line_magic", "run_cell_magic"):
        return getattr(node.args[0], "value", None) if node.args else None
    return None


def _is_odd_import(parts):
    private = "imsearch_helpers" in parts and any(part.startswith("_") for part in parts)
    private |= "IPython" in parts and "display" not in parts
    return private or bool(parts & (NO_HONEST_NEED | NO_HONEST_IMPORT)) or "exercises" in parts and bool(parts & BEHIND_THE_CHECK)


def _is_suspicious(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name in ("check", "Score")
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        return names != {"project_report"} and _is_odd_import({*names, *(node.module or "").split(".")})
    if isinstance(node, ast.Import):
        return any(_is_odd_import(set(alias.name.split("."))) for alias in node.names)
    if isinstance(node, ast.Attribute):
        is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
        return node.attr in NO_HONEST_NEED or isinstance(node.ctx, (ast.Store, ast.Del)) and not is_own
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
        return any(isinstance(part, ast.Constant) and set(str(part.value)) & set("wax+") and len(str(part.value)) < 4
                   for part in [*node.args[1:], *(word.value for word in node.keywords)])  # fmt: skip
    if isinstance(node, ast.Name):
        return node.id in NO_HONEST_NEED | NO_HONEST_CALL or isinstance(node.ctx, ast.Store) and node.id == "check"
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and any(word in node.value for word in NO_HONEST_WORDS)
