"""Make pages of the teacher's pack ready to print: one HTML file for each, which any browser opens and prints.

    python data/make_printable.py FOLDER

writes the ten questions, their key, the lesson plans, the misconceptions and the page on a collection of your own to FOLDER, which is made
if need be. (JupyterLab shows these pages, but its preview cannot be printed: a browser prints only what is on the screen.)
"""

import argparse
import re
from html import escape
from pathlib import Path

from nbconvert.filters.markdown_mistune import markdown2html_mistune

PAGES = sorted((Path(__file__).resolve().parent.parent / "notebooks" / "assignments" / "pack").glob("*.md"))
STYLE = """
@page { margin: 14mm }
body { font: 10.5pt/1.3 sans-serif; max-width: 190mm; margin: auto }
h1, h2, h3 { line-height: 1.15; margin: 0.8em 0 0.4em; break-after: avoid }
p { margin: 0.55em 0 0.25em; orphans: 3 }
p:has(+ ul) { break-after: avoid }
ul { margin: 0.2em 0; break-inside: avoid }
table { border-collapse: collapse; font-size: 9pt }
th, td { border: 1px solid #888; padding: 2px 5px; text-align: left; vertical-align: top }
tr { break-inside: avoid }
"""


def without_links(markdown):
    """Links to other files of the course as plain text: paper has no links, and the folder with the prints has none of the files.

    Examples
    --------
    >>> without_links("See [the key](concept_test_key.md#Links).")
    'See the key.'
    """
    return re.sub(r"\[([^\]]*)\]\((?!https?:)[^)\s]+\)", r"\1", markdown)


def printable(markdown):
    """A page as HTML that stands by itself.

    Parameters
    ----------
    markdown : str
        Begins with the title, as ``# Ten questions``.

    Returns
    -------
    str
    """
    title = escape(markdown.splitlines()[0].removeprefix("# "))
    body = re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html_mistune(without_links(markdown)))
    return f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head>\n<body>\n{body}</body></html>\n'


def write(folder):
    """Write all pages.

    Returns
    -------
    list of Path
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        text = printable(page.read_text(encoding="utf-8"))
        (folder / f"{page.stem}.html").write_text(text, encoding="utf-8", newline="\n")
    return [folder / f"{page.stem}.html" for page in PAGES]


def main():
    """Write the pages to the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write them")
    for path in write(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
