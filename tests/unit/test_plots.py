"""What figures are made of, and rows of pictures: what they draw, and the words that say it."""

import base64
import importlib
import inspect
import io
import os
import pkgutil
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from PIL import Image

from imsearch_helpers import plots
from imsearch_helpers.duplicates import near_duplicates
from imsearch_helpers.engine import ImageSearchEngine, SearchResult

HOSTILE = ["<img src=x onerror=alert(1)>.png", "two\nlines.png", "a 'quoted' \"name\".png", "$x$ and _y_.png", "🐈.png"]


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(0, 256, (8, 10, 3), dtype=np.uint8)


def titles(figure):
    return [axes.get_title() for axes in figure.axes]


def decoded(png_in_base64):
    return Image.open(io.BytesIO(base64.b64decode(png_in_base64))).convert("RGB")


def drawn(figure):
    """The picture in a figure's HTML."""
    return decoded(re.search(r'src="data:image/png;base64,(.*?)"', plots.figure_html(figure)).group(1))


def test_every_figure_of_every_file_can_be_imported_from_plots():
    # In `shared` are parts of figures as well, which only these files need.
    files = {module.name for module in pkgutil.iter_modules(plots.__path__)} - {"shared"}
    assert {"match", "pictures", "lesson_00", "lesson_07"} <= files
    for file in files:
        functions = inspect.getmembers(importlib.import_module(f"{plots.__name__}.{file}"), inspect.isfunction)
        public = {name for name, function in functions if function.__module__.endswith(file) and name[0] != "_"}
        assert public and public <= set(dir(plots)), file


# Showing


def test_a_figure_shows_itself_with_its_alt_text():
    figure = plots.new_figure(2, 1, "a small figure")
    data, metadata = figure._repr_mimebundle_()
    assert metadata == {"image/png": {"alt": "a small figure"}}
    assert decoded(data["image/png"]).size == (200, 100)


def test_show_displays_once_and_closes(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: shown.append((args, kwargs)))
    figure = pyplot.figure()
    plots.show(figure, "what is to be seen")
    [((data,), keywords)] = shown
    assert keywords == {"metadata": {"image/png": {"alt": "what is to be seen"}}, "raw": True}
    assert data["text/plain"] == "what is to be seen"
    assert pyplot.get_fignums() == []


def test_show_uses_the_figures_own_alt_text(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: shown.append(args[0]["text/plain"]))
    plots.show(plots.new_figure(1, 1, "its own words"))
    assert shown == ["its own words"]


@pytest.mark.parametrize("alt", [None, "", "  "])
def test_show_without_alt_text_is_refused(alt):
    with pytest.raises(ValueError, match="alt must say"):
        plots.show(pyplot.figure(), alt)
    pyplot.close("all")


def test_figure_html_escapes_the_alt_text():
    page = plots.figure_html(plots.new_figure(1, 1, 'a "quoted" <b> & more'))
    assert 'alt="a &quot;quoted&quot; &lt;b&gt; &amp; more"' in page
    assert page.count("<") == 1


@pytest.mark.parametrize("fixed", [False, True])
def test_the_drawn_figure_equals_what_savefig_writes(picture, fixed):
    figure = plots.new_figure(3, 2, "a picture above bars", fixed)
    above, below = figure.subplots(2, 1)
    plots.show_picture(above, picture, "a picture")
    plots.draw_histogram(below, np.arange(12) / 66)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=plots.DPI, facecolor="white")
    written = np.asarray(Image.open(file).convert("RGB"), dtype=int)
    assert np.abs(np.asarray(drawn(figure), dtype=int) - written).max() <= 1


def test_importing_and_drawing_changes_no_global_style(picture):
    before = dict(pyplot.rcParams)
    drawn(plots.visualize_results(picture, []))
    assert dict(pyplot.rcParams) == before
    assert pyplot.get_fignums() == []


@pytest.fixture
def opened(monkeypatch):
    """What a viewer of pictures is given, instead of one."""
    pictures = []
    monkeypatch.setattr("PIL.ImageShow.show", lambda picture: pictures.append(picture) or True)
    return pictures


def test_a_script_shows_a_figure_with_one_call(opened):
    plots.new_figure(2, 1, "a small figure").show()
    assert [picture.size for picture in opened] == [(200, 100)]


def test_a_script_without_a_viewer_is_told_to_write_a_file(monkeypatch):
    monkeypatch.setattr("PIL.ImageShow.show", lambda picture: False)
    with pytest.raises(RuntimeError, match="no program here that shows pictures: .* savefig"):
        plots.new_figure(2, 1, "a small figure").show()


def test_a_notebook_shows_it_below_the_cell(opened, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: shown.append(args[0]["text/plain"]))
    plots.new_figure(1, 1, "its own words").show()
    assert shown == ["its own words"] and not opened


# Parts


def test_histogram_is_drawn_in_three_hatched_groups():
    axes = plots.new_figure(3, 2, "").subplots()
    plots.draw_histogram(axes, np.arange(12) / 66)
    assert [patch.get_hatch() for patch in axes.patches] == ["", "///", "..."]
    heights = np.concatenate([patch.get_data().values for patch in axes.patches])
    assert np.allclose(heights, np.arange(12) / 66)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["red", "green", "blue"]


# Rows of pictures


def test_every_result_asked_for_is_drawn(engine):
    results = engine.search(engine.image_paths[0], top_k=6)
    figure = plots.visualize_results(engine.image_paths[0], results, num_results=6)
    with_picture = [axes for axes in figure.axes if axes.images]
    assert len(with_picture) == 7  # the query and six results
    assert titles(figure)[:3] == ["query", f"1. score {results[0].score:.3f}", f"2. score {results[1].score:.3f}"]
    assert all(f"with score {score:.3f}" in figure.alt for _, score in results)


def test_no_more_than_num_results_are_drawn(engine):
    query = engine.image_paths[0]
    figure = plots.visualize_results(query, engine.search(query, top_k=6), num_results=2)
    assert len([axes for axes in figure.axes if axes.images]) == 3


@pytest.mark.parametrize("count", [0, 1, 20])
def test_any_number_of_results_fits_into_a_cell(picture, engine, count):
    results = [SearchResult(engine.image_paths[i % 6], 0.5) for i in range(count)]
    figure = plots.visualize_results(picture, results, num_results=count)
    assert len([axes for axes in figure.axes if axes.images]) == count + 1
    assert figure.get_size_inches()[0] <= 9.4


def test_right_and_wrong_results_are_marked_by_more_than_colour(engine):
    results = engine.search(engine.image_paths[0], top_k=3)
    figure = plots.visualize_results(engine.image_paths[0], results, relevant={results[0].path}, title="one is right")
    assert [title[0] for title in titles(figure)[1:]] == ["✓", "✗", "✗"]
    assert figure.alt.endswith("1 of these 3 are right.")
    assert figure.get_suptitle() == "one is right"


def test_plain_pairs_of_path_and_score_are_drawn_like_results(engine):
    results = engine.search(engine.image_paths[0], top_k=3)
    pairs, query = [(path, float(score)) for path, score in results], engine.image_paths[0]
    figure, plain = (plots.visualize_results(query, found, relevant={results[1].path}) for found in (results, pairs))
    assert titles(plain) == titles(figure) and plain.alt == figure.alt
    assert np.array_equal(drawn(plain), drawn(figure))


@pytest.mark.parametrize("form", [Path, os.path.relpath, lambda path: Path(os.path.relpath(path))])
def test_right_answers_are_ticked_whatever_form_their_paths_have(engine, form):
    results = engine.search(engine.image_paths[0], top_k=3)
    figure = plots.visualize_results(engine.image_paths[0], results, relevant={form(results[1].path)})
    assert [title[0] for title in titles(figure)[1:]] == ["✗", "✓", "✗"]


def test_a_result_that_cannot_be_read_is_said_in_words():
    figure = plots.visualize_results("missing.png", [SearchResult("gone.png", 0.5)])
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert len(words) == 2 and all("No such file" in text for text in words)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_drawn_as_they_are(picture, name):
    figure = plots.visualize_results(picture, [SearchResult(f"folder/{name}", 0.5)])
    assert drawn(figure).size == (310, 195)
    assert "\n" not in figure.alt
    assert "folder" not in figure.alt


def test_a_ranking_can_be_written_to_a_file(engine, tmp_path):
    query = engine.image_paths[0]
    plots.visualize_results(query, engine.search(query)).savefig(tmp_path / "ranking.png")
    assert Image.open(tmp_path / "ranking.png").format == "PNG"


def test_pictures_stand_side_by_side_in_rows(picture):
    figure = plots.show_pictures([picture] * 7, list("abcdefg"), "seven pictures", columns=3)
    assert titles(figure)[:7] == list("abcdefg")
    assert len([axes for axes in figure.axes if axes.images]) == 7
    assert figure.alt == "seven pictures"


def test_gallery_frames_by_tick_and_cross(picture):
    figure = plots.show_gallery({"pixels": list(zip([picture] * 3, ["query", "✓", "✗"]))}, "Three mugs")
    colours = [axes.spines["left"].get_edgecolor() for axes in figure.axes]
    assert colours == [to_rgba(colour) for colour in (plots.GREY, plots.BLUE, plots.RED)]
    assert figure.alt == "Three mugs. Pictures in rows. pixels: query, ✓, ✗."


# Near-duplicates


@pytest.fixture
def groups(engine):
    rows = [[1, 0], [1, 0.01], [1, 0.02], [0, 1], [-1, 0], [-1, 0.01]]
    return near_duplicates(ImageSearchEngine.from_vectors(engine.image_paths, rows))


def test_duplicates_stand_in_rows_the_largest_first_and_ticked(groups):
    figure = plots.show_duplicates(groups)
    assert list(map(len, groups)) == [3, 2] and figure.get_suptitle() == "Near-duplicates: 2 of 2 groups"
    shown = [title for title in titles(figure) if title]
    assert [title for title in shown if "largest" in title] == [shown[0], shown[3]] == ["✓ largest"] * 2
    assert shown[1:3] == sorted(shown[1:3], reverse=True) and len([axes for axes in figure.axes if axes.images]) == 5


def test_the_title_says_how_many_groups_are_not_drawn(groups):
    assert plots.show_duplicates(groups, most=1).get_suptitle() == "Near-duplicates: 1 of 2 groups"


def test_duplicates_that_are_gone_are_said_in_words(groups):
    os.unlink(groups[1][0])
    figure = plots.show_duplicates(groups)
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["No such file or directory"]


def test_no_groups_cannot_be_drawn():
    with pytest.raises(ValueError, match="groups is empty"):
        plots.show_duplicates([])
