"""The web site, built once by the README's command's own program: complete, without a dead link, readable by everybody."""

import base64
import functools
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from packaging.requirements import Requirement
from PIL import Image

from tests import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "notebooks" / "site"))
from builder import course, lite, pages, source, words  # noqa: E402

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("[0-9][0-9]_*.ipynb"))
IN_THE_BROWSER = [path for path in NOTEBOOKS if int(path.name[:2]) <= 8]
OTHERS = ["index.html", "404.html", "glossary.html", "cheat_sheet.html"]
PAGES = [*OTHERS, *(source.OTHER_PAGES[page] for page in source.FOR_TEACHERS), *(f"{path.stem}.html" for path in NOTEBOOKS)]
# What Pyodide 0.29.3 has of what we ask for, as its list of packages says.
PYODIDE = {
    "numpy": "2.2.5", "pillow": "11.3.0", "matplotlib": "3.8.4", "tqdm": "4.67.1", "threadpoolctl": "3.5.0", "ipython": "9.0.2", "traitlets": "5.14.3",
}  # fmt: skip
OF_THE_KERNEL = {"widgetsnbextension": "4.0.999", "ipykernel": "6.9.2"}  # which brings them along
MODULES = {  # what these bring, by the names that are imported
    "numpy", "PIL", "matplotlib", "mpl_toolkits", "contourpy", "kiwisolver", "cycler", "pyparsing", "dateutil", "six", "fontTools", "packaging",
    "tqdm", "threadpoolctl", "IPython", "traitlets", "ipywidgets", "jupyterlab_widgets", "widgetsnbextension", "comm", "matplotlib_inline",
    "pygments", "jedi", "parso", "decorator", "executing", "asttokens", "pure_eval", "stack_data", "prompt_toolkit", "wcwidth", "ipykernel",
    "imsearch_helpers", "piplite",
}  # fmt: skip
OF_IPYTHON_ELSEWHERE = {"pexpect", "ptyprocess", "typing_extensions", "IPython_pygments_lexers", "ipython_pygments_lexers", "colorama"}


@pytest.fixture(scope="session")
def site(tmp_path_factory, record_testsuite_property):
    folder = tmp_path_factory.mktemp("site") / "public"
    start = time.monotonic()
    command = [sys.executable, REPOSITORY / "notebooks" / "site", folder]
    done = subprocess.run(command, cwd=folder.parent, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    (folder.parent / "seconds").write_text(f"{time.monotonic() - start:.0f}", encoding="ascii")
    return folder


@functools.cache
def parsed(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def notebook_of(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_seconds_and_size_are_reported(site, record_property):
    record_property("the site, seconds to build", int((site.parent / "seconds").read_text(encoding="ascii")))
    record_property("the site, megabytes", round(sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6))


# The pages


def test_there_is_a_page_for_every_notebook_and_every_text_and_no_other(site):
    assert sorted(path.name for path in site.glob("*.html")) == sorted(PAGES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_page_has_its_notebook_s_sections_in_order_and_lists_them(site, path):
    page = parsed(site / f"{path.stem}.html")
    sources = ["".join(cell["source"]) for cell in notebook_of(path)["cells"] if cell["cell_type"] == "markdown"]
    headings = [re.sub(r"[`*]", "", line) for text in sources for line in re.findall(r"^## (.*)", text, flags=re.M)]
    assert [heading.get_text() for heading in page.main.find_all("h2")] == headings
    assert [link.get_text() for link in page.select(".contents a")] == headings


def test_next_and_previous_go_through_the_course(site):
    names = [f"{path.stem}.html" for path in NOTEBOOKS]
    for before, after in zip(names, names[1:]):
        assert parsed(site / before).select_one("a[rel=next]")["href"] == after
        assert parsed(site / after).select_one("a[rel=prev]")["href"] == before
    assert not parsed(site / names[0]).select("a[rel=prev]") and not parsed(site / names[-1]).select("a[rel=next]")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_page_has_every_figure_with_its_alt_text(site, path):
    outputs = [output for cell in notebook_of(path)["cells"] for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    pictures = parsed(site / f"{path.stem}.html").select(".output_png img")
    assert [picture["alt"] for picture in pictures] == [output["metadata"]["image/png"]["alt"] for output in outputs]
    for picture, output in zip(pictures, outputs):
        assert (site / picture["src"]).read_bytes() == base64.b64decode("".join(output["data"]["image/png"]))
        assert picture["alt"].strip()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_claims_and_what_was_to_be_guessed_are_folded(site, path):
    cells = notebook_of(path)["cells"]
    claims = sum("claim" in cell["metadata"].get("tags", []) for cell in cells)
    page = parsed(site / f"{path.stem}.html")
    assert len(page.select("details.claim")) == claims
    assert page.select("details.answer") and not page.select("details.claim[open], details.answer[open]")
    for fold in page.select("details.answer"):
        assert fold.select(".output_area") and not fold.select(".input")


def test_a_reveal_right_after_its_question_is_never_open(site):
    """In 01 the third question asks for numbers that the next cell prints."""
    folds = parsed(site / "01_flattening.html").select("details.answer")
    assert any("44" in fold.get_text() and "156" in fold.get_text() for fold in folds)


QUESTION = new_markdown_cell("Guess.", metadata={"answer": ["seven"]})
SLIDERS = new_output("execute_result", {"text/plain": pages.WIDGET})
PROGRESS_BAR = new_output("stream", text="Indexing: 100%|████| 7/7 pictures, 00:00 left\n")
SEVEN = new_output("stream", text="7\n")


@pytest.mark.parametrize(("before", "folded"), [
    ([], True),
    ([new_code_cell("def f(): ...")], True),
    ([new_code_cell("widget", outputs=[PROGRESS_BAR, SLIDERS]), new_markdown_cell("The same without sliders:")], True),
    ([new_code_cell("print(7)", outputs=[SEVEN])], False),
    ([new_code_cell("widget", outputs=[SLIDERS]), new_code_cell("assert 1", metadata={"tags": ["claim"]})], False),
])  # fmt: skip
def test_first_cell_that_tells_something_after_a_question_is_folded(before, folded):
    notebook = new_notebook(cells=[QUESTION, *before, new_code_cell("print(7)", outputs=[SEVEN])])
    pages._fold_answers(notebook)
    assert [bool(cell.metadata.get("folded")) for cell in notebook.cells[1:]] == [bool(SEVEN in cell.get("outputs", [])) for cell in before] + [folded]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_where_sliders_would_be_a_link_leads_to_them(site, path):
    notes = parsed(site / f"{path.stem}.html").select(".sliders")
    assert len(notes) == path.read_text(encoding="utf-8").count(pages.WIDGET)
    leads_to = lite.address_of(source.lesson(path, "".join(notebook_of(path)["cells"][0]["source"]))) if path in IN_THE_BROWSER else course.WAYS_TO_RUN
    assert all(note.a["href"] == leads_to for note in notes)


@pytest.mark.parametrize("name", PAGES)
def test_headings_are_in_order_and_the_page_says_what_it_is(site, name):
    page = parsed(site / name)
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1 and levels.count(1) == 1 and all(below <= above + 1 for above, below in zip(levels, levels[1:]))
    assert page.html["lang"] == "en" and page.title.get_text() == f"{page.find(property='og:title')['content']} · Image search from scratch"
    assert page.find(property="og:description")["content"] == page.find(attrs={"name": "description"})["content"]
    assert all(heading.get_text(strip=True) for heading in page.find_all("th"))
    assert not [link for link in page.main.find_all("a") if link.get_text().endswith((".md", ".ipynb"))]


def test_the_first_page_says_how_to_start_but_not_how_the_site_is_built(site):
    page = parsed(site / "index.html")
    assert "python3 -m imsearch_helpers.start\n" in [block.get_text() for block in page.find_all("pre")] and "--site" not in page.get_text()
    assert page.find("a", href="#use-it-on-your-own-photos") and page.find("h2", id="use-it-on-your-own-photos")


def test_cheat_sheet_draws_every_formula_and_says_it(site):
    page = parsed(site / "cheat_sheet.html")
    formulas = re.findall(r"\$(.+?)\$", (REPOSITORY / source.CHEAT_SHEET).read_text(encoding="utf-8"))
    assert [drawing["aria-label"] for drawing in page.find_all("svg")] == formulas and "$" not in page.main.get_text()
    assert page.find("a", href="cheat_sheet.pdf")


def test_a_formula_is_as_high_as_its_highest_sign_and_hangs_as_deep_as_its_lowest():
    page = BeautifulSoup("<p>$x$ and $|x|$, <code>$x$</code></p>", "html.parser")
    pages.draw_formulas(page)
    x, bars = (drawing["viewbox" if "viewbox" in drawing.attrs else "viewBox"].split() for drawing in page.find_all("svg"))
    assert int(bars[2]) > int(x[2]) and int(bars[3]) > int(x[3])  # wider and higher
    assert "vertical-align: 0.00em" in page.svg["style"] and page.code.get_text() == "$x$"


def test_no_link_and_no_picture_leads_nowhere(site):
    dead = [f"{name}: {target}" for name in PAGES for target in targets(parsed(site / name)) if not leads_somewhere(site, name, target)]
    assert not dead


def targets(page):
    return [tag[name] for tag, name in ((tag, name) for name in ("href", "src") for tag in page.find_all(attrs={name: True}))]


def leads_somewhere(site, name, target):
    address = urllib.parse.urlsplit(target)
    if address.scheme in ("http", "https"):
        return source.UNKNOWN not in target
    file = site / (address.path or name)
    if address.query:
        [opened] = urllib.parse.parse_qs(address.query)["path"]
        return file.is_file() and (site / "lite" / "files" / opened).is_file()
    return file.is_file() and (not address.fragment or bool(parsed(file).find(id=address.fragment)))


@pytest.mark.parametrize("name", PAGES)
def test_no_two_places_of_a_page_have_one_name(site, name):
    places = [tag["id"] for tag in parsed(site / name).find_all(id=True)]
    assert len(places) == len(set(places))


def test_every_word_of_the_glossary_has_its_place_and_is_linked_once_a_page(site):
    terms = words.terms_in((REPOSITORY / "notebooks" / "glossary.md").read_text(encoding="utf-8"))
    assert len(terms) > 50
    assert all(parsed(site / "glossary.html").find("li", id=place) for place in terms.values())
    used = set()
    for path in NOTEBOOKS:
        links = [link["href"] for link in parsed(site / f"{path.stem}.html").select("a.word")]
        assert links and len(links) == len(set(links))
        used.update(links)
    assert len(used) > 0.8 * len(terms)


def test_a_word_is_linked_where_it_first_comes_but_not_in_code_or_a_heading():
    page = BeautifulSoup("<h2>Bin</h2><p><code>bin</code> Cabin, bins; a <b>bin</b></p>", "html.parser")
    words.link_first(page, {"Bin": "bin"})
    assert str(page) == (
        '<h2>Bin</h2><p><code>bin</code> Cabin, <a class="word" href="glossary.html#bin">bins</a>; a <b>bin</b></p>')  # fmt: skip


def test_a_longer_word_comes_before_the_one_in_it():
    page = BeautifulSoup("<p>A joint histogram is no histogram of one.</p>", "html.parser")
    words.link_first(page, {"Histogram": "h", "Joint histogram": "j"})
    assert [(link["href"], link.get_text()) for link in page.find_all("a")] == [
        ("glossary.html#j", "joint histogram"), ("glossary.html#h", "histogram")]  # fmt: skip


def test_a_word_of_two_senses_is_linked_in_bold_alone():
    page = BeautifulSoup("<p>The next cell: a <b>cell</b>, a <strong>cell</strong>.</p>", "html.parser")
    words.link_first(page, {"Cell": "cell"})
    assert page.a.parent.name == "strong" and len(page.find_all("a")) == 1


def test_words_of_two_senses_are_words_of_the_glossary_and_linked_in_one_notebook(site):
    terms = words.terms_in((REPOSITORY / "notebooks" / "glossary.md").read_text(encoding="utf-8"))
    for word in words.EVERYDAY:
        linked = [path.name[:2] for path in NOTEBOOKS if parsed(site / f"{path.stem}.html").find("a", href=f"glossary.html#{terms[word]}")]
        assert linked == [parsed(site / "glossary.html").find("li", id=terms[word]).a.get_text()]


def test_the_map_shows_every_notebook_with_its_question_and_a_figure(site):
    cards = parsed(site / "index.html").select(".map li")
    assert [card.h3.a["href"] for card in cards] == [f"{path.stem}.html" for path in NOTEBOOKS]
    for card, path in zip(cards, NOTEBOOKS):
        first = "".join(notebook_of(path)["cells"][0]["source"])
        assert card.p.get_text().rstrip("?") in " ".join(first.split()) and card.img
        assert bool(card.select("p.small a")) == (path in IN_THE_BROWSER)
        no_answer = parsed(site / f"{path.stem}.html").select_one(".output_png img:not(.answer img)")
        assert drawn_alike(site / card.img["src"], site / no_answer["src"])


def drawn_alike(card, figure):
    """Whether a card shows a figure, small and in the middle."""
    with Image.open(figure) as opened:
        whole = Image.alpha_composite(Image.new("RGBA", opened.size, "white"), opened.convert("RGBA")).convert("RGB")
    with Image.open(card) as opened:
        shown = opened.convert("RGB")
    whole.thumbnail(shown.size)
    left, top = (shown.width - whole.width) // 2, (shown.height - whole.height) // 2
    shown = shown.crop((left, top, left + whole.width, top + whole.height))
    return np.abs(np.asarray(whole, float) - np.asarray(shown, float)).mean() < 6  # grey levels, which the compression takes


def test_a_folder_with_somebody_s_files_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ValueError, match="folder must be new, empty, or of an earlier build"):
        course.build(tmp_path)
    assert (tmp_path / "thesis.txt").is_file()


def test_an_earlier_build_is_replaced(tmp_path):
    course.empty_folder(tmp_path / "public")
    (tmp_path / "public" / "old.html").touch()
    course.empty_folder(tmp_path / "public")
    assert [path.name for path in (tmp_path / "public").iterdir()] == [".site"]


def test_links_to_the_forge_appear_once_its_address_is_known(monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.setattr(source, "_named_in_readme", lambda: source.UNKNOWN)
    binder = f"https://example.org/{source.UNKNOWN}/HEAD"
    assert source.destination("README.md", binder) is None and source.destination("README.md", "LICENSE") is None
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/course")
    assert source.destination("README.md", binder) == "https://example.org/someone/course/HEAD"
    assert source.destination("notebooks/08_a.ipynb", "../LICENSE").endswith("someone/course/blob/HEAD/LICENSE")


# The JupyterLite


def test_lite_has_the_learners_copies_of_00_to_08_and_the_glossary(site):
    names = [path.name for path in IN_THE_BROWSER] + ["glossary.md"]
    assert sorted(path.name for path in (site / "lite" / "files").iterdir()) == names
    listed = json.loads((site / "lite" / "api" / "contents" / "all.json").read_text(encoding="utf-8"))
    assert sorted(entry["name"] for entry in listed["content"]) == names


@pytest.mark.parametrize("path", IN_THE_BROWSER, ids=lambda path: path.stem)
def test_a_copy_first_fetches_the_course_and_gives_no_answer_away(site, path):
    about, fetch, *cells = notebook_of(site / "lite" / "files" / path.name)["cells"]
    assert 'await piplite.install("imsearch-helpers")' in fetch["source"] and "In the browser" in about["source"]
    for cell in cells:
        assert not cell.get("outputs") and "answer" not in cell["metadata"] and "claim" not in cell["metadata"].get("tags", [])
    kept = [cell for cell in notebook_of(path)["cells"] if "claim" not in cell["metadata"].get("tags", [])]
    assert ["".join(cell["source"]) for cell in cells] == ["".join(cell["source"]) for cell in kept]


def wheel_files(site):
    files = sorted((site / "lite" / "pypi").glob("*.whl"))
    assert files, "no wheels are where these tests look for them"
    return files


def test_index_of_the_wheels_is_complete_and_right(site):
    index = json.loads((site / "lite" / "pypi" / "all.json").read_text(encoding="utf-8"))
    listed = {file["filename"]: file["digests"]["sha256"] for package in index.values() for [file] in package["releases"].values()}
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in wheel_files(site)}
    assert sorted(index) == ["comm", "imsearch-data", "imsearch-helpers", "ipywidgets", "jupyterlab-widgets"]


def requirements_of(wheel):
    """What a wheel asks for."""
    with zipfile.ZipFile(wheel) as file:
        [name] = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        lines = file.read(name).decode().splitlines()
    return [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]


def test_everything_a_wheel_asks_for_is_beside_it_or_in_pyodide(site):
    ours = {path.name.split("-")[0].replace("_", "-"): path.name.split("-")[1] for path in wheel_files(site)}
    for wheel in wheel_files(site):
        for need in map(Requirement, requirements_of(wheel)):
            assert need.specifier.contains((ours | PYODIDE | OF_THE_KERNEL)[need.name.replace("_", "-")]), f"{wheel.name}: {need}"


def test_kernel_is_that_of_the_pyodide_we_know(site):
    assert re.search(r"/pyodide/v([\d.]+)/full/", runtime_address(site)).group(1) == "0.29.3"


def test_wheels_say_of_every_file_what_it_is(site):
    for path in wheel_files(site):
        with zipfile.ZipFile(path) as wheel:
            [record] = [name for name in wheel.namelist() if name.endswith("/RECORD")]
            rows = [line.split(",") for line in wheel.read(record).decode().splitlines()]
            assert [row[0] for row in rows] == wheel.namelist()
            for name, digest, size in rows[:-1]:
                content = wheel.read(name)
                assert int(size) == len(content)
                assert digest == "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


@pytest.fixture(scope="session")
def unpacked(site, tmp_path_factory):
    """What the browser's Python has after the first cell."""
    folder = tmp_path_factory.mktemp("browser")
    for path in wheel_files(site):
        if path.name.startswith("imsearch"):
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(folder)
    return folder


def test_wheels_hold_the_whole_package_and_all_pictures(unpacked):
    modules = {path.relative_to(REPOSITORY): path.read_bytes() for path in (REPOSITORY / "imsearch_helpers").rglob("*.py")}
    assert modules == {path.relative_to(unpacked): path.read_bytes() for path in (unpacked / "imsearch_helpers").rglob("*.py")}
    assert len(list((unpacked / "data" / "products").glob("*.jpg"))) == 1000
    assert {path.name for path in (REPOSITORY / "data" / "messy").iterdir()} == {path.name for path in (unpacked / "data" / "messy").iterdir()}


@pytest.fixture(scope="session")
def emulated(site, unpacked):
    """00 as the browser's Python would run it, from the wheels alone."""
    script, notebook = Path(__file__).with_name("emulated.py"), site / "lite" / "files" / "00_start_here.ipynb"
    environment = os.environ | {"PYTHONPATH": str(unpacked), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-P", script, notebook], cwd=unpacked, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done


def test_00_runs_without_threads_processes_and_extras(emulated):
    lines = emulated.stdout.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["ok"] * 4
    assert "1.000  yellow mug, studio" in lines and "Warning" not in emulated.stderr


def test_core_imports_nothing_outside_pyodide_s_distribution(emulated):
    assert set(emulated.stdout.splitlines()[-1].split()) <= MODULES | OF_IPYTHON_ELSEWHERE | {"emulated"}


def test_every_module_of_the_course_can_be_imported_there(unpacked):
    names = [path.stem for path in (unpacked / "imsearch_helpers").glob("*.py") if path.stem not in ("__init__", "__main__")]
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import emulated, IPython; emulated.become_a_browser(); import importlib\n"
        "for name in sys.argv[2:]: importlib.import_module('imsearch_helpers.' + name)\n"
        "print(*emulated.imported())"
    )
    command = [sys.executable, "-P", "-c", code, str(Path(__file__).parent), *names, "plots", "exercises", "headers"]
    done = subprocess.run(command, cwd=unpacked, env=os.environ | {"PYTHONPATH": str(unpacked)}, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= MODULES | OF_IPYTHON_ELSEWHERE | {"emulated"}


def test_what_is_told_about_each_notebook_is_told_in_it_alone():
    told = {number: lite.browser_copy({"cells": []}, number)["cells"][0]["source"] for number in ("00", "05", "06", "08")}
    assert "cannot" not in told["00"] and "no reader can be killed" in told["06"] and "stored features" in told["08"]


# In a real browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *what):
        pass


@pytest.fixture(scope="module")
def address(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(params=["light", "dark"])
def page(request, chromium):
    context = chromium.new_context(viewport={"width": 360, "height": 800}, color_scheme=request.param)
    yield context.new_page()
    context.close()


def serious(page, **options):
    found = Axe().run(page, **options).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")]


ALL_KINDS_OF_PARTS = ("index.html", "glossary.html", "cheat_sheet.html", "assignments.html", "00_start_here.html", "06_messy_images.html")


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_telephone_and_axe_finds_nothing_serious(chromium, address, name):
    page = chromium.new_page(viewport={"width": 360, "height": 800}, color_scheme="light")
    page.goto(f"{address}/{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    shrunk = "[...document.querySelectorAll('.output_png img')].filter(figure => figure.width < 0.55 * figure.getAttribute('width'))"
    assert page.evaluate(f"{shrunk}.map(figure => figure.src)") == []
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.wait_for_timeout(50)
    # Each word of code is a piece of its own, which takes axe most of its time; their colours are those of 00, and are looked at there.
    parts = None if name.startswith("00") else {"exclude": [".highlight"]}
    assert not serious(page, context=parts)
    if name in ALL_KINDS_OF_PARTS:
        page.emulate_media(color_scheme="dark")
        assert not serious(page, context=parts, options={"runOnly": ["color-contrast"]})
    page.close()


def test_axe_would_find_a_colour_that_cannot_be_read(page, address):
    page.goto(f"{address}/glossary.html")
    page.add_style_tag(content="li { color: light-dark(#ccc, #333) }")
    assert any(line.startswith("color-contrast") for line in serious(page))


def test_folds_open_by_keyboard_and_the_button_changes_the_light(page, address):
    page.goto(f"{address}/01_flattening.html")
    fold = page.locator("details.answer").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.get_attribute("open") is not None
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    page.locator("#theme").focus()
    page.keyboard.press("Enter")
    after = page.evaluate(paper)
    assert after != before
    page.goto(f"{address}/glossary.html")  # and it is remembered
    assert page.evaluate(paper) == after


def test_every_place_that_a_key_reaches_is_in_sight_and_marked(page, address):
    page.goto(f"{address}/00_start_here.html")
    places = page.evaluate("[...document.querySelectorAll('a, button, summary, [tabindex]')].filter(place => place.checkVisibility()).length")
    for _ in range(places):
        page.keyboard.press("Tab")
        assert page.evaluate(IN_SIGHT_AND_MARKED), page.evaluate("document.activeElement.outerHTML")
    assert page.evaluate("document.activeElement.closest('.turn')")  # at the end of the page


IN_SIGHT_AND_MARKED = """() => {
    const place = document.activeElement, box = place.getBoundingClientRect();
    return getComputedStyle(place).outlineStyle === 'solid' && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}"""


def test_nothing_jumps_while_a_page_comes_slowly(page, address):
    page.add_init_script("""
        globalThis.jumped = 0;
        new PerformanceObserver(list => list.getEntries().forEach(shift => jumped += shift.value)).observe({type: 'layout-shift', buffered: true})
    """)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {"offline": False, "latency": 50, "downloadThroughput": 20_000, "uploadThroughput": 20_000})
    page.goto(f"{address}/glossary.html")
    assert page.evaluate("jumped") < 0.01


def test_on_paper_everything_is_dark_on_light_and_open_but_the_claims(page, address):
    page.goto(f"{address}/02_histograms.html")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.reload()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details.answer pre").first.is_visible() and not page.locator("details.claim").first.is_visible()
    cut = "[...document.querySelectorAll('pre')].filter(block => block.scrollWidth > block.clientWidth + 1).length"
    assert page.evaluate(cut) == 0


def test_the_first_key_leads_past_the_navigation(page, address):
    page.goto(f"{address}/00_start_here.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_lite_opens_the_copy_of_00(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}/lite/lab/index.html?path=00_start_here.ipynb")
    page.locator(".jp-MarkdownOutput", has_text="In the browser").wait_for(timeout=60_000)
    page.get_by_role("heading", name="Is everything ready?").wait_for()
    page.close()


def runtime_address(site):
    scripts = (site / "lite" / "extensions" / "@jupyterlite" / "pyodide-kernel-extension" / "static").glob("*.js")
    return next(filter(None, (re.search(r"https://[^\"'`]+/pyodide/v[\d.]+/full/", path.read_text(encoding="utf-8")) for path in scripts))).group()


@pytest.fixture
def runtime(site):
    """A folder with the whole distribution of Pyodide, or None where the browser itself can fetch it; skipped where neither is."""
    if "IMSEARCH_PYODIDE" in os.environ:
        return Path(os.environ["IMSEARCH_PYODIDE"])
    try:
        urllib.request.urlopen(f"{runtime_address(site)}pyodide-lock.json", timeout=5).close()
    except OSError as error:
        pytest.skip(f"Pyodide cannot be fetched here ({error}), and IMSEARCH_PYODIDE does not name a folder with all of it")
    return None


def test_00_runs_in_lite_and_a_slider_moves(chromium, address, site, runtime):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    if runtime is not None:
        context.route(f"{runtime_address(site)}**", lambda route: route.fulfill(path=runtime / file_asked_for(route), headers=FOR_EVERYBODY))
    page = context.new_page()
    page.goto(f"{address}/lite/lab/index.html?path=00_start_here.ipynb")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel", timeout=60_000)
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    thumbnails = page.locator(".imsearch-explorer img.imsearch-thumb")
    thumbnails.first.wait_for(timeout=240_000)
    count = thumbnails.count()
    page.locator(".imsearch-explorer .imsearch-k .noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    thumbnails.nth(count).wait_for(timeout=20_000)
    context.close()


FOR_EVERYBODY = {"Access-Control-Allow-Origin": "*"}


def file_asked_for(route):
    return Path(urllib.parse.urlsplit(route.request.url).path).name
