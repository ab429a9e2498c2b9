"""The figures of notebook 09: what they say in words is what was put in."""

import numpy as np
import pytest

from imsearch_helpers import plots

POINTS = np.array([[1.0, 1.0], [2.0, 1.0], [8.0, 8.0], [9.0, 8.0]])
CENTRES = np.array([[1.5, 1.0], [8.5, 8.0]])
ROWS = [
    {"kind": "hnsw", "effort": 10, "recall": 0.8, "ms": 0.5, "bytes": 5_000_000},
    {"kind": "hnsw", "effort": 64, "recall": 0.96, "ms": 1.0, "bytes": 5_000_000},
    {"kind": "pq", "effort": None, "recall": 0.4, "ms": 30.0, "bytes": 1_000_000},
]


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_cells_are_a_panel_a_search_with_a_ring_around_what_was_found():
    figure = plots.draw_cells(POINTS, CENTRES, np.array([5.0, 4.0]), {"one": ([0], 1), "none": ([], None)})
    assert "4 points in 2 cells" in figure.alt and "one: looks into 1 cells; none: looks into 0 cells" in figure.alt
    one, none = figure.axes
    assert labels(one) == ["centre of a cell", "query", "found"] and labels(none) == ["centre of a cell", "query"]
    assert one.lines[-1].get_xydata().tolist() == [[2.0, 1.0]]


def test_cells_without_a_query():
    [axes] = plots.draw_cells(POINTS, CENTRES, None, {"cells": ([], None)}).axes
    assert labels(axes) == ["centre of a cell"]


def test_a_walk_is_a_panel_a_step_and_says_how_far_it_is():
    links = {0: {1}, 1: {0, 2}, 2: {1, 3}, 3: {2}}
    figure = plots.draw_walk(POINTS, links, np.array([9.0, 8.0]), [1, 2, 3], n_columns=2)
    assert "3 of 4 linked points" in figure.alt and "[1, 2, 3]" in figure.alt
    assert [axes.get_title() for axes in figure.axes[:3]] == ["0: stands on 1, 9.9 away", "1: stands on 2, 1.0 away", "2: stands on 3, 0.0 away"]
    assert not figure.axes[3].axison


def test_codebooks_join_each_pair_to_its_centre():
    books = np.array([[[0.0, 0.0], [1.0, 0.0]], [[0.5, 0.5], [1.0, 1.0]]])
    figure = plots.draw_codebooks(np.array([[0.9, 0.1], [0.4, 0.6]]), books, [1, 0])
    assert "pair 0 goes to centre 1; pair 1 goes to centre 0" in figure.alt
    assert figure.axes[0].lines[1].get_xydata().tolist() == [[0.9, 0.1], [1.0, 0.0]]
    assert [axes.get_title() for axes in figure.axes] == ["pair 0: code 1", "pair 1: code 0"]


def test_frontier_names_kinds_with_their_memory_and_the_engine():
    figure = plots.draw_frontier(ROWS, 42.0, "Frontier")
    assert "hnsw: recall 0.80 in 0.5 ms to 0.96 in 1 ms; pq: recall 0.40 in 30 ms to 0.40 in 30 ms" in figure.alt
    assert "the engine, exact: 42 ms" in figure.alt
    assert labels(figure.axes[0]) == ["hnsw, 5 MB", "pq, 1 MB", "the engine, exact"]
    assert figure.axes[0].lines[0].get_xydata() == pytest.approx(np.array([[0.5, 0.8], [1.0, 0.96]]))


EFFORTS = [
    {"kind": "flat", "effort": None, "comparisons": 9000.0, "recall": 1.0},
    {"kind": "ivf", "effort": 1, "comparisons": 100.0, "recall": 0.5},
    {"kind": "ivf", "effort": 8, "comparisons": 900.0, "recall": 0.98},
    {"kind": "hnsw", "effort": 10, "comparisons": 50.0, "recall": 0.7},
]


@pytest.mark.parametrize(
    ("kind", "place", "said", "marked"),
    [
        ("ivf", 1, "ivf, effort 8: recall 0.98 with 900 comparisons", [900.0, 0.98]),
        ("ivf", 0, "ivf, effort 1: recall 0.50 with 100 comparisons", [100.0, 0.5]),
        ("hnsw", 5, "hnsw, effort 10: recall 0.70 with 50 comparisons", [50.0, 0.7]),
    ],
)
def test_effort_is_marked_where_it_lies_on_its_curve(kind, place, said, marked):
    figure = plots.draw_effort(EFFORTS, kind, place)
    assert figure.axes[0].get_title() == said and said in figure.alt
    assert figure.axes[0].lines[2].get_xydata().tolist() == [marked]
    assert labels(figure.axes[0]) == ["ivf", "hnsw"]


def test_points_of_the_lesson_are_nearest_to_the_mean_of_their_own_group():
    groups = plots.points_in_groups()
    distances = np.linalg.norm(groups[:, :, np.newaxis] - groups.mean(axis=1), axis=-1)  # (4, 5, 4)
    assert groups.shape == (4, 5, 2) and (distances.argmin(axis=2) == np.arange(4)[:, np.newaxis]).all()


def test_crowding_says_both_ends_and_where_ours_stand():
    figure = plots.draw_crowding([2, 1024], [0.01, 0.89], (96, 0.2))
    assert "from 0.01 at 2 to 0.89 at 1,024. Our vectors of 96 numbers: 0.20" in figure.alt
    assert figure.axes[0].lines[1].get_xydata().tolist() == [[96.0, 0.2]]
