"""The learners' copies come in; a JupyterLite in which they run, in any browser and without a server, goes out."""

import json
import os
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from imsearch_helpers.copies import as_learners_get_it

from .source import NOTEBOOKS
from .wheels import course_wheels

FOLDER = "lite"
EXTENSIONS = ("jupyterlab_widgets", "jupyterlite_pyodide_kernel")  # of JupyterLab: these two, whatever else is installed here
KERNEL = {"kernelspec": {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}, "language_info": {"name": "python"}}
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "Image search from scratch",
        "exposeAppInBrowser": True,
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": {"disablePyPIFallback": True}},
    },
}
ABOUT = """**In the browser.** Python itself runs in this page. Run the next cell first: it fetches the course's package and pictures, which takes
half a minute the first time. What you change is kept by this browser alone; *File, Download* gives you a file."""
WHAT_IS_NOT = {
    "05": "One processor core, slower than outside, and about 2 GB of memory: the times are of another size, and their order is what counts.",
    "06": "No processes can be started here, so no reader can be killed: nothing stops a slow file, TIFF and AVIF are refused, and a warning says so.",
    "08": "No network can run here, so the stored features are used: everything up to the exercises works, your own photos need the course on your computer.",
}
FETCH = """import piplite

await piplite.install("imsearch-helpers")

from tqdm import tqdm

tqdm.monitor_interval = 0  # the browser has no threads"""
ALSO = {"05": "\n\nimport time\n\ntime.thread_time = time.perf_counter  # the browser has one clock"}


def browser_copy(notebook, number):
    """A learner's copy that begins with a cell that fetches the course.

    Parameters
    ----------
    notebook : dict
        As JSON has it; left as it is.
    number : str
        Two digits.

    Returns
    -------
    dict
    """
    copy = as_learners_get_it(notebook)
    about = " ".join([ABOUT, WHAT_IS_NOT.get(number, "")]).strip()
    cells = [
        {"cell_type": "markdown", "id": "in-the-browser", "metadata": {}, "source": about},
        {"cell_type": "code", "id": "fetch", "metadata": {}, "source": FETCH + ALSO.get(number, ""), "outputs": [], "execution_count": None},
    ]
    return {**copy, "cells": [*cells, *copy["cells"]], "metadata": KERNEL}


def build_lite(lessons, folder):
    """Build the JupyterLite.

    Parameters
    ----------
    lessons : list of Lesson
        Those that run there.
    folder : Path
        Of the site; it is written to a folder in it.

    Raises
    ------
    OSError
        When the build fails; the message has what it said.
    """
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write_contents(lessons, work / "contents")
        course_wheels(work / "pypi")
        (work / "jupyter-lite.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        extensions = {"federated_extensions": [str(_extension(name)) for name in EXTENSIONS]}
        (work / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": extensions}), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "jupyter", "lite", "build", "--lite-dir", name, "--contents", str(work / "contents")),
            *("--output-dir", str(folder.resolve() / FOLDER), "--apps", "lab", "--no-unused-shared-packages", "--no-sourcemaps"),
            "--ignore-sys-prefix",
        ]
        done = subprocess.run(command, cwd=name, env=_quiet(work), capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise OSError(f"JupyterLite was not built:\n{(done.stdout + done.stderr)[-3000:]}")


def write_contents(lessons, folder):
    """Write what learners open.

    Parameters
    ----------
    lessons : list of Lesson
    folder : Path
    """
    folder.mkdir(parents=True)
    for lesson in lessons:
        copy = browser_copy(json.loads(lesson.path.read_text(encoding="utf-8")), lesson.number)
        (folder / lesson.path.name).write_text(json.dumps(copy, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "glossary.md").write_text((NOTEBOOKS / "glossary.md").read_text(encoding="utf-8"), encoding="utf-8")


def _extension(package):
    """Where an installed package has its part of JupyterLab."""
    [found] = [file.locate() for file in metadata.files(package) if file.name == "install.json"]
    return found.resolve().parent


def _quiet(work):
    # The user's own Jupyter settings have no say, and dates do not differ from build to build.
    return os.environ | {"JUPYTER_CONFIG_DIR": str(work / "config"), "SOURCE_DATE_EPOCH": "1577836800", "JUPYTER_PLATFORM_DIRS": "1"}


def address_of(lesson):
    """Where a lesson opens, seen from the site.

    Parameters
    ----------
    lesson : Lesson

    Returns
    -------
    str
    """
    return f"{FOLDER}/lab/index.html?path={lesson.path.name}"
