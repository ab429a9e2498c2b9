"""Execute notebooks for committing: top to bottom in a fresh kernel, outputs stored, everything volatile left out.

    python tests/notebooks/execute.py                          all notebooks, the masters of the assignments too
    python tests/notebooks/execute.py notebooks/04*.ipynb      some
    python tests/notebooks/execute.py --check-html DIR ...     and write each as a web page into DIR

A notebook that raises an error is left as it was, and the exit code is 1.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
NOTEBOOKS = REPOSITORY / "notebooks"
MASTERS = NOTEBOOKS / "assignments" / "source"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
BUSY_BARS = r"(?:[^\n|]*: +\d+%\|[^\n]*\[\d+:\d\d<[^\n]*\n)+(?=[^\n])"  # tqdm's own form shows where it takes long only
INSTEAD_OF_WIDGET = "(Sliders appear here when this cell is run in JupyterLab.)"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def prepare_environment(ipython_folder):
    """Kernels started from here find the package, and neither the user's IPython files nor another collection."""
    os.environ["IPYTHONDIR"] = ipython_folder
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    os.environ.pop("IMSEARCH_DATA", None)
    os.environ.pop("MPLBACKEND", None)


def execute(notebook, folder=NOTEBOOKS):
    """Run all cells of a notebook in place, in the folder that it lies in."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()


def tidy(notebook):
    """Leave out of an executed notebook, in place, what differs from run to run or breaks a static page.

    A stored widget cannot work before its cell is run, and JupyterLab shows an error in its place; a sentence stands
    there instead.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        for volatile in ("execution", "collapsed", "scrolled", "trusted"):
            cell.metadata.pop(volatile, None)
        for output in cell.get("outputs", []):
            if output.get("data", {}).pop(WIDGET_VIEW, None):
                output.data["text/plain"] = INSTEAD_OF_WIDGET
            if "text" in output:
                output.text = re.sub(BUSY_BARS, "", output.text)


def as_page(notebook, title):
    """The notebook as one HTML page, with the alt text of its figures."""
    exporter = HTMLExporter(template_name="page", extra_template_basedirs=[str(HERE)])
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    return page


def process(path, page_folder):
    notebook = nbformat.read(path, as_version=4)
    start = time.perf_counter()
    execute(notebook, path.parent)
    print(f"{path.name}: {time.perf_counter() - start:.1f} s", flush=True)
    tidy(notebook)
    nbformat.write(notebook, path)
    if page_folder:
        page_folder.mkdir(parents=True, exist_ok=True)
        (page_folder / f"{path.stem}.html").write_text(as_page(notebook, path.stem), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all in notebooks/, and the masters")
    parser.add_argument("--check-html", type=Path, metavar="DIR", help="also write each as a web page into DIR")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as ipython_folder:
        prepare_environment(ipython_folder)
        for path in options.notebooks or [*sorted(NOTEBOOKS.glob("*.ipynb")), *sorted(MASTERS.glob("*/*.ipynb"))]:
            try:
                process(path, options.check_html)
            except CellExecutionError as error:
                failed = True
                print(f"{path.name}: {error}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
