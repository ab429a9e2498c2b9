"""Notebooks and Markdown come in; pages go out: one frame around all of them, figures in files, tables that scroll."""

import base64
import re
import struct
from pathlib import Path

import jinja2
import nbformat
from bs4 import BeautifulSoup
from matplotlib.path import Path as LinePath
from matplotlib.textpath import TextPath
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from .source import REPOSITORY, TEMPLATE, destination, place_of

WIDGET = "(Sliders appear here when this cell is run in JupyterLab.)"
FIGURES = "figures"
WIDE = 560  # pixels: on a telephone such a figure is scrolled, because it could not be read at the screen's width
LETTERS = {  # of a path in SVG
    LinePath.MOVETO: "M{} {}", LinePath.LINETO: "L{} {}", LinePath.CURVE3: "Q{} {} {} {}", LinePath.CURVE4: "C{} {} {} {} {} {}",
    LinePath.CLOSEPOLY: "Z",
}  # fmt: skip
PROGRESS = re.compile(r"(?:.*\d%\|.*\n?)*")


def frame(**values):
    """A whole page.

    Parameters
    ----------
    **values
        What template/frame.html.j2 asks for.

    Returns
    -------
    str
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("frame.html.j2").render(**values)


def body_of_notebook(notebook, name, folder):
    """What a notebook says, as HTML; its figures are written to files.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. It is changed: folds, and the figures' names, are put into its metadata.
    name : str
        Without suffix, for the figures' names.
    folder : Path
        Of the site.

    Returns
    -------
    BeautifulSoup
    """
    _write_figures(notebook, name, folder)
    _fold_answers(notebook)
    exporter = HTMLExporter(
        template_name=TEMPLATE.name, extra_template_basedirs=[str(TEMPLATE.parent)], exclude_input_prompt=True,
        exclude_output_prompt=True, exclude_anchor_links=True,
    )  # fmt: skip
    body, _ = exporter.from_notebook_node(notebook)
    return _tidied(body, f"notebooks/{name}.ipynb")


def body_of_markdown(text, source):
    """What a Markdown file says, as HTML.

    Parameters
    ----------
    text : str
    source : str
        The file's path in the repository, from which its links lead.

    Returns
    -------
    BeautifulSoup
    """
    return _tidied(markdown2html_mistune(text), source)


def draw_formulas(page):
    """Draw the formulas of a page, in place, in the colour of its text.

    Parameters
    ----------
    page : BeautifulSoup
        Each formula stands between dollar signs; what stands there is also what a screen reader reads.
    """
    for text in page.find_all(string=re.compile(r"\$.+?\$")):
        if not text.find_parent(["code", "pre"]):
            parts = re.split(r"\$(.+?)\$", text)
            parts[1::2] = map(_drawn, parts[1::2])
            text.replace_with(*parts)


def _drawn(formula):
    path = TextPath((0, 0), f"${formula}$", size=1000)
    box = path.get_extents()
    drawing = BeautifulSoup("", "html.parser").new_tag("svg", attrs={"role": "img", "aria-label": formula})
    drawing["viewBox"] = f"{box.x0:.0f} {-box.y1:.0f} {box.width:.0f} {box.height:.0f}"
    drawing["style"] = f"height: {box.height / 1000:.2f}em; vertical-align: {box.y0 / 1000:.2f}em"
    lines = (LETTERS[code].format(*numbers.round().astype(int)) for numbers, code in path.iter_segments())
    drawing.append(BeautifulSoup("", "html.parser").new_tag("path", attrs={"transform": "scale(1 -1)", "d": "".join(lines)}))
    return drawing


def read(path):
    """A notebook.

    Parameters
    ----------
    path : Path

    Returns
    -------
    NotebookNode
    """
    return nbformat.read(path, as_version=4)


def contents(body):
    """The sections of a page.

    Parameters
    ----------
    body : BeautifulSoup

    Returns
    -------
    list of (str, str)
        The name of each place, and its heading.
    """
    return [(heading["id"], heading.get_text()) for heading in body.find_all("h2")]


def _write_figures(notebook, name, folder):
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    number = 0
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        picture = output.get("data", {}).get("image/png")
        if picture:
            number += 1
            content = base64.b64decode(picture)
            file = f"{FIGURES}/{name}_{number:02d}.png"
            (folder / file).write_bytes(content)
            width, height = struct.unpack(">2I", content[16:24])
            output.metadata.figure = {"file": file, "width": width, "height": height, "wide": width > WIDE}


def _fold_answers(notebook):
    """Fold what the first cell that tells something prints after a question; sliders and progress bars tell nothing."""
    asked = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asked = asked or "answer" in cell.metadata
        elif asked:
            cell.metadata.folded = any(map(_tells_something, cell.outputs))
            asked = not cell.metadata.folded and "claim" not in cell.metadata.get("tags", [])


def _tells_something(output):
    if output.output_type == "stream":
        return not PROGRESS.fullmatch(output.text)
    return output.get("data", {}).get("text/plain") != WIDGET


def _tidied(body, source):
    page = BeautifulSoup(body, "html.parser")
    _name_headings(page)
    for link in page.find_all("a", href=True):
        target = destination(source, link["href"])
        if target is None:
            link.unwrap()
        else:
            link["href"] = target
    for badge in page.select('img[src^="http"]'):  # the site asks no other one for anything
        badge.replace_with(badge.get("alt", ""))
    for kind, name in ((".input", "Code"), (".output_wrapper", "Output")):  # so that a screen reader tells them apart
        for part in page.select(kind):
            part.attrs |= {"role": "group", "aria-label": name}
    for heading in page.find_all("th"):
        heading.name = "th" if heading.get_text(strip=True) else "td"  # without words it heads nothing
    for table in page.find_all("table"):
        table.wrap(page.new_tag("div", attrs={"class": "scrolls"}))
    for anchor in page.find_all("a", class_="anchor-link"):
        anchor.decompose()
    return page


def _name_headings(page):
    # As a forge names them, because the links within a file are made for that.
    seen = {}
    for heading in page.find_all(["h1", "h2", "h3", "h4"]):
        name = place_of(heading.get_text().strip("¶")) or "section"
        seen[name] = seen.get(name, -1) + 1
        heading["id"] = f"{name}-{seen[name]}" if seen[name] else name


def text_of(path):
    """A text file of the repository.

    Parameters
    ----------
    path : str
        With slashes.

    Returns
    -------
    str
    """
    return Path(REPOSITORY, path).read_text(encoding="utf-8")
