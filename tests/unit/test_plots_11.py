"""The figures, the calculator and the widgets of notebook 11: what they say is what was put in."""

import json

import numpy as np
import pytest

from imsearch_helpers import Products, ann, data_dir, plots, widgets

SECONDS = {"here": {"start": 0.0, "decode": 1.0, "compute": 0.5}, "two": {"start": 4.0, "decode": 0.5, "compute": 0.25}}


def test_time_parts_are_stacked_in_order_with_and_without_the_first():
    whole, without = plots.draw_time_parts(SECONDS, "One").axes
    assert [(bar.get_x(), bar.get_width()) for bar in whole.patches] == [(0, 0), (0, 4), (0, 1), (4, 0.5), (1, 0.5), (4.5, 0.25)]
    assert [text.get_text() for text in without.texts] == ["1.5 s", "0.8 s"]
    assert [text.get_text() for text in whole.texts] == ["1.5 s", "4.8 s"]


def test_time_parts_are_said_in_words_and_told_apart_without_colour():
    figure = plots.draw_time_parts(SECONDS, "One")
    assert "here: start 0.0 s, decode 1.0 s, compute 0.5 s; two: start 4.0 s" in figure.alt
    assert len({(bar.get_facecolor(), bar.get_hatch()) for bar in figure.axes[0].patches}) == 3


def test_workers_have_a_line_each_and_the_killed_one_comes_first():
    figure = plots.draw_workers([(7, 0, 1), (9, 0, 2), (7, 1, 3)], 9, 1.5, "One")
    assert "process A, killed: 1 parts; process B: 2 parts" in figure.alt
    assert [(bar.get_x(), bar.get_width(), round(bar.get_y() + 0.3)) for bar in figure.axes[0].patches] == [(0, 1, 1), (0, 2, 0), (1, 2, 1)]


def test_a_killed_worker_of_which_nothing_is_left_still_has_a_line():
    assert "process A, killed: 0 parts; process B: 1 parts" in plots.draw_workers([(7, 0, 1)], 9, 0.5, "One").alt


# The calculator, worked out by hand


def test_sizes_of_a_million_are_those_of_the_measured_line():
    sizes = widgets.sizes_on_paper(1_000_000)
    assert {name: size.milliseconds for name, size in sizes.items() if name != "IVF-PQ"} == pytest.approx({"exact": 41.8, "HNSW": 0.81})
    assert [size.memory for size in sizes.values()] == pytest.approx([0.384, 0.056, 0.512])
    # 1,000 cells of 1,000, the root of 1,000 are opened: 31,623 codes of a million in 81.3 ms, and 1,000 centres of a million in 41.8
    assert sizes["IVF-PQ"].milliseconds == pytest.approx(81.3 * 0.031623 + 41.8 / 1000, rel=1e-4)


def test_the_measured_line_is_that_of_the_stored_file():
    stored = json.loads((data_dir() / "ann_million.json").read_text(encoding="utf-8"))["sets"]["products"]
    rows = {row["kind"]: row["ms"] for row in stored["rows"] if row["default"]} | {"exact": stored["exact_ms"]}
    assert widgets.lesson_11.AT_A_MILLION == {"exact": round(rows["exact"], 1), "pq": round(rows["pq"], 1), "hnsw": round(rows["hnsw"], 2)}


def test_machines_share_the_work():
    one, six = (widgets.sizes_on_paper(10**9, gigabytes=gigabytes)["exact"] for gigabytes in (400, 64))
    assert (one.machines, six.machines) == (1, 6) and one.milliseconds == pytest.approx(6 * six.milliseconds)


def test_half_the_bytes_are_half_the_memory_disk_and_time():
    full, half = (widgets.sizes_on_paper(10**8, 512, size, 1000)["exact"] for size in (4, 2))
    assert [a / b for a, b in zip(full, half)] == pytest.approx([2, 2, 1, 2])


def test_codes_do_not_follow_the_bytes_of_a_number():
    assert widgets.sizes_on_paper(10**6, 96, 1)["IVF-PQ"].memory == widgets.sizes_on_paper(10**6, 96, 4)["IVF-PQ"].memory


@pytest.mark.parametrize("n_images", [1, 2, 10**10])
def test_sizes_are_finite_and_positive(n_images):
    assert np.isfinite(values := np.array(list(widgets.sizes_on_paper(n_images).values()))).all() and (values > 0).all()


def test_other_measured_times_scale_the_estimate():
    ours, theirs = (widgets.sizes_on_paper(10**7, measured=times) for times in (None, {"exact": 83.6, "pq": 162.6, "hnsw": 1.62}))
    assert [theirs[name].milliseconds / ours[name].milliseconds for name in ours] == pytest.approx([2, 2, 2])


@pytest.mark.parametrize(("arguments", "name"), [((0,), "n_images"), ((1, 1.5), "n_dims"), ((1, 1, 0), "bytes_per_number"), ((1, 1, 1, 0), "gigabytes")])
def test_impossible_sizes_are_named(arguments, name):
    with pytest.raises((TypeError, ValueError), match=name):
        widgets.sizes_on_paper(*arguments)


def test_the_graph_s_memory_is_that_of_faiss_but_for_a_few_bytes():
    pytest.importorskip("faiss")
    index = ann.build_faiss_index(np.random.default_rng(0).random((500, 96), np.float32), "hnsw")
    assert 1 < index.n_bytes / 500 / (4 * 96 + 8 * ann.N_LINKS) < 1.05


# Widgets


def moved(panel, control, value):
    panel.children[0].children[control].value = value
    return panel.children[1].value


def test_every_control_of_the_calculator_changes_what_is_shown():
    panel = widgets.explore_sizes()
    shown = [panel.children[1].value, moved(panel, 0, 10), moved(panel, 1, "1280"), moved(panel, 2, "1"), moved(panel, 3, "16")]
    assert len(set(shown)) == 5 and "384 GB" in shown[0] and "10,000,000,000" in shown[1]


class FakeDatabase:
    """Answers as a `VectorDatabase` would, and remembers what it was asked."""

    def __init__(self, found):
        self.found, self.asked = found, []

    def vector_of(self, path):
        return np.float32([1, 0])

    def statement(self, *asked):
        self.asked.append(asked[1:])
        return f"SELECT path WHERE a < {len(self.asked)}", {}

    def explain(self, *asked):
        return "Limit (actual rows=5)\n  ->  Seq Scan on pictures (actual rows=9)"

    def find(self, *asked):
        return self.found


def test_the_database_widget_asks_with_its_filters_and_shows_statement_and_scan():
    products = Products()
    paths = [one.path for one in products.where(shot="studio")[:3]]
    database = FakeDatabase([(path, 0.5) for path in paths])
    panel = widgets.explore_database(database, products, paths)
    moved(panel, 1, "mug")
    shown = moved(panel, 2, "blue")
    assert database.asked == [(5, {}, {}), (5, {"category": "mug"}, {}), (5, {"category": "mug"}, {"colour": "blue"})]
    assert "WHERE a &lt; 3" in shown and "how it was done: Seq Scan on pictures" in shown and shown.count("<figure>") == 4


def test_another_query_of_the_database_widget_changes_its_picture():
    products = Products()
    paths = [one.path for one in products.where(shot="studio")[:3]]
    panel = widgets.explore_database(FakeDatabase([]), products, paths)
    assert panel.children[1].value != moved(panel, 0, 2)
