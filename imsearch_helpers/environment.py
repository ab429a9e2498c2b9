"""Floor 2. Is this computer ready for the course? One line on each thing, with the remedy where something is wrong."""

import hashlib
import sys
from importlib import metadata, util

from . import collection
from .checks import IN_BROWSER

OLDEST_PYTHON = (3, 11)
PACKAGES = ("jupyterlab", "numpy", "pillow", "matplotlib", "ipywidgets", "tqdm", "threadpoolctl")
EDITOR = "jupyterlab"  # what opens the course; elsewhere, as in Colab or VS Code, something else does
INSTALL = "run this in the course's folder: python -m pip install -c constraints.txt -e ."


def check_environment():
    """Print one line on each thing the course needs: Python, packages, pictures, widgets.

    A line begins with ``ok``, with ``note`` (the course works, results may differ slightly) or with ``MEND`` (it will
    not work), and the last two name the remedy. Where all is well the lines are the same on every computer.

    Examples
    --------
    >>> check_environment()  # doctest: +SKIP
    ok    Python: 3.11 or newer
    ok    packages: the versions that the stored outputs were made with
    ok    pictures: 1,000 products, complete and unchanged
    ok    widgets: sliders and buttons will work
    """
    for check in (_check_python, _check_packages, _check_pictures, _check_widgets):
        print("{:<5} {}".format(*check()))


def _check_python():
    oldest = ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info < OLDEST_PYTHON:
        return "MEND", f"Python: this is {sys.version.split()[0]}, the course needs {oldest}; install a newer Python"
    return "ok", f"Python: {oldest} or newer"


def _check_packages():
    installed = {name: _installed_version(name) for name in PACKAGES}
    if IN_BROWSER:  # which brings its own, and the page's first cell the rest
        return "ok", f"packages: NumPy {installed['numpy']}, as the browser brings it; printed numbers may differ in their last digits"
    missing = [name for name in PACKAGES if installed[name] is None and name != EDITOR]
    if missing:
        return "MEND", f"packages: {', '.join(missing)} not installed; {INSTALL}"
    wanted = _wanted_versions()
    if not wanted:
        return "note", "packages: installed; constraints.txt was not found, so their versions were not compared"
    other = [f"{name} {installed[name]}, not {wanted[name]}" for name in PACKAGES if installed[name] not in (None, wanted[name])]
    if other:
        return "note", f"packages: {'; '.join(other)}. Should work; for the course's own versions {INSTALL}"
    return "ok", "packages: the versions that the stored outputs were made with"


def _installed_version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _wanted_versions():
    """What constraints.txt beside the data folder pins; nothing where there is none."""
    try:
        return pinned_versions(collection.data_dir().parent / "constraints.txt")
    except FileNotFoundError:
        return {}


def pinned_versions(path):
    """The exact versions in a file of constraints, on whatever system they are meant for.

    Parameters
    ----------
    path : Path
        Lines such as ``numpy==2.4.6`` or ``zipp==4.1.2 ; python_full_version < '3.12'``; others are left aside.

    Returns
    -------
    dict of str to str
        The package's name -> its version.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    pins = (line.split(";")[0].split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.strip(): version.strip() for name, version in pins}


def _check_pictures():
    try:
        folder = collection.data_dir()
        published = (folder / "products.sha256").read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        return "MEND", f"pictures: {error}"
    files = sorted((folder / "products").glob("*.jpg"))
    if _checksum([folder / "products.csv", *files]) != published:
        return "MEND", f"pictures: in {folder} a file is missing, added or changed; clone the course again"
    return "ok", f"pictures: {len(files):,} products, complete and unchanged"


def _checksum(files):
    """SHA-256 over the files' bytes, one file after another, as data/make_products.py writes it."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _check_widgets():
    if not util.find_spec("ipywidgets"):
        return "MEND", f"widgets: ipywidgets not installed; {INSTALL}"
    if IN_BROWSER:
        return "ok", "widgets: sliders and buttons will work"
    if not _installed_version(EDITOR):
        return "note", "widgets: this is not the course's JupyterLab. If no slider appears in the next cells, python3 -m imsearch_helpers.start opens it"
    if not util.find_spec("jupyterlab_widgets"):
        return "MEND", f"widgets: jupyterlab_widgets not installed; {INSTALL}, then start JupyterLab again"
    return "ok", "widgets: sliders and buttons will work"
