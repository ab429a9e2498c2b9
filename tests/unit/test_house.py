"""The house: what the README, the environments and the package's floors promise is true."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml

from imsearch_helpers import __version__
from imsearch_helpers.collection import Products
from tests import REPOSITORY
from tests.readme import README, blocks

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PACKAGE = REPOSITORY / "imsearch_helpers"
DOORS = ("__init__.py", "__main__.py")  # they may use every floor
FILES = sorted({path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")} - set(DOORS))


def names_of(requirements):
    """Requirements without bounds and extras, as pip writes the names."""
    return {re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def constraint_lines():
    text = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


# The README


def test_first_two_bash_blocks_are_one_line_each_for_the_course_and_for_the_tests():
    assert blocks("bash") == ["python3 -m imsearch_helpers.start", "python3 -m imsearch_helpers.start --tests"]


def test_ci_runs_the_readme_s_test_command():
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -m 1 -E '(.*?)' README.md", script).group(1)
    found = re.search(pattern, README.read_text(encoding="utf-8"), flags=re.M).group()
    assert found == blocks("bash")[1]


def test_every_relative_link_of_the_readme_leads_somewhere():
    text = README.read_text(encoding="utf-8")
    headings = {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall(r"^#+ (.*)", text, re.M)}
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (REPOSITORY / target.split("#")[0]).exists(), target


def test_the_map_lists_every_notebook_in_order():
    listed = re.findall(r"^\| \[.*?\]\(notebooks/(.*?)\)", README.read_text(encoding="utf-8"), flags=re.M)
    assert listed == sorted(path.name for path in (REPOSITORY / "notebooks").glob("*.ipynb"))


def test_twelve_notebooks_take_half_an_hour_to_three_quarters_each():
    lessons = sorted((REPOSITORY / "notebooks").glob("[01]*.ipynb"))
    times = [re.search(r"lesson (\d+) minutes, core exercise (\d+) minutes", path.read_text(encoding="utf-8")) for path in lessons]
    minutes = [sum(map(int, time.groups())) for time in times]
    assert len(lessons) == 12 and 29 <= min(minutes) and max(minutes) <= 46
    assert "**To learn**: twelve notebooks, each half an hour to three quarters," in README.read_text(encoding="utf-8")


def test_duplicates_example_writes_a_table_and_a_picture(my_photos):
    shutil.copy(my_photos / "cat.jpg", my_photos / "again.jpg")
    printed = run(next(block for block in blocks("sh") if "--duplicates" in block).split()[1:], my_photos.parent)
    assert [line.split("\t")[2].split(os.sep)[1] for line in printed.splitlines()] == ["again.jpg", "cat.jpg"]
    assert (my_photos.parent / "twice.csv").is_file() and (my_photos.parent / "twice.png").is_file()


@pytest.fixture
def my_photos(tmp_path):
    folder = tmp_path / "my_photos"
    folder.mkdir()
    for product, name in zip(Products(), ("cat.jpg", "dog.jpg", "beach.jpg", "tree.jpg")):
        shutil.copy(product.path, folder / name)
    return folder


def run(arguments, folder):
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_example_finds_the_query_first(my_photos):
    assert "cat.jpg', score=1.0)" in run(["-c", blocks("python")[0]], my_photos.parent)


def test_terminal_example_prints_three_and_writes_a_picture(my_photos):
    command = next(block for block in blocks("sh") if "-m imsearch_helpers " in block)
    printed = run(command.split()[1:], my_photos.parent)
    assert len(printed.splitlines()) == 3
    assert (my_photos.parent / "ranking.png").is_file()


# The environments


def test_extras_are_these_seven():
    assert set(EXTRAS) == {"extensions", "deep", "heic", "classroom", "site", "unit", "test"}


def test_other_environments_never_get_the_heavy_extras():
    heavy = names_of(EXTRAS["extensions"] + EXTRAS["deep"]) - {"scikit-learn"}
    assert not heavy & names_of(EXTRAS["unit"])


def test_environment_yml_installs_the_project_and_names_nothing_twice():
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text(encoding="utf-8"))
    python, *others = environment["dependencies"]
    assert others == ["pip", {"pip": ["-c constraints.txt", "-e .[test]"]}]
    version = re.fullmatch(r"python=3\.(\d+)\.\*", python).group(1)  # the form that Binder understands
    assert int(version) >= int(re.fullmatch(r">=3\.(\d+)", PROJECT["requires-python"]).group(1))


def test_package_and_project_have_the_same_version():
    assert __version__ == PROJECT["version"]


def test_constraints_are_exact_versions_without_addresses():
    for line in constraint_lines():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; .*)?", line), line


def test_constraints_cover_every_requirement_of_every_extra():
    wanted = names_of(sum(EXTRAS.values(), PROJECT["dependencies"])) - {PROJECT["name"]}
    assert wanted <= names_of(constraint_lines())


# The code


def test_code_follows_the_lint_rules():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def floors():
    """Module -> its floor, as the README says."""
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|", README.read_text(encoding="utf-8"), flags=re.M)
    return {module: int(floor) for floor, module in rows}


def module_of(file):
    return file.split("/")[0].removesuffix(".py")


def imported_modules(file):
    """The modules of our package that a file imports, those in its own folder left out."""
    for node in ast.walk(ast.parse((PACKAGE / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == file.count("/") + 1:
            yield from [node.module.split(".")[0]] if node.module else {alias.name for alias in node.names} - {"__version__"}


def test_readme_names_the_floor_of_every_module():
    assert set(floors()) == {module_of(file) for file in FILES}


@pytest.mark.parametrize("module", sorted({module_of(file) for file in FILES}))
def test_module_says_on_which_floor_it_is(module):
    file = next(path for path in (PACKAGE / f"{module}.py", PACKAGE / module / "__init__.py") if path.is_file())
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))).startswith(f"Floor {floors()[module]}. ")


@pytest.mark.parametrize("file", FILES)
def test_module_imports_only_from_floors_below(file):
    for module in imported_modules(file):
        assert floors()[module] < floors()[module_of(file)], f"{file} imports {module}"
