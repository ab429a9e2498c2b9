"""The teacher's commands one by one, with wrong input of each kind; the whole cycle is in test_cycle.py."""

import csv
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests import REPOSITORY
from tests.classroom.course import ASSIGNMENTS, MADE_BY_TEACHERS, NAMES, Course, master

sys.path.insert(0, str(ASSIGNMENTS))
from classroom import collect, course, look, marks  # noqa: E402
from classroom.__main__ import main  # noqa: E402

NAME = NAMES[0]
GUIDE = (ASSIGNMENTS / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A temporary folder with the course's keys and masters, in which the commands work."""
    for name in ("keys", "source"):
        shutil.copytree(ASSIGNMENTS / name, tmp_path / "course" / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(course, "FOLDER", tmp_path / "course")
    (tmp_path / "course" / "marks").mkdir()
    return tmp_path / "course"


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
        (f"all of them/ana_{NAME}.ipynb", "ana"),
        ("ana.ipynb", "ana"),
        (f"x'; rm -rf $HOME [1]*_{NAME}.ipynb", "x_rm_-rf_HOME_1"),
        ("12345.ipynb", "12345"),
        ("nul.ipynb", "nul_"),
        (f"Mu\u0308ller_{NAME}.ipynb", "Müller"),
        (f"अनीता_{NAME}.ipynb", "अनीता"),
        (f"{'long' * 50}_{NAME}.ipynb", "long" * 15),
    ],
)
def test_whose_notebook_it_is(folder, returned, path, student):
    put(returned, path)
    collect.collect(NAME, returned)
    assert course.students_of(NAME) == [student] and course.submitted(student, NAME).is_file()


def test_collecting_says_what_is_new_replaced_unreadable_or_another_notebook(folder, returned, capsys):
    put(returned, f"ana/{NAME}.ipynb", nbformat.writes(master(NAME)).replace("Assignment 1", "Mine"))
    put(returned, f"ben/{NAME}.ipynb", "{ no notebook")
    put(returned, f"cem/{NAME}.ipynb", notebook_of("print(1)"))
    put(returned, f"dora/{NAME}.ipynb", nbformat.writes(master(NAMES[1])))
    put(returned, f"eva/{NAME}.ipynb", "[" * 200_000)
    collect.collect(NAME, returned)
    put(returned, f"ana/{NAME}.ipynb")
    collect.collect(NAME, returned)
    put(returned, f"ana/{NAME}.ipynb", "{ cut off")
    collect.collect(NAME, returned)
    put(returned, f"ana/{NAME}.ipynb")
    collect.collect(NAME, returned)
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if line.startswith("ana")] == [
        "ana: new", "ana: replaced", f"ana: LEFT OUT, and the one before is kept: {NAME}.ipynb is cut off, or no notebook "
        "(JSONDecodeError); ask for it again", "ana: as before",
    ]  # fmt: skip
    assert "ben: new; CANNOT BE READ" in printed and "eva: new; CANNOT BE READ" in printed
    assert f"cem: LEFT OUT: this is not {NAME}" in printed and "dora: LEFT OUT" in printed
    assert f"3 submissions of {NAME}" in printed and course.students_of(NAME) == ["ana", "ben", "eva"]


def test_what_was_graded_before_a_new_notebook_came_is_out_of_date(folder, returned):
    put(returned, f"ana/{NAME}.ipynb")
    put(course.autograded("ana", NAME).parent, f"{NAME}.ipynb")
    collect.collect(NAME, returned)
    assert not course.autograded("ana", NAME).exists()


def test_missing_answer_is_named(folder, returned, capsys):
    notebook = master(NAME)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") not in ("why", "choose_bins")]
    put(returned, f"ana/{NAME}.ipynb", nbformat.writes(notebook))
    collect.collect(NAME, returned)
    assert "ana: new; without choose_bins, why: put back before grading, but an answer is lost" in capsys.readouterr().out


def test_a_zip_file_is_taken_without_what_a_mac_adds(folder, returned, tmp_path):
    put(returned, f"ana/{NAME}.ipynb")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for student in ("ana", "ben"):
            archive.write(returned / f"ana/{NAME}.ipynb", f"abgaben/{student}_{NAME}.ipynb")
            archive.writestr(f"__MACOSX/abgaben/._{student}_{NAME}.ipynb", "x")
    collect.collect(NAME, tmp_path / "all.zip")
    assert course.students_of(NAME) == ["ana", "ben"]


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ([], "there is no notebook in"),
        ([f"{NAME}.ipynb"], "whose is it"),
        ([f"{NAME}/{NAME}.ipynb"], "whose is it"),
        ([f"ana/{NAME}.ipynb", f"ana/old/{NAME}.ipynb", f"ben/{NAME}.ipynb"], "two notebooks of ana"),
        ([f"Ana_{NAME}.ipynb", f"ana_{NAME}.ipynb"], "two notebooks of ana"),
    ],
)
def test_where_something_is_unclear_nothing_is_collected(folder, returned, files, complaint):
    for file in [*files, f"zoe/{NAME}.txt"]:
        put(returned, file)
    with pytest.raises(ValueError, match=complaint):
        collect.collect(NAME, returned)
    assert not (folder / "submitted").exists()


def test_a_source_that_is_none_is_told(folder, returned):
    with pytest.raises(ValueError, match="there is no .*nowhere"):
        collect.collect(NAME, returned / "nowhere")
    put(returned, "one.ipynb")
    with pytest.raises(ValueError, match="must be a folder or a zip file"):
        collect.collect(NAME, returned / "one.ipynb")


def test_unknown_assignment_is_told_the_known_ones(folder, returned):
    with pytest.raises(ValueError, match=f"no assignment '9_none'; known are {NAME}, "):
        collect.collect("9_none", returned)


# A look at the code

HONEST = [
    "import numpy as np\nx = np.zeros(3)\nx[0] = 1",
    "def helper(picture):\n    return picture.mean()",
    "%timeit sum([1])",
    "grade = 1\nfor grade in range(3): pass",
    "this is no python",
    "%%time\nsum([1])",
    "x = %timeit -o sum([1])",
    "class Mine:\n    def __init__(self):\n        self.x = 1",
    "open('x.txt').read()",
    "from imsearch_helpers.exercises.graded import project_report\nfrom imsearch_helpers.exercises.notebook_07 import my_method",
    "tasks = {}\nmodel, words = tasks.keys(), tasks.values()",
    "patch = picture[:4, :4]",
    "import re\nre.compile('x')",
]
ODD = [
    "import imsearch_helpers.exercises as e\ne.same = print",
    "def check(*a): return 4",
    "check = print",
    "import sys\nsys.modules.clear()",
    "from imsearch_helpers.exercises.graded import grade",
    "from imsearch_helpers.exercises import tasks",
    "import imsearch_helpers.exercises.model as m",
    "import imsearch_helpers.exercises as e\ne.masters",
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
    "x = !ls\nimport os",
    "%system rm x",
    "%%time\nimport subprocess",
    "get_ipython().run_cell_magic('time', '', words)",
    "import sys\nsys._getframe(1).f_locals",
    "from imsearch_helpers.exercises import _exercise",
    "from unittest.mock import patch",
    "vars(np)['allclose'] = print",
    "open('x', 'w')",
    "x = " + "+".join(["1"] * 20_000),
]


@pytest.mark.parametrize("source", HONEST)
def test_honest_code_is_not_pointed_out(tmp_path, source):
    put(tmp_path, "x.ipynb", notebook_of(source))
    assert look.suspicious_lines(tmp_path / "x.ipynb") == []


@pytest.mark.parametrize("source", ODD)
def test_what_no_answer_needs_is_pointed_out(tmp_path, source):
    put(tmp_path, "x.ipynb", notebook_of("x = 1", source))
    assert len(look.suspicious_lines(tmp_path / "x.ipynb")) == 1


def test_every_module_behind_the_check_is_known_to_the_look():
    modules = {path.stem for path in (REPOSITORY / "imsearch_helpers" / "exercises").glob("*.py")}
    assert look.BEHIND_THE_CHECK == {name for name in modules if not name.startswith(("notebook_", "__init__"))}


def test_what_is_pointed_out_is_the_line(tmp_path):
    put(tmp_path, "x.ipynb", notebook_of("x = 1\n\n%time 1\nimport imsearch_helpers.exercises as e\ne.same = print"))
    assert look.suspicious_lines(tmp_path / "x.ipynb") == ["a cell: e.same = print"]


@pytest.mark.parametrize("name", NAMES)
def test_the_masters_solutions_are_not_pointed_out(name, tmp_path):
    notebook = master(name)
    for cell in notebook.cells:
        cell.source = re.sub(r"### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS", "", cell.source, flags=re.S)
    put(tmp_path, "x.ipynb", nbformat.writes(notebook))
    assert look.suspicious_lines(tmp_path / "x.ipynb") == []


# Tables


def test_statistics_agree_with_numpy():
    rng = np.random.default_rng(0)
    table = rng.integers(0, 5, (30, 3))
    rows = [dict(zip("abc", map(str, row)), total=str(row.sum())) for row in table] + [{"a": "", "b": "", "c": "", "total": ""}]
    name, points, n, mean, full, none, discrimination = marks._statistics("b", 4.0, rows).values()
    assert (name, points, n, mean) == ("b", "4", 30, f"{table[:, 1].mean():.2f}")
    assert (full, none) == (f"{(table[:, 1] == 4).mean():.0%}", f"{(table[:, 1] == 0).mean():.0%}")
    assert float(discrimination) == pytest.approx(np.corrcoef(table[:, 1], table[:, 0] + table[:, 2])[0, 1], abs=0.005)


def test_statistics_of_four_by_hand():
    rows = [{"a": a, "total": total} for a, total in (("0", "1"), ("2", "5"), ("4", "8"), ("4", "10"))]
    # scores 0, 2, 4, 4 with the mean 2.5; the others' points 1, 3, 4, 6 with the mean 3.5: correlation 11 / sqrt(11 * 13)
    by_hand = ["a", "4", 4, "2.50", "50%", "25%", "0.92"]
    assert list(marks._statistics("a", 4.0, rows).values()) == by_hand


@pytest.mark.parametrize("rows", [[], [{"a": "1", "total": "3"}], [{"a": "1", "total": "3"}, {"a": "1", "total": "4"}]])
def test_statistics_without_any_spread_leave_the_correlation_out(rows):
    assert marks._statistics("a", 4.0, rows)["discrimination"] == ""


def test_a_spreadsheet_computes_nothing_of_what_learners_write(tmp_path):
    texts = ["=1+1", " +1", "@x", "- a list", "＝1+1", "\n＠x", "fine = 1"]
    marks.write_table(tmp_path / "x.csv", ["answer"], [{"answer": marks.shown({"source": [text]})} for text in texts])
    read = [row["answer"] for row in marks.read_table(tmp_path / "x.csv", ["answer"])]
    assert read == ["'=1+1", "' +1", "'@x", "'- a list", "'＝1+1", "'\n＠x", "fine = 1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_tables_come_back_from_any_spreadsheet(tmp_path, delimiter, encoding, ending):
    wanted = {"student": "Ö", "comment": "two\nlines, and; more \x0b\x85 \t", "score": "2,5"}
    wanted = wanted if encoding != "cp1252" else wanted | {"comment": "two\nlines, and; more"}
    with open(tmp_path / "x.csv", "w", encoding=encoding, newline="") as file:
        table = csv.DictWriter(file, ["score", "student", "comment"], delimiter=delimiter, lineterminator=ending)
        table.writeheader()
        table.writerow(wanted)
        file.write(ending + delimiter * 2 + ending)  # lines that spreadsheets leave at the end
    assert marks.read_table(tmp_path / "x.csv", wanted) == [wanted]


def test_table_with_other_columns_is_told(tmp_path):
    (tmp_path / "x.csv").write_text("student,points\n", encoding="utf-8")
    with pytest.raises(ValueError, match="x.csv must have the columns student, score, not student,points"):
        marks.read_table(tmp_path / "x.csv", ("student", "score"))


def test_an_answer_of_a_million_letters_comes_back(tmp_path):
    marks.write_table(tmp_path / "x.csv", ["answer"], [{"answer": "x" * 1_000_000}])
    assert len(marks.read_table(tmp_path / "x.csv", ["answer"])[0]["answer"]) == 1_000_000


def test_a_new_seed_is_used_and_never_thrown_away(folder):
    from imsearch_helpers.exercises import graded

    assert graded.hidden_seed(folder) == graded.PUBLIC_SEED
    course.new_seed()
    assert graded.hidden_seed(folder) != graded.PUBLIC_SEED
    with pytest.raises(ValueError, match="there is a seed.txt. Rename it"):
        course.new_seed()


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        *((command, "known are") for command in (["grade", "9_none"], ["written", "9_none"], ["marks", "9_none"])),
        (["grade", NAME], f"nothing is in submitted/STUDENT/{NAME}/: collect first"),
        (["marks", NAME], "no gradebook yet: grade first"),
        (["written", NAME], "no gradebook yet: grade first"),
        (["written", NAME, "--enter"], f"there is no marks/written_{NAME}.csv"),
    ],
)
def test_a_command_too_early_says_what_comes_first(folder, capsys, command, complaint):
    assert main(command) == 2 and complaint in capsys.readouterr().err


# Preflight


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"))


def test_preflight_passes_here(copy):
    done = copy.classroom("preflight")
    assert done.returncode == 0 and "MEND" not in done.stdout, done.stdout
    assert "the masters' own solutions pass" in done.stdout and "pictures: 1,000 products" in done.stdout


PINS = "numpy==1.0\npillow==1\nipykernel==1\nnbgrader==1\nnbconvert==1\nnbclient==1\nnbformat==1\n"
BROKEN = {
    "the package is missing": ("imsearch_helpers/__init__.py", "raise ModuleNotFoundError(\"No module named 'imsearch_helpers'\")",
                               "No module named .*Is the environment of the course active"),
    "another version": ("constraints.txt", PINS, "nbgrader .*, not 1"),
    "examples out of date": (f"notebooks/assignments/source/{NAME}/examples.json", "{}", f"{NAME}: examples.json is not what"),
    "no examples": (f"notebooks/assignments/source/{NAME}/examples.json", None, f"{NAME}: examples.json is not what"),
    "a broken key": (f"notebooks/assignments/keys/{NAME}.py", "TASKS = nothing", f"{NAME}: its master or its key is broken .NameError"),
    "no master": (f"notebooks/assignments/source/{NAME}/{NAME}.ipynb", None, f"{NAME}: its master or its key is broken"),
    "a seed that is none": ("notebooks/assignments/seed.txt", "seven", "seed.txt must hold one whole number"),
}  # fmt: skip


@pytest.fixture
def changing(copy):
    """Change a file of the copy for one test."""
    before = {}

    def change(file, content):
        path = copy.root / file
        before[path] = path.read_bytes() if path.exists() else None
        path.unlink() if content is None else path.write_text(content, encoding="utf-8")

    yield change
    for path, content in before.items():
        path.unlink() if content is None else path.write_bytes(content)


@pytest.mark.parametrize(("file", "content", "complaint"), BROKEN.values(), ids=BROKEN)
def test_preflight_refuses(copy, changing, file, content, complaint):
    changing(file, content)
    done = copy.classroom("preflight")
    assert done.returncode == 1 and re.search(rf"MEND .*{complaint}", done.stdout), done.stdout
    assert "Nothing is graded before" in done.stdout


def test_nbgrader_itself_refuses_where_preflight_does(copy, changing):
    changing(*BROKEN["a broken key"][:2])
    done = copy.run("-m", "nbgrader", "autograde", NAME)
    assert done.returncode == 1 and "Nothing is graded before" in done.stdout, done.stdout


def test_points_of_sidebar_and_code_must_agree(copy, changing):
    notebook = master(NAME)
    [cell] = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "test_choose_bins"]
    cell.metadata.nbgrader.points = 5
    changing(f"notebooks/assignments/source/{NAME}/{NAME}.ipynb", nbformat.writes(notebook))
    assert f"MEND  {NAME}: test_choose_bins is worth 5" in copy.classroom("preflight").stdout


def test_a_master_that_changed_after_it_was_handed_out_is_told(copy, changing):
    copy.release(NAMES[1])
    assert copy.classroom("preflight").returncode == 0
    text = (copy.folder / "source" / NAMES[1] / f"{NAMES[1]}.ipynb").read_text(encoding="utf-8")
    changing(f"notebooks/assignments/source/{NAMES[1]}/{NAMES[1]}.ipynb", text.replace("graded).grade(", "graded) .grade("))
    assert f"MEND  {NAMES[1]}: its tests have changed since it was handed out" in copy.classroom("preflight").stdout


def test_other_versions_can_be_allowed(copy, changing):
    before = (copy.root / "constraints.txt").read_text(encoding="utf-8")
    changing("constraints.txt", re.sub(r"^numpy==.*$", "numpy==1.0", before, flags=re.M))
    done = copy.classroom("preflight", "--other-versions")
    assert done.returncode == 0 and re.search("note .*numpy .*, not 1.0", done.stdout), done.stdout


def test_preflight_without_nbgrader_says_how_to_install_it(copy):
    hide = "import sys; from classroom.__main__ import main; from importlib import metadata\n"
    hide += "real = metadata.version\ndef version(name):\n    if name == 'nbgrader': raise metadata.PackageNotFoundError(name)\n    return real(name)\n"
    done = copy.run("-c", hide + "metadata.version = version; sys.exit(main(['preflight']))")
    assert done.returncode == 1 and re.search("nbgrader, for .*active.*python -m pip install", done.stdout), done.stdout


# The guide


def commands_of_the_guide():
    return [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, flags=re.S) for line in block.splitlines() if line]


def test_the_guide_s_cycle_has_fewer_than_ten_commands():
    cycle = re.search(r"## The cycle\n(.*?)\n## ", GUIDE, flags=re.S).group(1)
    commands = [line for block in re.findall(r"```sh\n(.*?)```", cycle, flags=re.S) for line in block.splitlines() if line]
    assert 5 <= len(commands) < 10


def test_every_command_of_the_guide_exists():
    for command in commands_of_the_guide():
        if command.startswith("python -m classroom"):
            with pytest.raises(SystemExit) as end:
                main([*command.split()[3:], "--help"])
            assert end.value.code == 0, command
    assert any(command.startswith("python -m nbgrader generate_assignment") for command in commands_of_the_guide())


def test_the_guide_s_example_of_a_key_works(folder):
    from imsearch_helpers.exercises.masters import key_of

    [key] = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.S)
    solution = new_code_cell("def double(numbers):\n    return [2 * number for number in numbers]", metadata={"nbgrader": {"solution": True}})
    put(folder / "source" / "doubles", "doubles.ipynb", nbformat.writes(new_notebook(cells=[new_code_cell("import math"), solution])))
    put(folder / "keys", "doubles.py", textwrap.dedent(key))
    [task] = key_of(folder / "keys" / "doubles.py").TASKS
    assert [case.expected for case in task.worked_cases(1)][:2] == [[2, 4], []]
    assert "it is the square." in task.worked_cases(1)[0].slips


def test_the_guide_links_lead_somewhere_and_its_tables_name_every_assignment():
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", GUIDE):
        assert "://" in target or (ASSIGNMENTS / target).exists(), target
    assert all(f"`{name}`" in GUIDE for name in NAMES)


def test_the_guide_s_times_and_points_are_the_masters():
    for name in NAMES:
        text = master(name).cells[0].source
        row = next(line for line in GUIDE.splitlines() if line.startswith("|") and f"`{name}`" in line)
        points = sum(cell.metadata.nbgrader.points for cell in master(name).cells if cell.metadata.get("nbgrader", {}).get("grade"))
        minutes = re.search(r"\*\*Time:\*\* (?:about )?(\d+)(?: to (\d+))? minutes", text).groups()
        assert f"| {points} |" in row and "-".join(filter(None, minutes)) in row, (row, minutes)


def test_what_teachers_make_is_ignored_by_git():
    made = [name if "." in name else f"{name}/x" for name in sorted(MADE_BY_TEACHERS)]
    paths = [(ASSIGNMENTS / name).relative_to(REPOSITORY).as_posix() for name in made]
    if not (REPOSITORY / ".git").exists():
        pytest.skip("no git repository")
    done = subprocess.run(["git", "check-ignore", *paths], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout.split() == paths


def test_assignments_hold_no_path_of_a_machine():
    for path in [*ASSIGNMENTS.rglob("*.json"), *ASSIGNMENTS.rglob("*.py")]:
        if not MADE_BY_TEACHERS & set(path.relative_to(ASSIGNMENTS).parts):
            assert f"{REPOSITORY.as_posix()}/" not in path.read_text(encoding="utf-8")
