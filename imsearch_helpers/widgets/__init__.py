"""Floor 9. An engine comes in, sliders go out. Each widget is a plain function of its values and one line of wiring.

What belongs where:

- ``panel``: the controls, and the panel that shows what a function returns for their values;
- ``cards``: rows of small pictures with words below them, as HTML;
- ``lesson_00`` to ``lesson_11``: each lesson's own widgets.

A new widget goes into the file of the lesson that shows it first, and its name into the list here, from where notebooks import it.
"""

from .cards import STYLE, THUMBNAIL, results_html, thumbnail
from .lesson_00 import FOOLED, explore, gallery_html, kept_queries
from .lesson_01 import guess_row, guessed_row
from .lesson_02 import explain_matches
from .lesson_04 import WALL, card_of, pick_colour
from .lesson_06 import explore_damage, explore_readings
from .lesson_07 import counted_html, explore_k, explore_mixture, mixture_board, mixture_html
from .lesson_08 import explore_map, map_html
from .lesson_09 import explore_effort
from .lesson_10 import explore_words, words_and_picture_html
from .lesson_11 import ANY, Sizes, database_html, explore_database, explore_sizes, sizes_html, sizes_on_paper
from .panel import DEAD, Panel, chooser, play, slider, stops
