"""The figures of notebook 05: what was measured, and what was calculated."""

from imsearch_helpers import plots


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
