"""The teacher's commands one by one, with wrong input of each kind; the whole cycle is in test_cycle.py."""

import csv
import json
import os
import re
import statistics
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests import REPOSITORY
from tests.classroom.course import ASSIGNMENTS, NAMES, Course, load, master

NAME = NAMES[0]
GUIDE = (ASSIGNMENTS / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def classroom(tmp_path, monkeypatch):
    """The commands, working in a temporary folder with the course's keys and masters."""
    module = load(ASSIGNMENTS / "classroom.py")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    (tmp_path / "keys").symlink_to(ASSIGNMENTS / "keys")
    (tmp_path / "source").symlink_to(ASSIGNMENTS / "source")
    monkeypatch.setenv("IMSEARCH_ASSIGNMENTS", str(tmp_path))
    return module


def notebook_of(*sources):
    return nbformat.writes(new_notebook(cells=[new_code_cell(source) for source in sources]))


@pytest.fixture
def returned(tmp_path):
    folder = tmp_path / "returned"
    folder.mkdir()
    return folder


def put(folder, name, content=None):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content or nbformat.writes(master(NAME)), encoding="utf-8")


# Collecting


@pytest.mark.parametrize(
    ("path", "student"),
    [
        (f"ana/{NAME}.ipynb", "ana"),
        (f"Ana Müller_1234_assignsubmission_file_/{NAME}.ipynb", "Ana_Müller_1234_assignsubmission_file"),
        (f"ana_{NAME}.ipynb", "ana"),
        (f"ana_123_{NAME}-2.ipynb", "ana_123"),
        (f"ana/deep/down/{NAME} (1).ipynb", "ana"),
        ("ana.ipynb", "ana"),
        (f"x'; rm -rf $HOME_{NAME}.ipynb", "x_rm_-rf_HOME"),
        ("12345.ipynb", "12345"),
    ],
)
def test_whose_notebook_it_is(classroom, returned, path, student):
    put(returned, path)
    classroom.collect(NAME, returned)
    assert [path.parent.parent.name for path in classroom.FOLDER.glob(f"submitted/*/{NAME}/{NAME}.ipynb")] == [student]


def test_collecting_says_what_is_new_replaced_odd_or_unreadable(classroom, returned, capsys):
    put(returned, f"ana/{NAME}.ipynb")
    classroom.collect(NAME, returned)
    put(returned, f"ben/{NAME}.ipynb", "{ no notebook")
    put(returned, f"cem/{NAME}.ipynb", notebook_of("print(1)"))
    classroom.collect(NAME, returned)
    printed = capsys.readouterr().out
    assert "ana: new\n" in printed and "ana: replaced\n" in printed
    assert "ben: new; CANNOT BE READ" in printed and f"cem: new; IS THIS {NAME}?" in printed


def test_missing_question_is_named(classroom, returned, capsys):
    notebook = master(NAME)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != "test_choose_bins"]
    put(returned, f"ana/{NAME}.ipynb", nbformat.writes(notebook))
    classroom.collect(NAME, returned)
    assert "without the test of choose_bins" in capsys.readouterr().out


def test_a_zip_file_is_taken_as_well(classroom, returned, tmp_path):
    put(returned, f"ana/{NAME}.ipynb")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(returned / f"ana/{NAME}.ipynb", f"ana/{NAME}.ipynb")
    classroom.collect(NAME, tmp_path / "all.zip")
    assert (classroom.FOLDER / "submitted" / "ana" / NAME / f"{NAME}.ipynb").is_file()


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ([], "there is no notebook in"),
        ([f"{NAME}.ipynb"], "whose is it"),
        ([f"ana/{NAME}.ipynb", f"ana/old/{NAME}.ipynb"], "two notebooks of ana"),
    ],
)
def test_where_something_is_unclear_nothing_is_collected(classroom, returned, files, complaint):
    for file in [*files, f"ben/{NAME}.txt"]:
        put(returned, file)
    with pytest.raises(ValueError, match=complaint):
        classroom.collect(NAME, returned)
    assert not (classroom.FOLDER / "submitted").exists()


def test_unknown_assignment_is_told_the_known_ones(classroom, returned):
    with pytest.raises(ValueError, match=f"no assignment '9_none'; known are {NAME}, "):
        classroom.collect("9_none", returned)


# A look at the code

HONEST = [
    "import numpy as np\nx = np.zeros(3)\nx[0] = 1",
    "def helper(picture):\n    return picture.mean()",
    "%timeit sum([1])",
    "grade = 1\nfor grade in range(3): pass",
    "this is no python",
]
ODD = [
    "import imsearch_helpers.exercises as e\ne.same = print",
    "def check(*a): return 4",
    "check = print",
    "import sys\nsys.modules.clear()",
    "from imsearch_helpers.exercises.graded import grade",
    "np.allclose.__code__",
    "import os; os._exit(0)",
    "import subprocess",
    "!pip install x",
    "%%bash\nrm x",
    "setattr(np, 'allclose', print)",
    "print('IMSEARCH_ASSIGNMENTS')",
    "from pathlib import Path\nPath('x').write_text('')",
    "get_ipython()",
    "eval('1')",
    "del np.allclose",
]


@pytest.mark.parametrize("source", HONEST)
def test_honest_code_is_not_pointed_out(classroom, tmp_path, source):
    put(tmp_path, "x.ipynb", notebook_of(source))
    assert classroom.suspicious_lines(tmp_path / "x.ipynb") == []


@pytest.mark.parametrize("source", ODD)
def test_what_no_answer_needs_is_pointed_out_with_its_line(classroom, tmp_path, source):
    put(tmp_path, "x.ipynb", notebook_of("x = 1", source))
    found = classroom.suspicious_lines(tmp_path / "x.ipynb")
    assert found and all(line.removeprefix("a cell: ") in source for line in found)


@pytest.mark.parametrize("name", NAMES)
def test_the_masters_solutions_are_not_pointed_out(classroom, name, tmp_path):
    notebook = master(name)
    for cell in notebook.cells:
        cell.source = re.sub(r"### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS", "", cell.source, flags=re.S)
    put(tmp_path, "x.ipynb", nbformat.writes(notebook))
    found = classroom.suspicious_lines(tmp_path / "x.ipynb")
    assert all("graded" in line for line in found)  # the project's cell measures with it


# Tables


def test_statistics_agree_with_numpy(classroom):
    rng = np.random.default_rng(0)
    table = rng.integers(0, 5, (30, 3))
    rows = [dict(zip("abc", map(str, row)), total=str(row.sum())) for row in table] + [{"a": "", "b": "", "c": "", "total": ""}]
    name, points, n, mean, full, none, discrimination = classroom._statistics("b", 4.0, rows)
    assert (name, points, n, mean) == ("b", "4", 30, f"{table[:, 1].mean():.2f}")
    assert (full, none) == (f"{(table[:, 1] == 4).mean():.0%}", f"{(table[:, 1] == 0).mean():.0%}")
    assert float(discrimination) == pytest.approx(np.corrcoef(table[:, 1], table[:, 0] + table[:, 2])[0, 1], abs=0.005)


def test_statistics_of_four_by_hand(classroom):
    rows = [{"a": a, "total": total} for a, total in (("0", "1"), ("2", "5"), ("4", "8"), ("4", "10"))]
    others = [1, 3, 4, 6]
    assert classroom._statistics("a", 4.0, rows) == (
        "a", "4", 4, "2.50", "50%", "25%", f"{statistics.correlation([0, 2, 4, 4], others):.2f}"
    )  # fmt: skip


@pytest.mark.parametrize("rows", [[], [{"a": "1", "total": "3"}], [{"a": "1", "total": "3"}, {"a": "1", "total": "4"}]])
def test_statistics_without_any_spread_leave_the_correlation_out(classroom, rows):
    assert classroom._statistics("a", 4.0, rows)[-1] == ""


def test_a_spreadsheet_computes_nothing_of_what_learners_write(classroom, tmp_path):
    texts = ["=1+1", " +1", "@x", "- a list", "fine"]
    classroom._write_csv(tmp_path / "x.csv", ["answer"], [[classroom._no_formula(text)] for text in texts])
    with open(tmp_path / "x.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["answer"] for row in csv.DictReader(file)] == ["'=1+1", "' +1", "'@x", "'- a list", "fine"]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_tables_come_back_from_any_spreadsheet(classroom, tmp_path, delimiter):
    with open(tmp_path / "x.csv", "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([["student", "comment"], ["Ö", "two\nlines, and; more"]])
    assert classroom._read_csv(tmp_path / "x.csv") == [{"student": "Ö", "comment": "two\nlines, and; more"}]


def test_a_new_seed_is_used_and_kept_out_of_git(classroom):
    from imsearch_helpers.exercises import graded

    assert graded.hidden_seed(classroom.FOLDER) == graded.PUBLIC_SEED
    classroom.new_seed()
    first = graded.hidden_seed(classroom.FOLDER)
    classroom.new_seed()
    assert len({graded.PUBLIC_SEED, first, graded.hidden_seed(classroom.FOLDER)}) == 3
    assert "notebooks/assignments/seed.txt" in (REPOSITORY / ".gitignore").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (["grade", "9_none"], "known are"),
        (["marks", NAME], "no gradebook.db yet: grade first"),
        (["written", NAME], "no gradebook.db yet: grade first"),
        (["written", NAME, "--enter"], f"there is no marks/written_{NAME}.csv"),
    ],
)
def test_a_command_too_early_says_what_comes_first(classroom, monkeypatch, capsys, command, complaint):
    monkeypatch.setattr(sys, "argv", ["classroom.py", *command])
    assert classroom.main() == 2 and complaint in capsys.readouterr().err


# Preflight


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"))


def test_preflight_passes_here(course):
    done = course.classroom("preflight")
    assert done.returncode == 0 and "MEND" not in done.stdout and "the masters' own solutions pass" in done.stdout, done.stdout


BROKEN = {
    "the package is missing": ("imsearch_helpers/__init__.py", "raise ModuleNotFoundError(\"No module named 'imsearch_helpers'\")", "No module named"),
    "another version": ("constraints.txt", "numpy==1.0\npillow==1\nipykernel==1\nnbgrader==1\nnbconvert==1\nnbclient==1\nnbformat==1\n", "numpy .*, not 1.0"),
    "examples out of date": (f"notebooks/assignments/source/{NAME}/examples.json", "{}", f"examples: {NAME} changed since"),
    "a broken key": (f"notebooks/assignments/keys/{NAME}.py", "TASKS = nothing", "NameError"),
    "a seed that is none": ("notebooks/assignments/seed.txt", "seven", "seven"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "content", "complaint"), BROKEN.values(), ids=BROKEN)
def test_preflight_refuses_and_nbgrader_with_it(course, file, content, complaint):
    path = course.root / file
    before = path.read_bytes() if path.exists() else None
    path.write_text(content, encoding="utf-8")
    try:
        for arguments in (["classroom.py", "preflight"], ["-m", "nbgrader", "autograde", NAME]):
            done = course.run(*arguments)
            assert done.returncode != 0 and re.search(rf"MEND .*{complaint}", done.stdout), done.stdout
            assert "Nothing is graded before" in done.stdout
    finally:
        path.write_bytes(before) if before is not None else path.unlink()


def test_other_versions_can_be_allowed(course):
    path = course.root / "constraints.txt"
    before = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^numpy==.*$", "numpy==1.0", before, flags=re.M), encoding="utf-8")
    try:
        done = course.classroom("preflight", "--other-versions")
        assert done.returncode == 0 and re.search("note .*numpy .*, not 1.0", done.stdout), done.stdout
    finally:
        path.write_text(before, encoding="utf-8")


def test_preflight_without_nbgrader_says_how_to_install_it(course):
    hide = "import sys; sys.argv = ['classroom.py', 'preflight']; import classroom; from importlib import metadata\n"
    hide += "real = metadata.version\ndef version(name):\n    if name == 'nbgrader': raise metadata.PackageNotFoundError(name)\n    return real(name)\n"
    done = course.run("-c", hide + "metadata.version = version; sys.exit(classroom.main())")
    assert done.returncode == 1 and "nbgrader is not installed; in the course's folder: python -m pip install" in done.stdout


# The guide


def commands_of_the_guide():
    return [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, flags=re.S) for line in block.splitlines() if line]


def test_the_guide_s_cycle_has_fewer_than_ten_commands():
    cycle = re.search(r"## The cycle\n(.*?)\n## ", GUIDE, flags=re.S).group(1)
    commands = [line for block in re.findall(r"```sh\n(.*?)```", cycle, flags=re.S) for line in block.splitlines() if line]
    assert 5 <= len(commands) < 10


def test_every_command_of_the_guide_exists():
    known = subprocess.run([sys.executable, ASSIGNMENTS / "classroom.py", "--help"], capture_output=True, text=True).stdout
    for command in commands_of_the_guide():
        if command.startswith("python classroom.py"):
            assert command.split()[2] in known, command
    assert any(command.startswith("python -m nbgrader generate_assignment") for command in commands_of_the_guide())


def test_the_guide_links_lead_somewhere_and_its_tables_name_every_assignment():
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", GUIDE):
        assert "://" in target or (ASSIGNMENTS / target).exists(), target
    assert all(f"`{name}`" in GUIDE for name in NAMES)


def test_the_guide_s_times_and_points_are_the_masters():
    for name in NAMES:
        text = master(name).cells[0].source
        row = next(line for line in GUIDE.splitlines() if line.startswith("|") and f"`{name}`" in line)
        points = sum(cell.metadata.nbgrader.points for cell in master(name).cells if cell.metadata.get("nbgrader", {}).get("grade"))
        assert f"| {points} |" in row and re.search(r"\*\*Points:\*\* \d+", text), row


def test_what_teachers_make_is_ignored_by_git():
    made = ["release/x", "submitted/x", "autograded/x", "feedback/x", "marks/gradebook.db", "seed.txt", "private/x", "logs/x"]
    paths = [(ASSIGNMENTS / name).relative_to(REPOSITORY).as_posix() for name in made]
    if not (REPOSITORY / ".git").exists():
        pytest.skip("no git repository")
    done = subprocess.run(["git", "check-ignore", *paths], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout.split() == paths


def test_assignments_hold_no_path_of_a_machine():
    for path in [*ASSIGNMENTS.rglob("*.ipynb"), *ASSIGNMENTS.rglob("*.json"), *ASSIGNMENTS.glob("*.py")]:
        if not {"release", "submitted", "autograded", "feedback"} & set(path.relative_to(ASSIGNMENTS).parts):
            text = path.read_text(encoding="utf-8")
            assert f"{REPOSITORY.as_posix()}/" not in text and f"{Path.home().as_posix()}{os.sep}" not in text
            if path.suffix == ".ipynb":
                json.loads(text)
