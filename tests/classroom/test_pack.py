"""The teacher's pack: plans add up and name what is there, misconceptions were recorded, the concept test's key is computed."""

import doctest
import importlib.util
import json
import re
import shutil
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from imsearch_helpers import METHODS, ImageSearchEngine, Products, SearchResult, evaluate_engine, widgets
from imsearch_helpers.collection import stored_photos
from imsearch_helpers.judging import class_precisions
from imsearch_helpers.similarity import cosine_similarity, euclidean_distance
from tests import REPOSITORY
from tests.classroom.course import ASSIGNMENTS
from tests.notebooks.minutes import WORDS_A_MINUTE, stated

sys.path.insert(0, str(REPOSITORY / "data"))
import make_collection  # noqa: E402
import make_concept_test as concept  # noqa: E402
import make_printable  # noqa: E402
import make_slides  # noqa: E402

PACK = concept.PACK
PAGES = sorted(PACK.glob("*.md"))
GUIDE = ASSIGNMENTS / "README.md"
MISCONCEPTIONS = concept.read_misconceptions()
TEST = concept.read_test()
PLANS = (PACK / "lesson_plans.md").read_text(encoding="utf-8")
BANKS = {"tests/exercises": r"bank_(\d\d)\.py", "tests/classroom": r"bank_(\d)_\w+\.py"}
SIGHT = r"\[([^\]]*)\]\(([^)\s]+)\)"


@cache
def banks():
    """bank_03 and its like -> the module."""
    found = {}
    for folder, pattern in BANKS.items():
        for path in (REPOSITORY / folder).glob("bank_*.py"):
            if number := re.fullmatch(pattern, path.name):
                spec = importlib.util.spec_from_file_location(f"pack_{path.stem}", path)
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                found[f"bank_{number[1]}"] = module
    return found


def recorded(task, words):
    """The recorded wrong answers to a task whose message has these words."""
    answers = [pair for bank in banks().values() for pair in bank.WRONG.get(task, ())]
    return [answer for answer, message in answers if words in " ".join(message.split())]


@cache
def notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def sections(path):
    """Heading as in a link -> the guesses' answers below it; of a page of Markdown without answers."""
    found, name = {}, None
    cells = notebook(path)["cells"] if path.suffix == ".ipynb" else [{"cell_type": "markdown", "metadata": {}, "source": path.read_text(encoding="utf-8")}]
    for cell in cells:
        if cell["cell_type"] != "markdown":
            continue
        for heading in re.findall(r"^#+ +(.+)$", "".join(cell["source"]), flags=re.M):
            name = heading.replace(" ", "-") if path.suffix == ".ipynb" else re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))
            found[name] = []
        found.setdefault(name, []).extend(cell["metadata"].get("answer", []))
    return found


def place(page, target):
    path, _, fragment = target.partition("#")
    return (page.parent / path).resolve() if path else page, unquote(fragment)


# Links


@pytest.mark.parametrize("page", [*PAGES, GUIDE], ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page):
    for _, target in re.findall(SIGHT, page.read_text(encoding="utf-8")):
        if "://" not in target:
            path, fragment = place(page, target)
            assert path.exists(), target
            assert not fragment or fragment in sections(path), target


def test_every_page_is_linked_from_the_guide():
    guide = GUIDE.read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"(pack/{page.name})" not in guide] == []


# Lesson plans


def plans():
    """(title, rows) of each session and block."""
    parts = re.split(r"^##+ (?=Session|Block)", PLANS, flags=re.M)[1:]
    return [(part.splitlines()[0], re.findall(r"^\| (\d+) \| (.+) \| (.*) \| (.*) \| (.*) \|$", part, flags=re.M)) for part in parts]


def test_there_are_eight_sessions_one_for_each_lesson_and_four_blocks():
    titles = [title for title, _ in plans()]
    assert [re.search(r"\((\d\d)\)", title)[1] for title in titles[:8]] == [f"{number:02}" for number in range(8)]
    assert len(titles) == 12


@pytest.mark.parametrize(("title", "rows"), plans(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_plan_takes_90_minutes(title, rows):
    assert sum(int(minutes) for minutes, *_ in rows) == 90


@pytest.mark.parametrize("row", [row for _, rows in plans() for row in rows], ids=lambda row: row[1][1:25])
def test_what_a_plan_shows_is_there_and_what_it_calls_right_is_the_lesson_s_answer(row):
    _, where, show, _, right = row
    [(_, target)] = re.findall(SIGHT, where)
    path, fragment = place(PACK / "lesson_plans.md", target)
    if path.suffix != ".ipynb":
        return
    source = "".join(file.read_text(encoding="utf-8") for file in Path(widgets.__file__).parent.glob("*.py")) + "".join("".join(cell["source"]) for cell in notebook(path)["cells"])
    labels = [label.removeprefix("weight of ") for label in re.findall(r"`([^`]+)`", show)]
    assert [label for label in labels if f'"{label}"' not in source and f"def {label}(" not in source] == []
    assert set(re.findall(r"\*\*([^*]+)\*\*", right)) <= set(sections(path)[fragment])


def test_plans_and_key_name_misconceptions_that_exist():
    known = {one.number for one in MISCONCEPTIONS}
    for name in ("lesson_plans.md", "concept_test_key.md"):
        named = set(re.findall(r"\bM\d+\b", (PACK / name).read_text(encoding="utf-8")))
        assert named and named <= known


# Misconceptions


def test_misconceptions_are_numbered_in_order():
    assert [one.number for one in MISCONCEPTIONS] == [f"M{number}" for number in range(1, len(MISCONCEPTIONS) + 1)]


@pytest.mark.parametrize("one", MISCONCEPTIONS, ids=lambda one: one.number)
def test_a_misconception_was_recorded_or_is_what_a_guess_asks_for(one):
    [(_, target)] = re.findall(SIGHT, one.cell)
    path, fragment = place(PACK / "misconceptions.md", target)
    row = next(line for line in (PACK / "misconceptions.md").read_text(encoding="utf-8").splitlines() if f"| {one.number} |" in line)
    assert one.recorded or "*the guess*" in row and sections(path)[fragment] or "*no check sees it*" in row
    for bank, task, words in one.recorded:
        messages = [" ".join(message.split()) for _, message in banks()[bank].WRONG[task]]
        assert any(words in message for message in messages), (bank, task, words)


# The concept test


def arguments(question):
    return eval(f"({question['given']},)", {"np": np, "SearchResult": SearchResult})


def gives(function, question, value):
    """Whether a function gives a value on a question's numbers; of more values than are asked for the first ones count."""
    with np.errstate(all="ignore"):
        came, wanted = function(*arguments(question)), eval(value)
    if isinstance(wanted, tuple):
        came = tuple(came)[: len(wanted)]
    return _alike(came, wanted)


def _alike(came, wanted):
    if isinstance(wanted, str):
        return came == wanted
    if isinstance(wanted, (list, tuple)):
        return len(came) == len(wanted) and all(map(_alike, came, wanted))
    return np.ndim(came) == 0 and came == pytest.approx(wanted)


def options():
    return [(question, option) for question in TEST["question"] for option in question["options"]]


@pytest.mark.parametrize(("question", "option"), options(), ids=lambda value: value.get("task", value.get("wrong", "right")))
def test_an_option_is_what_the_recorded_answers_give(question, option):
    task = question["task"]
    if "wrong" in option:
        [function] = recorded(task, option["wrong"])
        assert gives(function, question, option["value"])
    elif task != "two_that_disagree":  # there are many right answers
        [bank] = [bank for bank in banks().values() if task in bank.RIGHT]
        assert all(gives(function, question, option["value"]) for function in bank.RIGHT[task])


def test_of_the_four_pairs_only_the_right_one_makes_the_measures_disagree():
    [question] = [question for question in TEST["question"] if question["task"] == "two_that_disagree"]
    [query] = arguments(question)
    for option in question["options"]:
        a, b = (np.array(vector, dtype=float) for vector in eval(option["value"]))
        by_direction = cosine_similarity(query, a) > cosine_similarity(query, b) + 1e-9
        assert (by_direction and euclidean_distance(query, b) < euclidean_distance(query, a)) == ("wrong" not in option)


def test_no_two_options_of_a_question_give_the_same_but_those_that_differ_in_what_they_do():
    for question in TEST["question"]:
        right = [option["value"] for option in question["options"] if "wrong" not in option]
        wrong = [option["value"] for option in question["options"] if "wrong" in option]
        assert len(right) == 1 and right[0] not in wrong
        assert len({option["say"] for option in question["options"]}) == 4


def test_there_are_ten_questions_and_no_letter_is_right_too_often():
    letters = Counter(map(concept.right_letter, TEST["question"]))
    assert letters.total() == 10
    assert set(letters) == set(concept.LETTERS) and max(letters.values()) <= 4


def test_each_wrong_option_is_a_misconception_of_its_own():
    found = [concept.behind(question["task"], option["wrong"], MISCONCEPTIONS) for question, option in options() if "wrong" in option]
    assert len({one.number for one in found}) == len(found) == 30


def test_an_option_that_no_misconception_explains_is_told():
    with pytest.raises(ValueError, match="must stand in one row of misconceptions.md, not in 0"):
        concept.behind("unflatten", "something else", MISCONCEPTIONS)


def test_sheet_and_key_are_as_the_script_makes_them():
    assert (PACK / "concept_test.md").read_text(encoding="utf-8") == concept.sheet(TEST)
    assert (PACK / "concept_test_key.md").read_text(encoding="utf-8") == concept.key(TEST, MISCONCEPTIONS)


def test_the_sheet_gives_nothing_away():
    sheet = concept.sheet(TEST)
    assert [one.number for one in MISCONCEPTIONS if re.search(rf"\b{one.number}\b", sheet)] == []
    assert "cosine" not in sheet.lower() and "recall" not in sheet.lower()  # words of the course


def test_normalized_gain_by_hand():
    assert concept.normalized_gain(20, 60) == 0.5
    assert concept.normalized_gain(50, 50) == 0
    with pytest.raises(ValueError, match="before must be below 100, not 100"):
        concept.normalized_gain(100, 100)


# The guide


def words_of(text):
    return len(re.sub(SIGHT, r"\1", text).replace("|", " ").split())


def part(page, heading):
    """A section of a page of Markdown, with its heading."""
    return re.search(rf"^(#+ {re.escape(heading)}.*?)(?=^#|\Z)", (PACK / page).read_text(encoding="utf-8"), flags=re.M | re.S)[1]


def test_what_to_read_before_the_first_session_takes_the_minutes_that_the_guide_says_15_in_all():
    texts = [PLANS.split("## Session 2")[0], part("misconceptions.md", "An engine (00, 04)"), concept.sheet(TEST)]
    texts.append(part("concept_test_key.md", "Reading a class").split("| many")[0])
    section = GUIDE.read_text(encoding="utf-8").split("## On Monday")[1].split("\n## ")[0]
    told = [int(minutes) for minutes in re.findall(r"\| (\d+) \|$", section, flags=re.M)]
    assert sum(told) == 15
    assert told == [pytest.approx(words_of(text) / WORDS_A_MINUTE, abs=1) for text in texts]


def test_the_guide_s_minutes_of_a_lesson_are_the_lesson_s():
    table = GUIDE.read_text(encoding="utf-8").split("## What is learned where")[1].split("\n## ")[0]
    told = re.findall(r"\b(\d\d) \((\d+)\)", table)
    assert {number for number, _ in told} >= {f"{number:02}" for number in range(1, 8)}
    for number, minutes in told:
        [path] = concept.NOTEBOOKS.glob(f"{number}_*.ipynb")
        assert int(minutes) == stated(notebook(path))[0], number


# Pages to print


def test_every_page_of_the_pack_becomes_a_page_to_print(tmp_path):
    paths = make_printable.write(tmp_path / "prints")
    assert [path.name for path in paths] == [f"{page.stem}.html" for page in PAGES]
    assert sorted(path.name for path in paths) == sorted(path.name for path in (tmp_path / "prints").iterdir())


def test_the_printed_sheet_has_every_question_and_every_option():
    html = make_printable.printable((PACK / "concept_test.md").read_text(encoding="utf-8"))
    assert re.findall(r"<p><strong>(\d+)\.</strong>", html) == [str(number) for number in range(1, 11)]
    assert re.findall(r"<li><strong>(\w)</strong>", html) == list("abcde") * 10


def test_the_printed_key_has_all_rows_of_its_tables_and_no_link_that_leads_nowhere():
    page = (PACK / "concept_test_key.md").read_text(encoding="utf-8")
    html = make_printable.printable(page)
    assert html.count("<tr>") == len(re.findall(r"^\|(?!---)", page, flags=re.M))
    assert "<a " not in html and "](" not in html


def test_a_link_to_the_web_stays_a_link():
    assert '<a href="https://example.org/a">there</a>' in make_printable.printable("# T\n\n[there](https://example.org/a), [here](a.md)")


# Figures for slides


@pytest.mark.parametrize("draw", [make_slides.counting, make_slides.arrows], ids=lambda draw: draw.__name__)
def test_a_figure_is_svg_and_says_in_words_what_it_shows(tmp_path, draw):
    path = make_slides.write(draw, tmp_path)
    picture = ElementTree.parse(path).getroot()
    title, words = (picture.find(f"{{http://www.w3.org/2000/svg}}{name}").text for name in ("title", "desc"))
    assert title.startswith(path.name[:2])
    assert words == draw().alt
    assert path.read_bytes() == make_slides.write(draw, tmp_path).read_bytes()


def test_every_figure_has_a_lesson_and_a_name_of_its_own():
    names = [make_slides.file_name(draw) for draw in make_slides.FIGURES]
    assert len(set(names)) == len(names) >= 15
    assert all(re.match(r"0\d_", name) and re.match(r"\d\d: .+\.$", draw.__doc__) for name, draw in zip(names, make_slides.FIGURES))


# A collection of one's own


def own_folder(folder, n_products=2, categories=("mug", "lamp", "boot", "guitar", "watch", "chair")):
    """Pictures of the first products of some categories, in a subfolder each."""
    products = Products()
    for category in categories:
        (folder / category).mkdir(parents=True)
        names = sorted({one.product_id for one in products.where(category=category)})[:n_products]
        for one in products.where(category=category):
            if one.product_id in names:
                shutil.copy(one.path, folder / category)
    return folder


def test_a_folder_becomes_a_collection_and_every_file_is_accounted_for(tmp_path, capsys):
    folder = own_folder(tmp_path / "own", 1, ("mug", "lamp"))
    shutil.copy(next((folder / "mug").glob("*.jpg")), folder / "loose.jpg")
    (folder / "lamp" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    make_collection.make(folder, tmp_path / "made")
    said = capsys.readouterr().out
    products = Products(tmp_path / "made")
    assert Counter(one.category for one in products) == {"mug": 5, "lamp": 5}
    assert "broken.jpg: " in said and "loose.jpg: it lies in no subfolder" in said and "10 pictures" in said
    engine = ImageSearchEngine.from_vectors([one.path for one in products], [METHODS["pixels"](one.path) for one in products])
    assert set(evaluate_engine(engine, products).by_category) == {"mug", "lamp"}
    copied = {Path(one.path).read_bytes() for one in products.where(category="mug")}
    assert copied == {path.read_bytes() for path in (folder / "mug").glob("*.jpg")}


def test_whole_things_are_held_out_where_there_are_things():
    paths = [f"f/tree/{thing}/{number}.jpg" for thing in "abcdefgh" for number in range(3)]
    split = {}
    for _, row in make_collection.rows_of(paths, "f"):
        split.setdefault(row.product_id, set()).add(row.split)
    assert all(len(parts) == 1 for parts in split.values())
    assert sum(parts == {"held_out"} for parts in split.values()) == 2


def test_without_things_a_quarter_of_each_label_is_held_out():
    rows = [row for _, row in make_collection.rows_of([f"f/{label}/{number}.jpg" for label in "ab" for number in range(8)], "f")]
    assert Counter((row.category, row.split) for row in rows) == {(label, part): n for label in "ab" for part, n in (("train", 6), ("held_out", 2))}


def test_a_folder_without_labels_and_one_that_exists_are_refused(tmp_path):
    shutil.copy(Products().rows[0].path, tmp_path)
    with pytest.raises(ValueError, match="at least two subfolders"):
        make_collection.make(tmp_path, tmp_path / "made")
    with pytest.raises(ValueError, match="out must be a new folder"):
        make_collection.make(tmp_path, tmp_path)


def test_the_page_s_numbers_of_60_products_are_what_comes_out(tmp_path):
    paths = sorted(own_folder(tmp_path / "own").rglob("*.jpg"))
    row = re.search(r"^\| 60 of our products .*", (PACK / "your_own_collection.md").read_text(encoding="utf-8"), flags=re.M)[0]
    told = [float(number) for number in re.findall(r"0\.\d\d", row)]
    came = [9 / 59]
    for method in ("pixels", "root_histogram", "gradients"):
        engine = ImageSearchEngine.from_vectors(paths, [METHODS[method](path) for path in paths])
        came.append(class_precisions(engine, [path.parent.name for path in paths]).mean())
    assert told == [pytest.approx(number, abs=0.006) for number in came]


def test_the_page_s_numbers_of_100_photos_are_those_of_their_stored_vectors():
    row = re.search(r"^\| the 100 photos .*", (PACK / "your_own_collection.md").read_text(encoding="utf-8"), flags=re.M)[0]
    told = [float(number) for number in re.findall(r"0\.\d\d", row)]
    classes, vectors = stored_photos()
    came = [9 / 99]
    for method in ("pixels", "root_histogram", "gradients"):
        engine = ImageSearchEngine.from_vectors([f"{number:03}" for number in range(100)], vectors[method])
        came.append(class_precisions(engine, classes).mean())
    assert told == [pytest.approx(number, abs=0.006) for number in came]


@pytest.mark.parametrize("module", [concept, make_printable, make_slides, make_collection], ids=lambda module: module.__name__)
def test_examples_in_the_scripts_hold(module):
    assert doctest.testmod(module).failed == 0
