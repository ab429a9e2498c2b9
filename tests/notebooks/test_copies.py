"""What a learner opens: made from what we keep, without its answers, and never written over."""

import builtins
import json
import os
import shutil
import symtable
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

from imsearch_helpers.copies import FOLDER, RECORD, as_learners_get_it, update_copies
from tests import REPOSITORY

KEPT = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


def cell(kind, source, **metadata):
    more = {"outputs": [{"output_type": "stream", "name": "stdout", "text": "12"}], "execution_count": 1} if kind == "code" else {}
    return {"cell_type": kind, "id": source[:6], "metadata": metadata, "source": [source], **more}


def notebook(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def course(tmp_path):
    """A course of two notebooks and a glossary."""
    (tmp_path / "notebooks").mkdir()
    for name in ("00_a.ipynb", "01_b.ipynb"):
        release(tmp_path, name, "print(12)")
    (tmp_path / "notebooks" / "glossary.md").write_text("words\n", encoding="utf-8")
    return tmp_path


def release(course, name, code):
    made = notebook(cell("markdown", "Guess!", answer=["12"]), cell("code", code), cell("code", "assert True", tags=["claim"]))
    (course / "notebooks" / name).write_text(json.dumps(made), encoding="utf-8")


def work_on(path, code="print(13)"):
    work = json.loads(path.read_text(encoding="utf-8"))
    work["cells"][-1]["source"] = [code]
    path.write_text(json.dumps(work), encoding="utf-8")


def code_in(path):
    return "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][-1]["source"])


def test_a_copy_has_neither_outputs_nor_claims_nor_answers():
    kept = notebook(cell("markdown", "Guess!", answer=["12"], x=1), cell("code", "print(12)"), cell("code", "assert True", tags=["claim"]))
    before = json.dumps(kept)
    guess, code = as_learners_get_it(kept)["cells"]
    assert guess["metadata"] == {"x": 1}
    assert code["outputs"] == [] and code["execution_count"] is None and code["source"] == ["print(12)"]
    assert json.dumps(kept) == before


def test_first_time_everything_is_new_and_second_time_nothing_happens(course):
    assert update_copies(course) == ["00_a.ipynb: new", "01_b.ipynb: new", "glossary.md: new"]
    assert update_copies(course) == []
    assert sorted(os.listdir(course / FOLDER)) == [RECORD, "00_a.ipynb", "01_b.ipynb", "glossary.md"]


def test_what_was_not_touched_is_brought_up_to_date(course):
    update_copies(course)
    release(course, "01_b.ipynb", "print(14)")
    assert update_copies(course) == ["01_b.ipynb: a new version"]
    assert code_in(course / FOLDER / "01_b.ipynb") == "print(14)"


def test_what_was_worked_on_stays_and_the_new_version_is_offered_beside_it_once(course):
    update_copies(course)
    mine = course / FOLDER / "00_a.ipynb"
    work_on(mine)
    assert update_copies(course) == []  # there is nothing new
    release(course, "00_a.ipynb", "print(14)")
    said = "00_a.ipynb: you have worked on it, so it stays; the new version lies beside it, as 00_a.new.ipynb"
    assert update_copies(course) == [said]
    assert update_copies(course) == []
    assert code_in(mine) == "print(13)" and code_in(course / FOLDER / "00_a.new.ipynb") == "print(14)"


def test_a_new_version_that_was_worked_on_stays_as_well(course):
    update_copies(course)
    work_on(course / FOLDER / "00_a.ipynb")
    for version in (14, 15):
        release(course, "00_a.ipynb", f"print({version})")
        update_copies(course)
    assert code_in(course / FOLDER / "00_a.new.ipynb") == "print(15)"
    work_on(course / FOLDER / "00_a.new.ipynb", "print(99)")
    release(course, "00_a.ipynb", "print(16)")
    assert update_copies(course)[0].endswith("as 00_a.new-1.ipynb")
    assert code_in(course / FOLDER / "00_a.new.ipynb") == "print(99)"


def test_a_copy_that_was_deleted_is_made_again(course):
    update_copies(course)
    (course / FOLDER / "01_b.ipynb").unlink()
    assert update_copies(course) == ["01_b.ipynb: new"]


def test_one_can_be_had_fresh_and_what_was_there_is_kept(course):
    update_copies(course)
    work_on(course / FOLDER / "01_b.ipynb")
    assert update_copies(course, ["01"]) == ["01_b.ipynb: fresh; what you had is now 01_b.before-1.ipynb"]
    assert code_in(course / FOLDER / "01_b.ipynb") == "print(12)"
    assert code_in(course / FOLDER / "01_b.before-1.ipynb") == "print(13)"
    assert update_copies(course, ["01"]) == []  # it is fresh already
    work_on(course / FOLDER / "01_b.ipynb")
    assert "01_b.before-2.ipynb" in update_copies(course, ["01"])[0]


def test_a_notebook_that_does_not_exist_is_named_with_the_known(course):
    with pytest.raises(ValueError, match=r"^fresh must be how a notebook's name begins, one of 00_a.ipynb, 01_b.ipynb, glossary.md, not '07'$"):
        update_copies(course, ["07"])


@pytest.mark.parametrize("spoilt", ["", "[1]", "{", '{"00_a.ipynb": 3}'])
def test_without_a_record_everything_counts_as_worked_on(course, spoilt):
    update_copies(course)
    (course / FOLDER / RECORD).write_text(spoilt, encoding="utf-8")
    release(course, "00_a.ipynb", "print(14)")
    assert "so it stays" in update_copies(course)[0] and code_in(course / FOLDER / "00_a.ipynb") == "print(12)"


def test_a_copy_that_is_no_text_any_more_stays(course):
    update_copies(course)
    (course / FOLDER / "00_a.ipynb").write_bytes(b"\xff\x00")
    release(course, "00_a.ipynb", "print(14)")
    update_copies(course)
    assert (course / FOLDER / "00_a.ipynb").read_bytes() == b"\xff\x00"


def test_git_ignores_the_folder():
    assert f"{FOLDER}/" in (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()


# The real ones


@pytest.fixture(scope="module")
def learner(tmp_path_factory):
    """The copies, beside the data that they need."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(REPOSITORY / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns("assignments", ".*"))
    update_copies(root)
    return root


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.stem)
def test_no_copy_has_an_output_an_answer_or_a_claim_or_needs_what_a_claim_made(learner, kept):
    made = nbformat.read(learner / FOLDER / kept.name, as_version=4)
    assert not any(cell.get("outputs") or "claim" in cell.metadata.get("tags", []) or "answer" in cell.metadata for cell in made.cells)
    known = {"__name__", "_", "display", "get_ipython", *dir(builtins)}  # what a kernel has
    for cell in made.cells:
        if cell.cell_type == "code":
            bound, needed = names_in(cell.source)
            known |= bound
            assert needed <= known, cell.source


def names_in(code):
    """The names that a cell binds, and those that it and its functions look up outside of functions."""
    table = symtable.symtable(TransformerManager().transform_cell(code), "cell", "exec")
    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    needed = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    inner = table.get_children()
    for one in inner:  # which grows on the way
        inner += one.get_children()
        needed |= {symbol.get_name() for symbol in one.get_symbols() if symbol.is_global()}
    return bound, needed


def test_a_name_that_only_a_claim_bound_would_be_found():
    assert names_in("import a.b\nc, d = e\nf = [g for h in i]\ndef j(k):\n    return lambda: l + k") == (set("acdfj"), set("egil"))


# These four read and write files and start processes; the code of the others is run in `notebooks` itself.
@pytest.mark.parametrize("name", ["00_start_here", "04_the_engine", "06_messy_images", "11_many_machines"])
def test_a_copy_runs_from_top_to_bottom_with_its_exercises_untouched(learner, name):
    copy = learner / FOLDER / f"{name}.ipynb"
    made = nbformat.read(copy, as_version=4)
    NotebookClient(made, kernel_name="python3", timeout=300, resources={"metadata": {"path": str(copy.parent)}}).execute()
    nbformat.write(made, copy)  # as JupyterLab saves it


def test_after_a_day_s_work_an_update_leaves_everything_and_offers_the_new(learner):
    work_on(learner / FOLDER / KEPT[0].name, "# my work")
    work = {path.name: path.read_bytes() for path in (learner / FOLDER).glob("*.ipynb")}
    changed = learner / "notebooks" / KEPT[0].name
    changed.write_text(changed.read_text(encoding="utf-8").replace("# ", "# A new edition: ", 1), encoding="utf-8")
    [said] = update_copies(learner)
    assert said.startswith(KEPT[0].name)
    assert {name: Path(learner, FOLDER, name).read_bytes() for name in work} == work
