"""The widgets: what a slider shows, marks and thumbnails, escaped names, uploads, and the button that keeps a catch."""

import base64
import csv
import io
import os
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest
from PIL import Image
from traitlets import TraitError

from imsearch_helpers import deep as deep_module
from imsearch_helpers import plots, widgets
from imsearch_helpers.collection import Products
from imsearch_helpers.engine import ImageSearchEngine, SearchResult

HOSTILE = ["<img src=x onerror=alert(1)>.png", "two\nlines.png", 'a "quoted" name.png', "it's <b>bold.png", "🐈.png"]


class FakeProducts:
    """Three pictures: 0 and 1 show the same product, 2 another of that category, 3 something else."""

    def __init__(self, paths, categories=("mug", "mug", "mug", "<b>boot</b>")):
        ids = ("mug_1", "mug_1", "mug_2", "boot_1")
        self.by_path = {
            path: SimpleNamespace(file=path, product_id=name, category=category, colour="red", shot="dim")
            for path, name, category in zip(paths, ids, categories)
        }

    def of(self, path):
        return self.by_path[path]


@pytest.fixture
def four(tmp_path):
    """An engine over four pictures that exist, the first most like the second, and so on."""
    paths = []
    for number in range(4):
        paths.append(str(tmp_path / f"{number}.png"))
        Image.new("RGB", (20, 10), (60 * number, 0, 0)).save(paths[-1])
    return ImageSearchEngine.from_vectors(paths, [[1, 0], [3, 1], [2, 1], [1, 1]])


def png_bytes(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (6, 6), colour).save(buffer, "PNG")
    return buffer.getvalue()


def upload(panel, content):
    """Put a file into the panel's upload button, as the browser does."""
    [button] = [control for control in controls(panel).values() if isinstance(control, ipywidgets.FileUpload)]
    about = {"name": "mine.png", "type": "image/png", "size": len(content), "last_modified": datetime.now(UTC)}
    button.value = ({**about, "content": memoryview(content)},)


def controls(panel):
    return {control.description: control for control in panel.children[0].children}


def shown(panel):
    return panel.children[1].value


def press(panel):
    button, said = panel.children[2].children
    button.click()
    return said.value


# Sliders


def test_play_shows_again_whenever_a_control_moves():
    control = widgets.slider("n", 0, 9, 3)
    panel = widgets.play(lambda n: f"<p>{n}</p>", n=control)
    assert shown(panel) == "<p>3</p>"
    control.value = 5
    assert shown(panel) == "<p>5</p>"


def test_play_turns_a_figure_into_a_picture_with_alt_text():
    panel = widgets.play(lambda n: plots.new_figure(1, 1, f"figure {n}"), n=widgets.slider("n", 0, 9, 3))
    assert shown(panel).startswith('<img class="imsearch-figure" alt="figure 3" src="data:image/png;base64,')


def test_a_stored_panel_says_that_it_is_interactive():
    assert "JupyterLab" in repr(widgets.play(lambda n: "", n=widgets.slider("n", 0, 9, 3)))


@pytest.mark.parametrize(("numbers", "kind"), [((0, 9, 3), ipywidgets.IntSlider), ((0, 1, 0.5), ipywidgets.FloatSlider)])
def test_a_slider_is_whole_where_its_numbers_are(numbers, kind):
    assert type(widgets.slider("n", *numbers)) is kind


def test_stops_are_the_only_places_of_their_slider_and_reach_the_function():
    panel = widgets.play(lambda size: f"<p>{size}</p>", size=widgets.stops("size", [4, *range(12, 15), 128], 12))
    assert panel.controls["size"].options == (4, 12, 13, 14, 128) and shown(panel) == "<p>12</p>"
    assert panel.move(size=128) == shown(panel) == "<p>128</p>"
    with pytest.raises(TraitError):
        panel.move(size=60)


def test_a_panel_is_moved_from_python_control_by_control():
    panel = widgets.play(lambda a, b: f"{a} {b}", a=widgets.slider("a", 0, 9, 1), b=widgets.slider("b", 0, 9, 2))
    assert panel.move() == "1 2" and panel.move(b=3) == "1 3" and panel.move(a=5, b=6) == "5 6"
    with pytest.raises(ValueError, match="^controls must be among a, b, not 'c'$"):
        panel.move(c=1)


def test_each_control_of_every_panel_can_be_found_by_its_name():
    panel = widgets.play(lambda a, b: "", a=widgets.slider("x", 0, 9, 1), b=widgets.chooser("y", "xyz"))
    assert [control._dom_classes for control in panel.controls.values()] == [("imsearch-a",), ("imsearch-b",)]


# Thumbnails


def test_a_thumbnail_is_a_small_jpeg_inside_the_page(tmp_path):
    Image.new("RGB", (800, 400), "red").save(tmp_path / "large.png")
    head, data = widgets.thumbnail(str(tmp_path / "large.png")).split(",")
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert head == "data:image/jpeg;base64"
    assert (picture.format, picture.size) == ("JPEG", (widgets.THUMBNAIL, widgets.THUMBNAIL // 2))


def test_no_thumbnail_of_what_cannot_be_read(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    assert widgets.thumbnail(str(tmp_path / "broken.jpg")) is None


def test_a_picture_that_was_overwritten_has_another_thumbnail(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes("red"))
    before = widgets.thumbnail(str(path))
    path.write_bytes(png_bytes("blue"))
    os.utime(path, ns=(0, 0))  # some systems tell no two times of one second apart
    after = widgets.thumbnail(str(path))
    assert None not in (before, after) and after != before
    path.unlink()
    assert widgets.thumbnail(str(path)) is None


def test_after_a_change_of_folder_a_name_means_another_picture(tmp_path, monkeypatch):
    for name, colour in (("one", "red"), ("two", "blue")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(png_bytes(colour))
    seen = []
    for name in ("one", "two"):
        monkeypatch.chdir(tmp_path / name)
        seen.append(widgets.thumbnail("a.png"))
    assert None not in seen and seen[0] != seen[1] and seen[1] == widgets.thumbnail(str(tmp_path / "two" / "a.png"))


def test_a_thumbnail_is_made_once_for_a_file_that_stays_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes("red"))
    first = widgets.thumbnail(str(path))
    monkeypatch.setattr(widgets.cards, "_embedded", None)  # calling it would fail
    assert widgets.thumbnail(str(path)) == first


# The gallery


@pytest.mark.parametrize("top_k", [1, 3, 4])
def test_gallery_shows_the_query_and_every_result_with_its_score(four, top_k):
    page = widgets.gallery_html(four, four.image_paths[0], top_k)
    assert page.count('class="imsearch-query-thumb"') == 1
    assert page.count('class="imsearch-thumb ') == top_k
    assert all(f"<b>{score:.3f}</b>" in page for _, score in four.search(four.image_vectors[0], top_k))


def test_gallery_marks_the_query_the_product_the_category_and_the_rest(four):
    page = widgets.gallery_html(four, four.image_paths[0], 4, FakeProducts(four.image_paths))
    marks = ["the query itself", "✓ same product", "≈ same category", "✗ &lt;b&gt;boot&lt;/b&gt;"]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert page.count("imsearch-right") == 1 + widgets.STYLE.count("imsearch-right")
    assert page.count("imsearch-wrong") == 1 + widgets.STYLE.count("imsearch-wrong")


def test_gallery_says_in_words_what_a_known_query_shows(four):
    assert "<b>query</b><br>red mug, dim<" in widgets.gallery_html(four, four.image_paths[0], 4, FakeProducts(four.image_paths))
    assert "<br>red" not in widgets.gallery_html(four, four.image_paths[0], 4)


def test_gallery_without_the_truth_has_no_marks(four):
    page = widgets.gallery_html(four, four.image_paths[0], 4)
    assert "✓" not in page and "✗" not in page


@pytest.mark.parametrize("name", HOSTILE)
def test_text_from_file_names_is_escaped(name):
    engine = ImageSearchEngine.from_vectors([name, "other.png"], [[1, 0], [1, 1]])
    page = widgets.gallery_html(engine, name, 2).removeprefix(widgets.STYLE)
    assert "gone: there is no such file" in page
    assert "<img" not in page and "<b>bold" not in page and "\n" not in page
    assert 'a "quoted"' not in page


def test_a_hostile_name_is_escaped_inside_the_picture_tag_too(tmp_path):
    path = tmp_path / "it's & 5.png"
    path.write_bytes(png_bytes("red"))
    engine = ImageSearchEngine.from_vectors([str(path)], [[1, 0]])
    assert 'alt="it&#x27;s &amp; 5.png"' in widgets.gallery_html(engine, str(path), 1)


def test_an_unreadable_query_is_said_in_words(folder):
    engine = ImageSearchEngine(folder).index_images()
    page = widgets.gallery_html(engine, b"no picture", 3)
    assert page.startswith("<p>This picture cannot be used: ") and "not a JPEG" in page
    assert "cannot be used: No such file" in widgets.gallery_html(engine, "gone.png", 3)


def test_network_whose_packages_are_missing_is_said_in_words_with_the_remedy(four, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(deep_module, "_loaded", deep_module._loaded.__wrapped__)  # an earlier test may have loaded the network
    deep = ImageSearchEngine.from_vectors(four.image_paths, four.image_vectors, "deep")
    panel = widgets.explore(deep)
    assert "imsearch-thumb" in shown(panel)  # an indexed picture's vector is there
    upload(panel, png_bytes("red"))
    assert "cannot be used with this engine: what a network makes of a picture needs onnxruntime" in shown(panel)
    assert "[extensions]" in shown(panel)


def test_uploaded_picture_whose_vector_is_of_another_length_is_said_in_words(four):
    panel = widgets.explore(ImageSearchEngine.from_vectors(four.image_paths, four.image_vectors, "pixels"))
    upload(panel, png_bytes("red"))
    assert "with this engine: query has 4096 numbers, but the indexed vectors have 2" in shown(panel)


def test_a_picture_of_the_readers_own_is_searched_without_marks(folder):
    engine = ImageSearchEngine(folder).index_images()
    page = widgets.gallery_html(engine, png_bytes("red"), 3, products=FakeProducts([]))
    assert "your picture" in page
    assert page.count('class="imsearch-thumb ') == 3


def test_what_has_changed_is_said_beside_its_old_score_and_as_a_query_is_read_anew(folder):
    engine = ImageSearchEngine(folder).index_images()
    lime, other = engine.image_paths[0], engine.image_paths[1]
    Image.new("RGB", (40, 30), "lime").save(lime, "png")
    assert widgets.gallery_html(engine, other, 6).count("changed since it was indexed") == 1
    assert np.array_equal(widgets.cards.query_vector(engine, lime), engine.vector_of(lime))
    engine.update()
    assert "changed since" not in widgets.gallery_html(engine, other, 6)


def test_what_is_gone_has_a_card_that_says_so_and_no_picture(four):
    os.unlink(four.image_paths[1])
    page = widgets.gallery_html(four, four.image_paths[1], 4)
    assert page.count("✗ gone: there is no such file") == 2 and page.count("<img") == 3  # the query, and its place in the ranking
    with open(four.image_paths[2], "wb") as file:
        file.write(b"no picture")
    assert widgets.gallery_html(four, four.image_paths[0], 4).count("(cannot be read)") == 1


def test_names_are_seen_from_the_folder(folder, monkeypatch):
    engine = ImageSearchEngine(folder).index_images()
    page = widgets.gallery_html(engine, str(folder / "sub" / "e.gif"), 6)
    for name in ("a.JPG", os.path.join("sub", "e.gif"), os.path.join("sub", "deeper", "f.jpeg")):
        assert f">{name}<" in page
    monkeypatch.chdir(folder.parent)
    engine = ImageSearchEngine(folder.name).index_images()
    assert f">{os.path.join('sub', 'e.gif')}<" in widgets.gallery_html(engine, engine.image_paths[0], 6)


def test_a_name_from_another_place_is_the_file_s_alone():
    page = widgets.results_html("elsewhere/a.png", [("elsewhere/b.png", 1.0)], folder="photos")
    assert ">a.png<" in page and ">b.png<" in page


def test_the_query_can_be_left_out_of_its_results(four, folder):
    for top_k in (1, 3, 4):
        page = widgets.gallery_html(four, four.image_paths[1], top_k, without_query=True)
        assert page.count(">1.png<") == 1 and page.count('class="imsearch-thumb ') == min(top_k, 3)
    page = widgets.gallery_html(ImageSearchEngine(folder).index_images(), png_bytes("red"), 2, without_query=True)
    assert page.count('class="imsearch-thumb ') == 2


def test_the_query_is_left_out_however_its_path_is_written(folder):
    engine = ImageSearchEngine(folder).index_images()
    name = os.path.basename(engine.image_paths[0])
    page = widgets.gallery_html(engine, os.path.join(folder, ".", name), 9, without_query=True)
    assert page.count(f'alt="{name}"') == 1 and page.count('class="imsearch-thumb ') == len(engine.image_paths) - 1


# The explorer


@pytest.fixture
def explorer(four, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = ImageSearchEngine.from_vectors(four.image_paths, four.image_vectors, metric="euclidean")
    return widgets.explore({"cosine": four, "euclidean": other}, FakeProducts(four.image_paths), query=1, top_k=2)


def test_explorer_starts_with_the_query_and_k_it_was_given(explorer, four):
    assert shown(explorer) == widgets.gallery_html(four, four.image_paths[1], 2, FakeProducts(four.image_paths))


def test_explorer_follows_each_control(explorer, four):
    for description, value in (("query", 3), ("k, how many results", 4), ("method", "euclidean")):
        before = shown(explorer)
        controls(explorer)[description].value = value
        assert shown(explorer) != before
    assert shown(explorer).count('class="imsearch-thumb ') == 4
    assert "-0.000" not in shown(explorer)


def test_explorer_has_the_names_that_pages_and_tests_find_it_by(explorer):
    names = {description: control._dom_classes for description, control in controls(explorer).items()}
    assert "imsearch-explorer" in explorer._dom_classes
    assert names["query"] == ("imsearch-query",) and names["k, how many results"] == ("imsearch-k",)


def test_explorer_takes_one_engine_and_its_own_pictures(four):
    panel = widgets.explore(four)
    assert controls(panel)["method"].options == ("histogram",)
    assert controls(panel)["query"].max == 3


def test_explorer_searches_with_an_uploaded_picture_until_the_query_moves(folder):
    engine = ImageSearchEngine(folder).index_images()
    panel = widgets.explore(engine)
    upload(panel, png_bytes("red"))
    assert "your picture" in shown(panel)
    controls(panel)["query"].value = 1
    assert "your picture" not in shown(panel)


def test_explorer_says_when_an_uploaded_file_is_no_picture(folder):
    panel = widgets.explore(ImageSearchEngine(folder).index_images())
    upload(panel, b"%PDF-1.7")
    assert "This picture cannot be used" in shown(panel)


@pytest.mark.parametrize("form", [str, lambda folder: folder])
def test_explorer_of_a_folder_indexes_it(folder, form):
    panel = widgets.explore(form(folder))
    assert controls(panel)["query"].max == 5 and ">1. <b>1.000</b>" in shown(panel)


def test_explorer_of_a_folder_goes_on_after_an_interruption(folder, monkeypatch):
    read = ImageSearchEngine.index_images
    begun = []

    def interrupted(engine):
        begun.append(engine)
        if len(begun) == 1:
            raise KeyboardInterrupt
        return read(engine)

    monkeypatch.setattr(ImageSearchEngine, "index_images", interrupted)
    with pytest.raises(KeyboardInterrupt):
        widgets.explore(folder)
    widgets.explore(str(folder))
    widgets.explore(folder)  # all was read, so this one begins anew
    assert begun[0] is begun[1] is not begun[2]


@pytest.mark.parametrize("engines", [lambda engine: engine, lambda engine: {"mine": engine}])
def test_explorer_of_an_engine_without_index_says_so(folder, engines):
    with pytest.raises(RuntimeError, match=r"nothing is indexed yet: call index_images\(\) first"):
        widgets.explore(engines(ImageSearchEngine(folder)))


def test_explorer_leaves_the_query_out_on_request(explorer, four):
    box = controls(explorer)["leave the query out"]
    assert not box.value and "the query itself" in shown(explorer)
    box.value = True
    assert "the query itself" not in shown(explorer) and shown(explorer).count('class="imsearch-thumb ') == 2
    assert controls(widgets.explore(four, without_query=True))["leave the query out"].value


def test_explorer_takes_paths_as_queries(four):
    panel = widgets.explore(four, queries=[Path(four.image_paths[2])], without_query=True)
    assert "your picture" not in shown(panel) and shown(panel).count(">2.png<") == 1


def test_an_error_when_a_slider_moves_is_seen_and_goes_with_the_next_move():
    control = widgets.slider("n", 0, 9, 3)
    panel = widgets.play(lambda n: f"<p>{1 / (n - 5):.1f} of <b></p>", n=control)
    control.value = 5
    assert ">ZeroDivisionError: " in shown(panel)
    control.value = 6
    assert shown(panel) == "<p>1.0 of <b></p>"


def test_an_error_s_words_are_escaped():
    control = widgets.slider("n", 0, 9, 3)

    def fails_later(n):
        if n != 3:
            raise ValueError("<img src=x>")
        return ""

    panel = widgets.play(fails_later, n=control)
    control.value = 4
    assert "ValueError: &lt;img src=x&gt;" in shown(panel)


def test_an_error_at_first_is_raised_in_the_cell():
    with pytest.raises(ZeroDivisionError):
        widgets.play(lambda n: n / 0, n=widgets.slider("n", 0, 9, 3))


def test_every_panel_can_say_that_its_kernel_has_ended():
    panel = widgets.play(lambda n: "", n=widgets.slider("n", 0, 9, 3))
    assert "imsearch-panel" in panel._dom_classes
    assert "run this cell again" in panel.children[0].children[-1].value


# The catch


def test_a_catch_that_cannot_be_kept_is_said(explorer, tmp_path):
    (tmp_path / "fooled.csv").mkdir()
    assert "Error: " in press(explorer) and "fooled.csv" in press(explorer)


def test_a_catch_from_a_subfolder_is_kept_with_it(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    panel = widgets.explore(folder, queries=[str(folder / "sub" / "e.gif")])
    press(panel)
    assert os.path.join("sub", "e.gif") in (tmp_path / "fooled.csv").read_text(encoding="utf-8")


def test_the_fooled_button_keeps_query_and_method(explorer, tmp_path):
    assert "Kept: 1.png by cosine" in press(explorer)
    controls(explorer)["method"].value = "euclidean"
    press(explorer)
    with open(tmp_path / "fooled.csv", encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["query", "method"], ["1.png", "cosine"], ["1.png", "euclidean"]]


def test_the_fooled_button_keeps_no_picture_from_elsewhere(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    panel = widgets.explore(ImageSearchEngine(folder).index_images())
    upload(panel, png_bytes("red"))
    assert "Only pictures of the collection" in press(panel)
    assert not (tmp_path / "fooled.csv").exists()


def test_the_fooled_button_survives_a_hostile_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    panel = widgets.explore(ImageSearchEngine.from_vectors(HOSTILE, np.eye(len(HOSTILE))))
    for number in range(len(HOSTILE)):
        controls(panel)["query"].value = number
        assert "<img" not in press(panel) and "<b>" not in press(panel)
    with open("fooled.csv", encoding="utf-8", newline="") as file:
        assert {row[0] for row in csv.reader(file)} == {"query", "two\\nlines.png", *HOSTILE} - {"two\nlines.png"}


def test_a_kept_name_is_no_formula_and_comes_back_whatever_it_holds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["=cmd|' C'!A0.png", "bad\udcff.png", "line\n.png"]
    engine = ImageSearchEngine.from_vectors(names, np.eye(3))
    panel = widgets.explore({"=1": engine})
    for number in range(3):
        controls(panel)["query"].value = number
        assert press(panel).startswith("Kept")
    rows = (tmp_path / "fooled.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["query,method", "'=cmd|' C'!A0.png,'=1", "bad\\udcff.png,'=1", "line\\n.png,'=1"]
    assert widgets.kept_queries({"=1": engine}) == [(name, "=1") for name in names]


def test_what_the_fooled_button_said_goes_with_the_next_query(explorer):
    assert "Kept" in press(explorer)
    controls(explorer)["query"].value = 3
    assert explorer.children[-1].children[1].value == ""


# A row of the scoreboard, guessed first


@pytest.fixture
def guess():
    row, known = {"turned": 0.88, "dim": 0.01, "scene": 0.03, "moved": 0.94}, {"pixels": {"dim": 1.0, "moved": 0.3}}
    return widgets.guess_row("root", row, known)


def alt(panel):
    return re.search('alt="([^"]*)"', shown(panel)).group(1)


def test_a_row_is_hidden_until_its_button_is_pressed(guess):
    assert "0.88" not in alt(guess) and "root: still to be guessed" in alt(guess)
    assert "pixels: dim 1.00, moved 0.30" in alt(guess)  # what is known already is seen
    controls(guess)["show it"].value = True
    assert "root: dim 0.01, moved 0.94, scene 0.03, turned 0.88" in alt(guess)


def test_rows_that_are_added_later_do_not_give_the_hidden_row_away():
    known = {"pixels": {"dim": 1.0}}
    panel = widgets.guess_row("root", {"dim": 0.25}, known)
    known["root"] = {"dim": 0.25}
    controls(panel)["dim"].value = 0.1
    assert "0.25" not in alt(panel) and "root: still to be guessed" in alt(panel)


def test_the_sliders_stand_in_the_order_of_the_columns_and_each_changes_the_guess(guess):
    assert list(controls(guess))[:4] == ["dim", "moved", "scene", "turned"]
    for place, control in enumerate(list(controls(guess).values())[:4]):
        control.value = 0.1 * place
    assert "my guess: dim 0.00, moved 0.10, scene 0.20, turned 0.30" in alt(guess)


def test_a_guess_stays_as_it_is_while_the_row_is_shown(guess):
    button = controls(guess)["show it"]
    sliders = list(controls(guess).values())[:4]
    button.value = True
    assert button.description == "guess again" and all(control.disabled for control in sliders)
    button.value = False
    assert button.description == "show it" and not any(control.disabled for control in sliders)
    assert "0.88" not in alt(guess)


def test_guesses_move_in_steps_for_the_keyboard(guess):
    steps = [(control.min, control.max, control.step) for control in list(controls(guess).values())[:4]]
    assert steps == [(0, 1, 0.05)] * 4


def test_the_title_says_by_how_much_the_guess_is_off():
    figure = widgets.guessed_row("root", {"dim": 0.2, "moved": 0.9}, {"dim": 0.5, "moved": 0.8}, show=True)
    assert figure.axes[0].get_title() == "The guess is off by 0.20 on average"  # 0.3 and 0.1
    hidden = widgets.guessed_row("root", {"dim": 0.2, "moved": 0.9}, {"dim": 0.5, "moved": 0.8}, show=False)
    assert "off" not in hidden.axes[0].get_title() and "0.90" not in hidden.alt


# A colour instead of a picture


def test_a_picked_colour_finds_its_pictures_and_every_control_changes_them(tmp_path):
    for name in ("red", "blue"):
        picture = Image.new("RGB", (10, 10), widgets.WALL)
        picture.paste(name, (0, 5, 10, 10))
        picture.save(tmp_path / f"{name}.png")
    engines = {method: ImageSearchEngine(tmp_path, method=method).index_images() for method in ("histogram", "root_histogram")}
    panel = widgets.pick_colour(engines, colour="red", area=50)
    assert 0 < shown(panel).index(">red.png<") < shown(panel).index(">blue.png<") and "<b>1.000</b>" in shown(panel)
    for description, value in (("colour", "#0000ff"), ("area, in %", 20), ("method", "root_histogram")):
        before = shown(panel)
        controls(panel)[description].value = value
        assert shown(panel) != before
    assert 0 < shown(panel).index(">blue.png<") < shown(panel).index(">red.png<")
    assert "imsearch-pick-colour" in panel._dom_classes


def test_a_picked_colour_says_what_colour_its_results_have():
    products = Products()
    paths = [product.path for product in products.where(shot="studio", category="mug")[:4]]
    engine = ImageSearchEngine.from_vectors(paths, np.eye(4, 96) + 0.1)
    page = shown(widgets.pick_colour({"histogram": engine}, products))
    assert all(f"<br>{products.of(path).colour}<div" in page for path in paths)


@pytest.mark.parametrize("area", [0, 37, 100])
def test_a_card_has_that_share_of_the_colour_and_the_wall_above(area):
    card = widgets.card_of("#010203", area)
    assert (card == (1, 2, 3)).all(axis=2).mean() == pytest.approx(area / 100)
    assert (card[: 100 - area] == 228).all()


# Why this match


def test_explained_matches_leave_the_query_out_and_follow_the_place(folder):
    engine = ImageSearchEngine(folder, method="root_histogram").index_images()
    path = engine.image_paths[0]
    panel = widgets.explain_matches({"root_histogram": engine}, engine.image_paths, places=5)
    others = [found for found, _ in engine.search(path, top_k=6) if found != path]
    for place, other in enumerate(others, start=1):
        controls(panel)["place in the ranking"].value = place
        assert f">{os.path.relpath(other, folder)}<" in shown(panel)
        assert f"score of {engine.search(path, top_k=6)[place].score:.3f}" in shown(panel)
    assert "imsearch-why" in panel._dom_classes


# Messy files


@pytest.fixture
def readings(tmp_path):
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        (tmp_path / name).write_bytes(png_bytes(colour))
    return widgets.explore_readings(tmp_path, ["a.png", "b.png"], "b.png")


def test_readings_follow_the_picker_and_begin_with_the_file_asked_for(readings, tmp_path):
    assert shown(readings) == plots.readings_html(tmp_path / "b.png")
    controls(readings)["file"].value = "a.png"
    assert shown(readings) == plots.readings_html(tmp_path / "a.png") != plots.readings_html(tmp_path / "b.png")
    assert "imsearch-readings" in readings._dom_classes


def test_readings_of_an_uploaded_file_until_another_is_picked(readings, tmp_path):
    upload(readings, b"<html>404")
    assert "rejected: an HTML page" in shown(readings) and "9 bytes" in shown(readings)
    controls(readings)["file"].value = "a.png"
    assert shown(readings) == plots.readings_html(tmp_path / "a.png")


def test_readings_of_an_uploaded_tiff_and_of_a_gif_leave_no_file_behind(readings, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for kind in ("TIFF", "GIF"):
        buffer = io.BytesIO()
        Image.new("RGB", (6, 4), "red").save(buffer, kind)
        upload(readings, buffer.getvalue())
        assert "6 x 4" in shown(readings) and "✓ the same as ours" in shown(readings)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_damage_slider_shows_another_picture(tmp_path):
    Image.effect_noise((32, 32), 60).convert("RGB").save(tmp_path / "a.jpg")
    panel = widgets.explore_damage(tmp_path / "a.jpg", percent=10)
    seen = [shown(panel)]
    for percent in (0, 50):
        controls(panel)["place of the byte, in %"].value = percent
        seen.append(shown(panel))
    assert seen == [plots.damage_html(tmp_path / "a.jpg", percent) for percent in (10, 0, 50)] and len(set(seen)) == 3
    assert "imsearch-damage" in panel._dom_classes


# The map


def shown_products():
    return Products().where(shot="studio", category="mug")[:3] + Products().where(shot="studio", category="boot")[:3]


PLACES = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 5.0], [0.0, 2.0], [9.0, 9.0], [8.0, 9.0]])


def test_a_map_places_its_pictures_in_percent_with_y_upwards():
    text = widgets.map_html(PLACES, shown_products(), 0, "pixels")
    dots = re.findall(r'<img[^>]*style="left:([\d.]+)%;top:([\d.]+)%">', text)
    assert dots[0] == ("0.0", "94.0") and dots[4] == ("96.0", "0.0") and len(dots) == 6


def test_the_picked_picture_is_framed_named_and_followed_by_its_nearest():
    products = shown_products()
    text = widgets.map_html(PLACES, products, 0, "pixels")
    names = re.findall(r'<div class="imsearch-name">(.*?)</div>', text)
    assert names == [products[row].file for row in (0, 1, 3, 2, 5, 4)]  # by hand: distances 1, 2, 7.1, 12.0, 12.7
    assert text.count('class="imsearch-picked"') == 1 and f"picked: {products[0].caption}" in text
    assert "1. ≈ same category" in text and "✗ boot" in text


def test_a_map_in_one_place_divides_by_nothing():
    text = widgets.map_html(np.zeros((6, 2)), shown_products(), 1, "pixels")
    assert text.count("left:0.0%;top:94.0%") == 6


def test_captions_and_methods_are_escaped_in_a_map():
    products = [product._replace(caption='"><b>x') for product in shown_products()]
    text = widgets.map_html(PLACES, products, 0, '"><i>')
    assert "<b>x" not in text and "<i>" not in text


def test_a_dot_that_cannot_be_read_leaves_the_map_standing(tmp_path):
    products = [product._replace(path=str(tmp_path / "none.jpg")) for product in shown_products()]
    assert widgets.map_html(PLACES, products, 0, "pixels").count("gone: there is no such file") == 6


def test_a_picture_that_was_overwritten_is_another_dot(tmp_path):
    path = tmp_path / "a.png"
    products, seen = [product._replace(path=str(path)) for product in shown_products()], []
    for time, colour in enumerate(("red", "blue")):
        path.write_bytes(png_bytes(colour))
        os.utime(path, (time, time))
        seen.append(widgets.map_html(PLACES, products, 0, "pixels").split('class="imsearch-gallery"')[0])
    assert seen[0] != seen[1]


def test_both_controls_of_the_map_change_what_is_shown():
    panel = widgets.explore_map({"pixels": PLACES, "deep": PLACES[::-1]}, shown_products(), picked=2)
    first = shown(panel)
    controls(panel)["method"].value = "deep"
    second = shown(panel)
    controls(panel)["picture"].value = 4
    assert len({first, second, shown(panel)}) == 3 and "by deep" in second


def test_a_chooser_starts_with_its_first_name():
    assert widgets.chooser("methods", {"one": 1, "other": 2}).value == "one"


# k, and what is counted of the first k


@pytest.fixture
def counted():
    products = Products()
    mug = products.where(category="mug", shot="studio")[0]
    one, other = sorted(products.relevant(mug.path))[:2]
    strange = [product.path for product in products.where(category="boot")[:2]]
    results = [SearchResult(path, 0.9 - place / 10) for place, path in enumerate([one, strange[0], other, strange[1]])]
    return widgets.explore_k(mug.path, results, products, k=1)


@pytest.mark.parametrize(("k", "said", "ticks"), [
    (1, "precision 1 of 1 shown = <b>1.00</b>, recall 1 of 4 relevant = <b>0.25</b>", 1),
    (2, "precision 1 of 2 shown = <b>0.50</b>, recall 1 of 4 relevant = <b>0.25</b>", 1),
    (4, "precision 2 of 4 shown = <b>0.50</b>, recall 2 of 4 relevant = <b>0.50</b>", 2),
])  # fmt: skip
def test_the_k_slider_shows_as_many_thumbnails_and_counts_their_ticks(counted, k, said, ticks):
    controls(counted)["k, how many results"].value = k
    assert said in shown(counted) and shown(counted).count("same product") == ticks
    assert len(re.findall('class="imsearch-thumb ', shown(counted))) == k


# Two methods mixed

MIXED = {0.0: {"dim": 0.0, "moved": 0.9}, 0.5: {"dim": 0.6, "moved": 0.4}, 1.0: {"dim": 1.0, "moved": 0.1}}


def test_the_mixing_slider_moves_the_third_row_and_no_other():
    panel = widgets.explore_mixture(("root", "pixels"), MIXED, 0.0)
    control = controls(panel)["weight of pixels"]
    ends = "root: dim 0.00, moved 0.90; pixels: dim 1.00, moved 0.10"
    for weight, row in {0.0: "dim 0.00, moved 0.90", 0.5: "dim 0.60, moved 0.40", 1.0: "dim 1.00, moved 0.10"}.items():
        control.value = weight
        assert f"{ends}; mixed, {weight:.2f}: {row}" in shown(panel)
        cells = re.findall(r"rgba\(0, 114, 178, ([\d.]+)\)\">([\d.]+)<", shown(panel))
        assert len(cells) == 6 and [f"{shot} {share}" for shot, (_, share) in zip(("dim", "moved"), cells[4:])] == row.split(", ")
        assert [float(ink) for ink, _ in cells] == pytest.approx([0.75 * float(share) for _, share in cells])


def test_a_name_in_the_table_of_a_mixture_is_escaped():
    assert "<b>" not in widgets.mixture_html(("<b>", "pixels"), MIXED, 0.5)
    assert "<i>" not in widgets.mixture_html(("root", "pixels"), {weight: {"<i>": 0.5} for weight in (0.0, 1.0)}, 0.5)


def test_the_title_of_a_mixture_names_its_worst_shot():
    title = widgets.mixture_board(("root", "pixels"), MIXED, 0.4999999).axes[0].get_title()
    assert title == "Weight 0.50: the worst shot is moved with 0.40, the mean 0.50"
    assert f"<caption>{title}</caption>" in widgets.mixture_html(("root", "pixels"), MIXED, 0.5)


# What the button kept, read again


def test_what_the_button_kept_comes_back_with_its_method(explorer, tmp_path):
    press(explorer)
    controls(explorer)["method"].value = "euclidean"
    press(explorer)
    press(explorer)  # twice the same
    engines = {name: ImageSearchEngine.from_vectors([str(tmp_path / "1.png"), "x"], np.eye(2)) for name in ("cosine", "euclidean")}
    assert widgets.kept_queries(engines) == [(str(tmp_path / "1.png"), "cosine"), (str(tmp_path / "1.png"), "euclidean")]


def test_without_a_file_nothing_was_kept(tmp_path):
    assert widgets.kept_queries({}, tmp_path / "fooled.csv") == []


def test_what_is_not_here_any_more_is_left_out_and_said(tmp_path):
    table = tmp_path / "fooled.csv"
    table.write_text("query,method\n1.png,pixels\ngone.png,pixels\n1.png,deep\n", encoding="utf-8")
    engines = {"pixels": ImageSearchEngine.from_vectors(["1.png"], [[1, 2]])}
    with pytest.warns(UserWarning, match="left out 2 of 3 rows: no such picture or method, such as 'gone.png', 'pixels'"):
        assert widgets.kept_queries(engines, table) == [("1.png", "pixels")]


def test_a_catch_in_a_subfolder_comes_back(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = ImageSearchEngine(folder).index_images()
    press(widgets.explore({"pixels": engine}, queries=[str(folder / "sub" / "e.gif")]))
    assert widgets.kept_queries({"pixels": engine}) == [(str(folder / "sub" / "e.gif"), "pixels")]


# Kinds of index and their effort


def test_kind_and_effort_each_change_what_is_drawn():
    efforts = [("ivf", 1, 30, 0.5), ("ivf", 2, 60, 0.9), ("hnsw", 16, 20, 0.8), ("hnsw", 32, 40, 0.99), ("flat", None, 1000, 1.0)]
    rows = [dict(zip(("kind", "effort", "comparisons", "recall"), row)) for row in efforts]
    panel = widgets.explore_effort(rows)
    assert controls(panel)["effort, from low to high"].max == 1
    assert "ivf, effort 1: recall 0.50 with 30 comparisons" in alt(panel)
    assert "ivf, effort 2: recall 0.90 with 60 comparisons" in panel.move(place=1)
    assert "hnsw, effort 32: recall 0.99 with 40 comparisons" in panel.move(kind="hnsw")
