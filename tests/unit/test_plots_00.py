"""The figure of notebook 00: four steps, and angles that are true."""

import numpy as np

from imsearch_helpers import plots
from imsearch_helpers.engine import SearchResult


def test_search_process_shows_four_steps_and_true_angles():
    results = [SearchResult("a.png", 1.0), SearchResult("b.png", 2**-0.5), SearchResult("c.png", 0.0)]
    figure = plots.show_search_process(np.zeros((8, 8, 3), dtype=np.uint8), np.full(12, 1 / 12), results)
    words = [text.get_text() for text in figure.texts]
    assert [word for word in words if word[:1].isdigit() and "." in word] == [
        "1. a picture", "2. its vector", "3. angles", "4. a ranking"
    ]  # fmt: skip
    assert "at angles of 0, 45, 90 degrees" in figure.alt
    assert {"1. cos 1.000", "2. cos 0.707", "3. cos 0.000"} <= {axes.get_title() for axes in figure.axes}
    assert figure.get_size_inches()[0] <= 9.4
