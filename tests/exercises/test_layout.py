"""The modules behind the door: each is listed in the door's docstring, and imports only from those listed below it."""

import ast
import re
from pathlib import Path

import pytest

from imsearch_helpers import exercises

FOLDER = Path(exercises.__file__).parent
LISTED = re.findall(r"^- ``(\w+)``:", exercises.__doc__, flags=re.M)
FILES = sorted(path for path in FOLDER.glob("*.py") if path.stem != "__init__")


def as_listed(name):
    return "notebook_NN" if name.startswith("notebook_") else name


def imported(path):
    """The modules beside a file that it imports, at its head or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            yield from [node.module] if node.module else [alias.name for alias in node.names]


def test_the_door_lists_every_module_once():
    assert sorted(LISTED) == sorted({as_listed(path.stem) for path in FILES})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_module_imports_only_from_those_listed_below_it(path):
    below = LISTED[LISTED.index(as_listed(path.stem)) + 1 :]
    assert {as_listed(name) for name in imported(path)} <= set(below)


def test_what_the_door_offers_is_what_it_imports():
    names = [alias.name for node in ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8")).body
             if isinstance(node, ast.ImportFrom) for alias in node.names]  # fmt: skip
    assert sorted(names) == sorted(exercises.__all__)
