"""The teacher's commands one by one, with wrong input of each kind; the whole cycle is in test_cycle.py."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from importlib import metadata

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from tests import REPOSITORY
from tests.classroom.course import ASSIGNMENTS, MADE_BY_TEACHERS, NAMES, Course, master

sys.path.insert(0, str(ASSIGNMENTS))
from classroom import collect, course, look, marks, notebooks, preflight  # noqa: E402
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
        (f"Ana Müller_1234_assignsubmission_file_/{NAME}.ipynb", "Ana_Müller"),
        (f"Ana Müller_1234_assignsubmission_file_/mine_{NAME}.ipynb", "Ana_Müller"),
        (f"mullerana_LATE_1234_56789_{NAME}-1.ipynb", "mullerana_1234"),
        (f"{NAME}_amuller_attempt_2026-01-31-10-15-00_{NAME}.ipynb", "amuller"),
        (f"ana_{NAME}.ipynb", "ana"),
        (f"{NAME}_ana (1).ipynb", "ana"),
        (f"{NAME}_0012345.ipynb", "0012345"),
        (f"ana_{NAME.replace('_', '-')}.ipynb", "ana"),
        (f"ana_123_{NAME}-2.ipynb", "ana_123"),
        (f"ana/deep/down/{NAME} (1).ipynb", "ana"),
        (f"ana/final_{NAME}.ipynb", "ana"),
        (f"all of them/ana_{NAME}.ipynb", "ana"),
        ("ana.ipynb", "ana"),
        (f"ana_{NAME}.ipynb.txt", "ana"),
        (f"ana_{NAME}.IPYNB", "ana"),
        (f"ana/{NAME}.json", "ana"),
        (f"x'; rm -rf $HOME [1]*_{NAME}.ipynb", "x_rm_-rf_HOME_1"),
        ("12345.ipynb", "12345"),
        ("nul.ipynb", "nul_"),
        (f"Mu\u0308ller_{NAME}.ipynb", "Müller"),
        (f"M├╝ller_{NAME}.ipynb", "Müller"),
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
    path = f"ana/{NAME}.ipynb"
    assert [line for line in printed.splitlines() if line.startswith("ana")] == [
        f"ana: new, from {path}", f"ana: replaced, from {path}", f"ana: LEFT OUT, and the one before is kept: {path}: it is cut off, or no "
        "notebook (JSONDecodeError)", f"ana: as before, from {path}",
    ]  # fmt: skip
    assert "ben: CANNOT BE GRADED: ben/" in printed and re.search("eva: CANNOT.*RecursionError", printed)
    assert re.search(f"cem: CANNOT.*this is not {NAME}", printed) and re.search(f"dora: CANNOT.*this is {NAMES[1]}, not {NAME}", printed)
    assert f"1 submissions of {NAME}; 4 people without one that can be graded: ben, cem, dora, eva" in printed
    assert course.students_of(NAME) == ["ana", "ben", "cem", "dora", "eva"]


def test_who_hands_in_a_notebook_after_something_else_is_graded_after_all(folder, returned):
    put(returned, f"ana_{NAME}.html", "<html>")
    put(returned, f"ben_{NAME}.ipynb")
    collect.collect(NAME, returned)
    assert "it is a web page, no notebook" in course.reason("ana", NAME).read_text(encoding="utf-8")
    put(returned, f"ana_{NAME}.ipynb")
    collect.collect(NAME, returned)
    assert course.submitted("ana", NAME).is_file() and not course.reason("ana", NAME).exists()


def test_notebook_whose_metadata_were_lost_is_told_so(folder, returned, capsys):
    notebook = master(NAME)
    for cell in notebook.cells:
        cell.metadata.clear()
    put(returned, f"ana_{NAME}.ipynb", nbformat.writes(notebook))
    collect.collect(NAME, returned)
    assert f"this is {NAME}, but its cells have lost their metadata" in capsys.readouterr().out


def test_every_file_and_every_empty_folder_has_its_line(folder, returned, capsys):
    good, files = nbformat.writes(master(NAME)), [f"ana_{NAME}.ipynb", f"ben/{NAME}.ipynb", "ben/notes.txt", "ben/photo.png", "cem/report.pdf", "list.xlsx",
                                                  f"dora_{NAME}.html", f"eva_{NAME}.ipynb", "fay/old/"]  # fmt: skip
    for file in files:
        if file.endswith("/"):
            (returned / file).mkdir(parents=True)
        else:
            put(returned, file, good if file.endswith("ipynb") and "eva" not in file else "x")
    for file in (".DS_Store", "ben/examples.json", f"ben/.ipynb_checkpoints/{NAME}-checkpoint.ipynb"):
        put(returned, file, "{}")
    collect.collect(NAME, returned)
    lines = capsys.readouterr().out.splitlines()
    for file in files:
        assert len([line for line in lines if file.strip("/") in line]) == 1, (file, lines)
    assert any(line.startswith("left: 3 files that come with the assignment or that programs leave behind") for line in lines)
    assert lines[-1] == f"2 submissions of {NAME}; 4 people without one that can be graded: cem, dora, eva, fay"


def without_cells(*grade_ids):
    notebook = master(NAME)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") not in grade_ids]
    return nbformat.writes(notebook)


def test_missing_answer_is_named(folder, returned, capsys):
    put(returned, f"ana/{NAME}.ipynb", without_cells("why", "choose_bins"))
    collect.collect(NAME, returned)
    lost = "without the answer of choose_bins, why: put back before grading, but what was written is lost"
    assert f"ana: new, from ana/{NAME}.ipynb; {lost}\n" in capsys.readouterr().out


def test_missing_check_is_no_lost_answer(folder, returned, capsys):
    put(returned, f"ana/{NAME}.ipynb", without_cells("test_choose_bins"))
    collect.collect(NAME, returned)
    assert f"ana: new, from ana/{NAME}.ipynb; without the check of choose_bins: put back before grading\n" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_nobody_s_answer(folder, returned, capsys):
    """It may lead to somebody else's answers, or to the solutions."""
    put(returned, f"ben_{NAME}.ipynb")
    (returned / f"ana_{NAME}.ipynb").symlink_to(ASSIGNMENTS / "source" / NAME / f"{NAME}.ipynb")
    collect.collect(NAME, returned)
    assert f"ana: CANNOT BE GRADED: ana_{NAME}.ipynb: it is a link to another file" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_name_writes_no_line_of_its_own_and_steers_no_screen(folder, returned, capsys):
    put(returned, f"a\nben: new, from \x1b[2J\u202eben_{NAME}.ipynb")
    collect.collect(NAME, returned)
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 2 and not set("\x1b\u202e") & set(printed)


def test_a_copy_that_an_editor_keeps_is_its_owner_s_and_no_new_person_s(folder, returned, capsys):
    put(returned, f"ana/.ipynb_checkpoints/{NAME}-checkpoint.ipynb")
    put(returned, f"ben_{NAME}.ipynb")
    collect.collect(NAME, returned)
    assert "ana: CANNOT BE GRADED: no notebook was handed in" in capsys.readouterr().out


def test_of_very_many_useless_files_some_are_named(folder, returned, capsys):
    (returned / "ana.zip").write_bytes(zip_of({f"{number}.ipynb": b"" for number in range(100)}))
    put(returned, f"ben_{NAME}.ipynb")
    collect.collect(NAME, returned)
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ana")]
    assert line.endswith("; and 80 files more") and line.count("it is empty") == 20


def test_what_would_fill_the_memory_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(notebooks, "MOST_PARTS", 1000)
    with pytest.raises(ValueError, match="it has more than 1,000 parts"):
        notebooks.read(b'{"cells": [' + b"[]," * 1000 + b"[]]}", {})


# Zip files


def zip_of(files):
    """The bytes of a zip file of name -> content."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def with_field(packed, offset, value):
    """A zip file whose entries have two bytes changed, those at `offset` in the local header."""
    packed = bytearray(packed)
    for start, place in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
        found = packed.find(start)
        packed[found + place : found + place + 2] = value.to_bytes(2, "little")
    return bytes(packed)


GOOD_ZIP = zip_of({f"{NAME}/{NAME}.ipynb": nbformat.writes(master(NAME)), f"{NAME}/examples.json": "{}"})
ONE_ZIP = zip_of({f"{NAME}.ipynb": nbformat.writes(master(NAME))})
ODD_ZIPS = {
    "with a password": (with_field(ONE_ZIP, 6, 1), "it is in a zip file with a password"),
    "damaged": (ONE_ZIP[:500] + bytes(200) + ONE_ZIP[700:], "it is in a zip file that is damaged"),
    "cut off": (ONE_ZIP[:3000], "it is a damaged zip file"),
    "of a kind that is not known": (with_field(ONE_ZIP, 8, 97), "it is in a zip file that is packed in a way we cannot read"),
    "empty": (zip_of({}), "it is an empty zip file"),
    "none at all": (b"x", "it is no zip file, or damaged"),
    "too deep": (zip_of({"a.zip": zip_of({"b.zip": zip_of({"c.zip": zip_of({"d.zip": ONE_ZIP})})})}), "it is a zip file too deep in others"),
}


@pytest.mark.parametrize(("content", "reason"), ODD_ZIPS.values(), ids=ODD_ZIPS)
def test_zip_that_cannot_be_opened_is_its_owner_s_and_told(folder, returned, capsys, content, reason):
    (returned / "ana.zip").write_bytes(content)
    put(returned, f"ben_{NAME}.ipynb")
    collect.collect(NAME, returned)
    assert re.search(f"ana: CANNOT BE GRADED: ana.zip.*: {reason}", capsys.readouterr().out)
    assert course.students_of(NAME) == ["ana", "ben"]


def test_zips_in_a_folder_are_opened(folder, returned):
    (returned / f"ana_{NAME}.zip").write_bytes(GOOD_ZIP)
    (returned / "ben").mkdir()
    (returned / "ben" / "mine.zip").write_bytes(zip_of({"deeper.zip": GOOD_ZIP}))
    (returned / f"cem_{NAME}.ipynb").write_bytes(GOOD_ZIP)  # renamed
    collect.collect(NAME, returned)
    assert [student for student in course.students_of(NAME) if course.submitted(student, NAME).is_file()] == ["ana", "ben", "cem"]


@pytest.mark.parametrize("raw", ["Müller".encode(), "Müller".encode("cp437"), "Ágota".encode("cp850"), "Łukasz".encode()])
def test_names_in_zips_that_do_not_say_their_alphabet_keep_their_letters(folder, tmp_path, raw):
    text = "X" * len(raw)
    packed = zip_of({f"{text}_{NAME}.ipynb": nbformat.writes(master(NAME)), f"ben\\{NAME}.ipynb": nbformat.writes(master(NAME))})
    (tmp_path / "all.zip").write_bytes(packed.replace(text.encode(), raw))
    collect.collect(NAME, tmp_path / "all.zip")
    name = next(name for name in ("Müller", "Ágota", "Łukasz") if raw in (name.encode(), name.encode("cp850", errors="replace")))
    assert course.students_of(NAME) == sorted([name, "ben"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_names_on_disk_in_another_alphabet_keep_their_letters(folder, returned, encoding, capsys):
    (returned / os.fsdecode("Müller".encode(encoding))).mkdir()
    put(returned, f"{os.fsdecode('Müller'.encode(encoding))}/{NAME}.ipynb")
    collect.collect(NAME, returned)
    assert course.students_of(NAME) == ["Müller"] and capsys.readouterr().out.encode()


def test_a_zip_file_is_taken_without_what_a_mac_adds(folder, returned, tmp_path):
    put(returned, f"ana/{NAME}.ipynb")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for student in ("ana", "ben"):
            archive.write(returned / f"ana/{NAME}.ipynb", f"abgaben/{student}_{NAME}.ipynb")
            archive.writestr(f"__MACOSX/abgaben/._{student}_{NAME}.ipynb", "x")
    collect.collect(NAME, tmp_path / "all.zip")
    assert course.students_of(NAME) == ["ana", "ben"]


# One person, one notebook


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ([], "there is no notebook in"),
        ([f"{NAME}.ipynb"], "whose is it"),
        ([f"{NAME}-Copy1.ipynb"], "whose is it"),
        (["Untitled3.ipynb"], "whose is it"),
        ([f"{NAME}/{NAME}.ipynb"], "whose is it"),
        ([f"ana/{NAME}.ipynb", f"ana/old/{NAME}.ipynb", f"ben/{NAME}.ipynb"], "two notebooks of ana"),
        ([f"Ana_{NAME}.ipynb", f"ana_{NAME}.ipynb"], "two notebooks of Ana"),
        ([f"ana_{NAME}.ipynb", f"ana_final_{NAME}.ipynb"], "ana may be the same person as ana_final"),
        ([f"ana_v1_{NAME}.ipynb", f"ana_v2_{NAME}.ipynb"], "ana_v1 may be the same person as ana_v2"),
        ([f"Ana Müller/{NAME}.ipynb", f"muller_ana_{NAME}.ipynb"], "Ana_Müller may be the same person as muller_ana"),
    ],
)
def test_where_something_is_unclear_nothing_is_collected(folder, returned, files, complaint):
    for number, file in enumerate(files):
        put(returned, file, nbformat.writes(master(NAME)).replace("Assignment 1", f"Attempt {number}"))
    put(returned, "zoe/notes.txt", "x")
    with pytest.raises(ValueError, match=complaint):
        collect.collect(NAME, returned)
    assert not (folder / "submitted").exists()


def test_another_name_later_stops_too_unless_it_is_another_person_s(folder, returned, capsys):
    put(returned, f"ana_{NAME}.ipynb")
    collect.collect(NAME, returned)
    (returned / f"ana_{NAME}.ipynb").rename(returned / f"ana_maria_{NAME}.ipynb")
    assert main(["collect", NAME, str(returned)]) == 2 and "ana_maria may be the same person as ana" in capsys.readouterr().err
    assert main(["collect", NAME, str(returned), "--different-people"]) in (None, 0)
    assert course.students_of(NAME) == ["ana", "ana_maria"]
    collect.collect(NAME, returned)  # they are known now


def test_the_same_notebook_twice_is_one_and_another_assignment_s_is_no_second(folder, returned, capsys):
    put(returned, f"ana/{NAME}.ipynb")
    put(returned, f"ana/{NAME} (1).ipynb")
    put(returned, f"ana/{NAMES[1]}.ipynb", nbformat.writes(master(NAMES[1])))
    put(returned, f"ben/{NAME}.ipynb")
    collect.collect(NAME, returned)
    printed = capsys.readouterr().out
    assert re.search(rf"left: ana/{NAME}.*: the same as ana/{NAME}", printed) and f"left: ana/{NAMES[1]}.ipynb: this is {NAMES[1]}" in printed
    assert course.students_of(NAME) == ["ana", "ben"]


def test_equal_answers_of_two_are_pointed_out(folder, returned, capsys):
    put(course.released(NAME).parent, f"{NAME}.ipynb", nbformat.writes(master(NAME)).replace("chroma", "x"))
    put(returned, f"ana_{NAME}.ipynb")
    put(returned, f"ben_{NAME}.ipynb", nbformat.writes(master(NAME)).replace("Assignment 1", "Mine"))
    collect.collect(NAME, returned)
    assert "LOOK: ana and ben have handed in the same answers, word for word" in capsys.readouterr().out


# Notebooks that other programs have saved


def as_format_3(notebook):
    return json.dumps(nbformat.convert(notebook, 3)).encode()


def with_what_no_format_allows(notebook):
    for cell in notebook.cells:
        cell |= {"id": "the same", "attachments": {"x.png": {"image/png": "eA=="}}, "unknown": 1, "outputs": "none"}
        cell.metadata.tags = "no list"
    notebook.cells += [{"cell_type": "heading"}, {"cell_type": "markdown", "metadata": None, "source": None}]
    notebook.metadata = {"kernelspec": 1}
    return json.dumps(notebook).encode()


SAVED = {
    "a byte order mark": lambda notebook: b"\xef\xbb\xbf" + nbformat.writes(notebook).encode(),
    "UTF-16": lambda notebook: nbformat.writes(notebook).encode("utf-16"),
    "the letters of one country": lambda notebook: nbformat.writes(notebook).encode("cp1252", errors="replace"),
    "half an emoji": lambda notebook: nbformat.writes(notebook).replace("Half the light", "Half \\ud83d the light").encode(),
    "format 3": as_format_3,
    "format 4.4": lambda notebook: json.dumps(notebook | {"nbformat_minor": 4}).encode(),
    "what no format allows": with_what_no_format_allows,
}


@pytest.mark.parametrize("save", SAVED.values(), ids=SAVED)
def test_what_other_programs_save_becomes_a_valid_notebook_with_every_answer(save):
    notebook = notebooks.read(save(master(NAME)), course.kinds_of(NAME))
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    wanted = course.by_id(master(NAME).cells)
    assert list(course.by_id(notebook.cells)) == list(wanted)
    sources = {name: cell.source.replace(" \ufffd", "") for name, cell in course.by_id(notebook.cells).items()}
    ascii_only = {name: cell.source for name, cell in wanted.items() if cell.source.isascii()}  # other letters can be lost
    assert {name: sources[name] for name in ascii_only} == ascii_only and len(ascii_only) > 10


def test_picture_in_an_answer_stays_and_its_kind_comes_back():
    notebook = master(NAME)
    answer = course.by_id(notebook.cells)["why"]
    answer |= {"cell_type": "code", "outputs": [], "execution_count": None, "attachments": {"x.png": {"image/png": "eA=="}}}
    read = course.by_id(notebooks.read(json.dumps(notebook).encode(), course.kinds_of(NAME)).cells)["why"]
    assert read.cell_type == "markdown" and read.attachments == answer.attachments


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["cells", "worksheets", "nbformat", "cell_type", "source", "metadata", "nbgrader", "input"]), inner),
)


@given(JSON | st.fixed_dictionaries({"cells": st.lists(JSON, max_size=3), "nbformat": st.integers(0, 6)}))
@settings(max_examples=60, deadline=None)
def test_whatever_is_handed_in_becomes_a_valid_notebook_or_a_reason(anything):
    try:
        notebook = notebooks.read(json.dumps(anything).encode(), {})
    except ValueError as error:
        assert str(error).startswith("it is ")
    else:
        nbformat.validate(notebook)
        nbformat.writes(notebook).encode()


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
    "from IPython.display import Image, display",
    "signal = [1, 2]\nthreading = sum(signal)",
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
    "type(np).__setattr__(np, 'allclose', print)",
    "import operator\noperator.setitem(operator.attrgetter('__di' + 'ct__')(np), 'allclose', print)",
    "getattr(np, '__di' + 'ct__')",
    "globals()['x'] = 1",
    "import IPython",
    "import sys\nsys.meta_path.insert(0, 1)",
    "import sys\nsys.setprofile(print)",
    "import sys\n'{0[2].tb_frame.f_back}'.format(sys.exc_info())",
    "import traceback",
    "import threading",
    "import atexit",
    "from pickle import loads",
    "import sqlite3",
    "open('../../../source/1_vectors/1_vectors.ipynb')",
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


ACTS = ["<script>alert(1)</script>", "<META http-equiv=refresh content=0>", "<form action=x>", "</iframe >", "<style>*{display:none}</style>",
        "<svg onload=x>", "<base href=x>", "<object data=x>"]  # fmt: skip


@pytest.mark.parametrize("text", ACTS)
def test_what_could_act_in_a_page_becomes_text(text):
    from classroom.preprocessors import harmless

    assert harmless(f"<p>a {text} <b>b</b></p>") == f"<p>a {text.replace('<', '&lt;')} <b>b</b></p>"


def test_a_page_runs_nothing_and_fetches_nothing():
    from classroom.preprocessors import only_shown

    head = only_shown("<head>\n<script src='x'></script><style>p {}</style>\n<script>\n1\n</script></head>")
    assert "<script" not in head and "<style>p {}</style>" in head
    assert re.search(r'^<head>\n<meta http-equiv="Content-Security-Policy" content="default-src \'none\';', head)


def test_a_report_that_a_project_has_printed_is_no_formula(monkeypatch, folder):
    cell = {"cell_type": "code", "source": "project_report(my_project)", "metadata": {}, "outputs": [{"output_type": "stream", "text": "=1+1"}]}
    put(course.autograded("ana", NAME).parent, f"{NAME}.ipynb", json.dumps({"cells": [cell]}))
    assert marks._report_in(NAME, "ana") == "'=1+1"


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


def test_nbgrader_which_reads_its_settings_three_times_looks_once(monkeypatch):
    looked = []
    monkeypatch.setenv(preflight.DONE, "")
    monkeypatch.setattr(preflight, "preflight", lambda: looked.append(1) or True)
    for _ in range(3):
        preflight.refuse_unless_ready()
    assert looked == [1]


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


def test_the_guide_s_room_for_a_path_is_what_the_environment_leaves_on_windows():
    [room] = re.findall(r"may have \*\*(\d+) characters\*\*", GUIDE)
    deepest = max(len(f".venv\\Lib\\site-packages\\{path}") for path in metadata.files("jupyterlab") if not str(path).startswith(".."))
    assert int(room) + len("\\") + deepest == 259


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
