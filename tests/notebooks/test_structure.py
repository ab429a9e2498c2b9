"""The notebooks read as data: executed in order, in rhythm, with alt text, with links that lead somewhere."""

import ast
import base64
import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from tests import REPOSITORY
from tests.notebooks import minutes

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
MASTERS = sorted((REPOSITORY / "notebooks/assignments/source").glob("*/*.ipynb"))
MAY_RAISE = {"raises-exception", "nbval-raises-exception"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MAX_BYTES = 1_500_000
MAX_FIGURE_WIDTH = 1000  # pixels: the width of a cell of JupyterLab in a window of 1280
MAX_WORDS, MAX_LINES, MAX_MINUTES = 2200, 150, 40  # of a lesson; words and lines that are optional count by half

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_page = pytest.mark.parametrize("path", NOTEBOOKS + MASTERS, ids=lambda path: path.stem)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def cells(path, kind):
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == kind]


def prose(path):
    """All Markdown, without the blocks of code in it."""
    return re.sub(r"```.*?```", "", "\n\n".join(map(source, cells(path, "markdown"))), flags=re.S)


def headings(path):
    """(level, text) of each heading, in order."""
    return [(len(marks), text.strip()) for marks, text in re.findall(r"^(#+) +(.*)$", prose(path), flags=re.M)]


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell["outputs"]]


def links(path):
    return re.findall(r"\]\(([^)\s]+)\)", prose(path)) + re.findall(r'(?:href|src)="([^"]+)"', prose(path))


def anchors(path):
    """The ids that JupyterLab gives to headings, and those that are written out."""
    return {text.replace(" ", "-") for _, text in headings(path)} | set(re.findall(r'id="([^"]+)"', prose(path)))


@each_page
def test_executed_in_order_in_a_fresh_kernel(path):
    counts = [cell["execution_count"] for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@each_page
def test_no_error_among_the_outputs_but_where_tagged(path):
    for cell in cells(path, "code"):
        if not tags(cell) & MAY_RAISE:
            assert [output for output in cell["outputs"] if output["output_type"] == "error"] == []


@each_page
def test_nothing_is_written_to_stderr(path):
    assert [output["text"] for output in outputs(path) if output.get("name") == "stderr"] == []


@each_page
def test_every_figure_says_what_is_to_be_seen(path):
    for output in outputs(path):
        for kind in ("image/png", "image/jpeg"):
            if kind in output.get("data", {}):
                assert len(output["metadata"].get(kind, {}).get("alt", "")) >= 20, "a figure without alt text"
    for image in re.findall(r"<img [^>]*>", prose(path)):
        assert re.search(r'alt="[^"]+"', image), image
    assert "![](" not in prose(path)


@each_page
def test_no_figure_is_wider_than_a_cell(path):
    for output in outputs(path):
        if "image/png" in output.get("data", {}):
            picture = Image.open(io.BytesIO(base64.b64decode("".join(output["data"]["image/png"]))))
            assert picture.width <= MAX_FIGURE_WIDTH


@each_page
def test_no_widget_is_stored(path):
    assert "widgets" not in read(path)["metadata"]
    assert not any(WIDGET_VIEW in output.get("data", {}) for output in outputs(path)), "run tests/notebooks/execute.py"


@each_page
def test_small_enough_to_be_shown_on_the_web(path):
    assert path.stat().st_size <= MAX_BYTES


@each_page
def test_one_title_and_no_level_of_heading_is_skipped(path):
    levels = [level for level, _ in headings(path)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in zip(levels, levels[1:]))


@each_notebook
def test_code_cells_can_be_held_in_the_head(path):
    lengths = [len(source(cell).splitlines()) for cell in cells(path, "code") if not tags(cell) & {"listing", "claim"}]
    assert max(lengths) <= 20
    assert sum(length <= 10 for length in lengths) >= 0.9 * len(lengths), sorted(lengths)


@each_notebook
def test_never_more_than_two_code_cells_in_a_row(path):
    kinds = "".join(cell["cell_type"][0] for cell in read(path)["cells"] if "claim" not in tags(cell))
    assert "ccc" not in kinds


# Claims: what keeps the prose honest stands apart from what teaches


def sections(path):
    """The cells under each heading of the second level, and before the first."""
    parts = [[]]
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "markdown" and re.search(r"^## ", source(cell), flags=re.M):
            parts.append([])
        parts[-1].append(cell)
    return parts


@each_notebook
def test_claim_cells_are_folded_print_nothing_and_come_once_a_section(path):
    for section in sections(path):
        claims = [cell for cell in section if "claim" in tags(cell)]
        assert len(claims) <= 1
        for cell in claims:
            assert cell["metadata"]["jupyter"] == {"source_hidden": True} and cell["outputs"] == []
            assert "assert " in source(cell)


@each_notebook
def test_teaching_cells_hold_few_asserts(path):
    teaching = "\n".join(source(cell) for cell in cells(path, "code") if "claim" not in tags(cell))
    assert len(re.findall(r"^\s*assert ", teaching, flags=re.M)) <= 3


# Predictions: nothing above the reveal gives it away

ASKS = r"\b(guess|predict|before you run|what do you expect|write down)\b"


def predictions(path):
    """(answers, all text between the last heading and the reveal, the reveal's code included) of each prediction."""
    every = read(path)["cells"]
    for place, cell in enumerate(every):
        if "answer" in cell["metadata"]:
            reveal = next((i for i in range(place, len(every)) if every[i]["cell_type"] == "code"), place)
            heading = max(i for i in range(place + 1) if every[i]["cell_type"] == "markdown" and re.search(r"^#", source(every[i]), re.M))
            first = re.split(r"^(?=#)", source(every[heading]), flags=re.M)[-1]
            texts = [first, *(source(between) + text_shown(between) for between in every[heading + 1 : reveal])]
            yield cell["metadata"]["answer"], "\n".join([*texts, source(every[reveal]) if reveal > heading else ""])


def text_shown(cell):
    shown = [output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]
    return "\n".join("".join(text) for text in shown)


def in_sight(answer, text):
    """Whether an answer can be found by machine: a number of two digits or more, or a word of four letters or more."""
    tokens = [token for token in re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", answer)]
    telling = [token for token in tokens if sum(c.isdigit() for c in token) >= 2 or (token.isalpha() and len(token) >= 4)]
    return any(re.search(rf"(?<![\w.]){re.escape(token)}(?![\w]|\.\d)", text, flags=re.I) for token in telling)


@each_notebook
def test_nothing_above_a_reveal_gives_the_answer_away(path):
    for answers, text in predictions(path):
        assert answers and all(isinstance(answer, str) for answer in answers)
        assert [answer for answer in answers if in_sight(answer, text)] == []


@pytest.mark.parametrize(("answer", "text", "found"), [
    ("0.94", "it is 0.94 here", True), ("0.94", "0.945", False), ("94 %", "x94", False), ("moved", "It Moved.", True), ("moved", "removed", False),
    ("1", "1 2 3", False), ("yes", "yes", False), ("12,288", "12,288 numbers", True), ("12", "12.5", False), ("blue wall", "a wall", True),
])  # fmt: skip
def test_how_an_answer_in_sight_is_found(answer, text, found):
    assert in_sight(answer, text) == found


@each_notebook
def test_every_request_for_a_guess_has_its_answer(path):
    before_exercises = []
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "markdown" and re.search(r"^## (Exercise|Recap)", source(cell), flags=re.M):
            break
        before_exercises.append(cell)
    asking = [cell for cell in before_exercises if cell["cell_type"] == "markdown" and re.search(ASKS, source(cell), flags=re.I)]
    assert [source(cell)[:80] for cell in asking if "answer" not in cell["metadata"]] == []


@each_page
def test_no_star_import(path):
    assert not any("import *" in source(cell) for cell in cells(path, "code"))


@each_notebook
def test_opens_with_its_question_and_closes_with_recap_and_exercises(path):
    opening = prose(path).split("\n## ")[0]
    assert re.search(r"\*\*The question:\*\* [^*]*\?", opening)
    texts = [text for _, text in headings(path)]
    assert any(text.startswith("Recap") for text in texts)
    assert any(text.startswith("Exercise") for text in texts)


@each_notebook
def test_states_the_minutes_that_the_rule_gives(path):
    stated = minutes.stated(read(path))
    assert stated is not None
    for said, ruled in zip(stated, minutes.computed(read(path)), strict=True):
        assert abs(said - ruled) <= max(1, 0.1 * ruled), (stated, minutes.computed(read(path)))


@each_notebook
def test_a_lesson_is_no_longer_than_a_reader_can_take(path):
    length = minutes.lengths(read(path))
    assert length["lesson"].words + length["optional"].words / 2 <= MAX_WORDS
    assert length["lesson"].lines + length["optional"].lines / 2 <= MAX_LINES
    assert minutes.computed(read(path))[0] <= MAX_MINUTES


def test_core_course_fits_in_five_hours():
    core = [minutes.computed(read(path)) for path in NOTEBOOKS if path.name[:2] <= "07"]
    assert sum(lesson + exercise for lesson, exercise, _ in core) <= 5 * 60


def names_of(code):
    """(defined, used): the names that a cell's code makes, at any depth, and those that it reads."""
    nodes = list(ast.walk(ast.parse(code)))
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    defined |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    defined |= {(node.asname or node.name).split(".")[0] for node in nodes if isinstance(node, ast.alias)}
    found = [node for node in nodes if isinstance(node, ast.Name)]
    defined |= {node.id for node in found if isinstance(node.ctx, ast.Store)}
    return defined, {node.id for node in found} - defined


def needs_of_left_out_parts(notebook):
    """(section, name): what a reader who leaves out the other optional parts does not have."""
    made, section, missing = {}, "", []  # a name -> the optional sections that make it; "" is what everybody runs
    for kind, piece in minutes.parts(notebook):
        if piece["cell_type"] == "markdown":
            section = next(iter(re.findall(r"^#+ (.+)", piece["source"])), section)
        elif "claim" not in tags(piece):
            defined, used = names_of(source(piece))
            here = section if kind == "optional" else ""
            missing += [(section, name) for name in sorted(used) if name in made and not made[name] & {here, ""}]
            for name in defined:
                made.setdefault(name, set()).add(here)
    return missing


@each_notebook
def test_no_part_needs_what_another_optional_part_made(path):
    assert needs_of_left_out_parts(read(path)) == []


def test_a_name_that_only_a_left_out_part_made_is_noticed():
    def text(words):
        return {"cell_type": "markdown", "metadata": {}, "source": words}

    def code(line):
        return {"cell_type": "code", "metadata": {}, "source": line, "outputs": []}

    core, table, use = code("a = 1"), code("b = a"), code("print(a, b)")
    parts = [text("## Core"), core, text("## One (optional)"), table, text("## Two (optional)"), use]
    assert needs_of_left_out_parts({"cells": parts}) == [("Two (optional)", "b")]
    assert needs_of_left_out_parts({"cells": [*parts[:4], use, core]}) == []


@each_notebook
def test_links_to_the_notebooks_before_and_after(path):
    place = NOTEBOOKS.index(path)
    for neighbour in NOTEBOOKS[max(0, place - 1) : place] + NOTEBOOKS[place + 1 : place + 2]:
        assert neighbour.name in {link.split("#")[0] for link in links(path)}


@each_page
def test_every_relative_link_leads_somewhere(path):
    for link in links(path):
        if "://" in link or link.startswith(("data:", "mailto:", "attachment:")):
            continue
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        if anchor and target.suffix == ".ipynb":
            assert anchor in anchors(target), link


@each_page
def test_no_path_of_the_machine_it_was_made_on(path):
    text = path.read_text(encoding="utf-8")
    for root in (REPOSITORY, Path.home()):
        assert len(root.parts) < 2 or f"{root.as_posix()}/" not in text
