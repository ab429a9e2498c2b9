"""Floor 9. The sliders of lesson 06: a file comes in; three readings of it go out, or what a changed byte does to it."""

import tempfile
from functools import partial
from pathlib import Path

from ..plots import damage_html, readings_html
from .panel import chooser, play, slider, upload_button


def explore_readings(folder, files, file):
    """Three readings of a file, as `plots.show_readings` draws them: pick one of a folder, or upload one of your own.

    Parameters
    ----------
    folder : str or Path
    files : list of str
        Names in that folder.
    file : str
        The one that is picked at first.

    Returns
    -------
    Panel
    """
    picker = chooser("file", files)
    picker.value = file
    upload = upload_button("a file of your own")
    picker.observe(lambda change: setattr(upload, "value", ()), names="value")

    def readings(file, upload):
        return _readings_of_content(upload[0]["content"]) if upload else readings_html(Path(folder, file))

    return play(readings, file=picker, upload=upload).add_class("imsearch-readings")


def _readings_of_content(content):
    with tempfile.TemporaryDirectory() as folder:  # a TIFF is decoded only from a file
        path = Path(folder, "upload")
        path.write_bytes(content)
        return readings_html(path)


def explore_damage(path, percent=50):
    """A slider that changes one byte of a picture: as a JPEG and as a PNG, each as it is decoded then.

    Parameters
    ----------
    path : str or Path
        A small JPEG.
    percent : int
        Where in the pixels' data the byte lies at first, as in `plots.damaged_twins`.

    Returns
    -------
    Panel
    """
    place = slider("place of the byte, in %", 0, 100, percent, continuous=True)
    return play(partial(damage_html, path), percent=place).add_class("imsearch-damage")
