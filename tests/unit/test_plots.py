"""The figures that every notebook uses: what they draw, the words that say it, and the arithmetic of *why this match*."""

import base64
import io

import numpy as np
import pytest
from matplotlib import pyplot
from PIL import Image

from imsearch_helpers import plots
from imsearch_helpers.engine import ImageSearchEngine, SearchResult
from imsearch_helpers.similarity import cosine_similarity
from imsearch_helpers.vectors import image_to_histogram, image_to_root_histogram

HOSTILE = ["<img src=x onerror=alert(1)>.png", "two\nlines.png", "a 'quoted' \"name\".png", "$x$ and _y_.png", "🐈.png"]


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(0, 256, (8, 10, 3), dtype=np.uint8)


def half_and_half(upper, lower):
    pixels = np.empty((8, 8, 3), dtype=np.uint8)
    pixels[:4], pixels[4:] = upper, lower
    return pixels


def titles(figure):
    return [axes.get_title() for axes in figure.axes]


def decoded(png):
    return Image.open(io.BytesIO(png)).convert("RGB")


# Showing


def test_a_figure_shows_itself_with_its_alt_text():
    figure = plots.new_figure(2, 1, "a small figure")
    data, metadata = figure._repr_mimebundle_()
    assert metadata == {"image/png": {"alt": "a small figure"}}
    assert decoded(base64.b64decode(data["image/png"])).size == (200, 100)


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


def test_the_drawn_figure_equals_what_savefig_writes(picture):
    figure = plots.explain_match(picture, picture)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=plots.DPI, facecolor="white")
    ours = np.asarray(decoded(plots._png(figure)), dtype=int)
    assert np.abs(ours - np.asarray(decoded(file.getvalue()), dtype=int)).max() <= 1


def test_importing_and_drawing_changes_no_global_style(picture):
    before = dict(pyplot.rcParams)
    plots._png(plots.visualize_results(picture, []))
    assert dict(pyplot.rcParams) == before
    assert pyplot.get_fignums() == []


# Rankings


def test_every_result_asked_for_is_drawn(engine):
    results = engine.search(engine.image_paths[0], top_k=6)
    figure = plots.visualize_results(engine.image_paths[0], results, num_results=6)
    drawn = [axes for axes in figure.axes if axes.images]
    assert len(drawn) == 7  # the query and six results
    assert titles(figure)[:3] == ["query", f"1. score {results[0].score:.3f}", f"2. score {results[1].score:.3f}"]
    assert all(f"with score {score:.3f}" in figure.alt for _, score in results)


def test_no_more_than_num_results_are_drawn(engine):
    figure = plots.visualize_results(engine.image_paths[0], engine.search(engine.image_paths[0], top_k=6), num_results=2)
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


def test_a_result_that_cannot_be_read_is_said_in_words():
    figure = plots.visualize_results("missing.png", [SearchResult("gone.png", 0.5)])
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert len(words) == 2 and all("No such file" in text for text in words)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_drawn_as_they_are(picture, name):
    figure = plots.visualize_results(picture, [SearchResult(f"folder/{name}", 0.5)])
    assert plots._png(figure)
    assert "\n" not in figure.alt
    assert "folder" not in figure.alt


def test_a_ranking_can_be_written_to_a_file(engine, tmp_path):
    plots.visualize_results(engine.image_paths[0], engine.search(engine.image_paths[0])).savefig(tmp_path / "ranking.png")
    assert Image.open(tmp_path / "ranking.png").format == "PNG"


# The big picture, bars, tables


def test_search_process_shows_four_steps_and_true_angles(picture):
    paths = ["a.png", "b.png", "c.png"]
    engine = ImageSearchEngine.from_vectors(paths, [[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    figure = plots.show_search_process(picture, image_to_histogram(picture, 4), engine.search([1, 0, 0], top_k=3))
    words = [text.get_text() for text in figure.texts]
    assert [word for word in words if word[:1].isdigit() and "." in word] == [
        "1. a picture", "2. its vector", "3. angles", "4. a ranking"
    ]  # fmt: skip
    assert "at angles of 0, 45, 90 degrees" in figure.alt
    assert {"1. cos 1.000", "2. cos 0.707", "3. cos 0.000"} <= set(titles(figure))
    assert figure.get_size_inches()[0] <= 9.4


def test_histogram_is_drawn_in_three_hatched_groups():
    axes = plots.new_figure(3, 2, "").subplots()
    plots.draw_histogram(axes, np.arange(12) / 66)
    assert [patch.get_hatch() for patch in axes.patches] == ["", "///", "..."]
    heights = np.concatenate([patch.get_data().values for patch in axes.patches])
    assert np.allclose(heights, np.arange(12) / 66)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["red", "green", "blue"]


def test_pictures_stand_side_by_side_in_rows(picture):
    figure = plots.show_pictures([picture] * 7, list("abcdefg"), "seven pictures", columns=3)
    assert titles(figure)[:7] == list("abcdefg")
    assert len([axes for axes in figure.axes if axes.images]) == 7
    assert figure.alt == "seven pictures"


def test_score_table_frames_each_rows_best_other(picture):
    scores = [[1.0, 0.2, 0.7], [0.2, 1.0, 0.4], [0.7, 0.4, 1.0]]
    figure = plots.show_scores([picture] * 3, scores, "who is like whom")
    framed = [axes.texts[0].get_text() for axes in figure.axes if axes.texts and axes.spines["top"].get_linewidth() == 3]
    assert framed == ["0.700", "0.400", "0.700"]
    assert "row 2: 0.200, 1.000, 0.400, best other: 3" in figure.alt
    assert figure.get_suptitle() == "who is like whom"


def test_score_table_finds_the_best_among_negative_scores_too(picture):
    figure = plots.show_scores([picture] * 2, [[0.0, -3.0], [-3.0, 0.0]], "distances")
    assert "row 1: 0.000, -3.000, best other: 2" in figure.alt


# Why this match


def test_shares_by_hand():
    # One bin a channel: each picture is (1/3, 1/3, 1/3), so every channel has a third of the cosine 1.
    black, white = half_and_half(0, 0), half_and_half(255, 255)
    assert np.allclose(plots.score_shares(black, white, bins=1), [[1 / 3]] * 3)
    # Two bins a channel: nothing in common, so nothing to share.
    assert np.allclose(plots.score_shares(black, white, bins=2), 0)


@pytest.mark.parametrize("vectorize", [image_to_histogram, image_to_root_histogram])
def test_shares_of_bins_and_of_pixels_add_up_to_the_score(vectorize):
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 256, (12, 9, 3), dtype=np.uint8), rng.integers(0, 256, (5, 20, 3), dtype=np.uint8)
    shares = plots.score_shares(one, other, vectorize)
    score = cosine_similarity(vectorize(one), vectorize(other))
    assert shares.shape == (3, 32)
    assert shares.sum() == pytest.approx(score)
    assert plots.pixel_shares(one, shares).shape == (12, 9)
    assert plots.pixel_shares(one, shares).sum() == pytest.approx(score)
    assert plots.pixel_shares(other, shares).sum() == pytest.approx(score)


def test_the_common_wall_lights_up_and_the_rest_stays_dark():
    red_on_grey, blue_on_grey = half_and_half((230, 230, 230), (255, 80, 80)), half_and_half((230, 230, 230), (0, 0, 120))
    painted = plots.pixel_shares(red_on_grey, plots.score_shares(red_on_grey, blue_on_grey))
    assert painted[:4].min() > 10 * painted[4:].max()


def test_explained_match_says_score_and_strongest_bars():
    one, other = half_and_half((230, 230, 230), (255, 80, 80)), half_and_half((230, 230, 230), (0, 0, 120))
    figure = plots.explain_match(one, other)
    shares = plots.score_shares(one, other)
    assert f"score {shares.sum():.3f}; three of the 96 bars make {np.sort(shares, axis=None)[-3:].sum():.3f}" in titles(figure)[0]
    assert "holds" in figure.alt and "% of the score" in figure.alt
    assert figure.get_size_inches()[0] <= 9.4


def test_pictures_with_nothing_in_common_are_explained_without_a_warning():
    figure = plots.explain_match(half_and_half(0, 0), half_and_half(255, 255))
    assert plots._png(figure)
    assert "score of 0.000" in figure.alt


def test_border_part_by_hand():
    assert plots.border_part(np.ones((10, 10)), border=0.2) == pytest.approx(1 - 36 / 100)
    only_the_middle = np.zeros((10, 10))
    only_the_middle[4:6, 4:6] = 1
    assert plots.border_part(only_the_middle) == 0.0
    assert plots.border_part(np.zeros((10, 10))) == 0.0


# Time and memory


def test_curves_of_time_carry_name_and_marker_or_dashes():
    curves = {"loop": ([10, 100], [1.0, 10.0]), "loop, extrapolated": ([100, 1000], [10.0, 100.0])}
    figure = plots.draw_times(curves, "vectors", "The same for each")
    [axes] = figure.axes
    assert [(line.get_linestyle(), line.get_marker()) for line in axes.lines] == [("-", "o"), ("--", "")]
    assert [text.get_text() for text in axes.texts] == list(curves)
    assert (axes.get_xscale(), axes.get_yscale(), axes.get_title()) == ("log", "log", "The same for each")
    assert figure.alt.startswith("The same for each. milliseconds a query against vectors")
    assert "loop: from 1 at 10 to 10 at 100;" in figure.alt


def test_cost_of_a_query_by_hand():
    figure = plots.draw_cost(n_bytes=20_000_000, bandwidth=10, measured=4.5)  # 20 MB at 10 GB/s: 2 ms
    [axes] = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [4.5, 2.0]
    assert "memory 2.000 ms, measured 4.500 ms" in figure.alt
