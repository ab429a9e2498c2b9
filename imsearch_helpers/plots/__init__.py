"""Floor 8. Results come in, a Figure with alt text goes out.

Every function returns a `Figure` of Matplotlib, changes no global style, and opens no window. As the last line of a notebook's
cell the figure shows itself; anywhere else ``figure.show()`` shows it and ``figure.savefig(path)`` writes it to a file. What ends in
``_html`` returns the same as HTML, drawn in a few milliseconds, for a slider that is dragged.

What belongs where:

- ``shared``: what figures are made of, from the palette and the empty figure to a table and a row of HTML;
- ``pictures``: rows of pictures, which nearly every lesson and assignment shows;
- ``match``: the arithmetic of *why this match*; it draws nothing;
- ``lesson_00`` to ``lesson_11``: each lesson's own figures.

A new figure goes into the file of the lesson that shows it first, and its name into the list here, from where notebooks
import it. A part of it moves to ``shared`` once a second file needs it.
"""

from .lesson_00 import show_search_process
from .lesson_01 import ROW_COLOURS, shift_html, show_flatten_process, show_gamma, show_shift, show_sizes, size_html
from .lesson_02 import (
    compare_pictures,
    show_bins,
    show_change,
    show_counting,
    show_histogram_process,
    show_histograms,
    show_scoreboard,
)
from .lesson_03 import (
    LIGHT_SCALES,
    LightScores,
    light_html,
    show_angles,
    show_colour_arrows,
    show_distributions,
    show_light,
    show_two_arrows,
    show_vector_arithmetic,
)
from .lesson_04 import explain_match, show_scores
from .lesson_05 import draw_cost, draw_times, if_clear
from .lesson_06 import (
    MODES,
    OUTCOMES,
    SEEN_SIDE,
    VISIBLE,
    Seen,
    damage_html,
    damaged_twins,
    readings_html,
    show_damage,
    show_readers,
    show_readings,
    three_readings,
)
from .lesson_07 import draw_pair_scores, draw_quality, show_intervals, show_measures
from .lesson_08 import (
    draw_directions,
    draw_lines,
    show_activations,
    show_components,
    show_filters,
    show_gradients,
    show_maps,
)
from .lesson_09 import (
    draw_cells,
    draw_codebooks,
    draw_crowding,
    draw_effort,
    draw_frontier,
    draw_walk,
    points_in_groups,
)
from .lesson_10 import draw_alpha, show_caption_vectors, show_scales
from .lesson_11 import draw_time_parts, draw_workers
from .match import border_part, pixel_shares, score_shares
from .pictures import show_duplicates, show_gallery, show_pictures, visualize_results
from .shared import (
    BLUE,
    CHANNELS,
    DPI,
    GREEN,
    GREY,
    HATCHES,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    Figure,
    draw_histogram,
    figure_html,
    new_figure,
    show,
    show_picture,
)
