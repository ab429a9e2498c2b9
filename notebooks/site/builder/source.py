"""What the site is made from, and where a link in it leads."""

import os
import posixpath
import re
import tomllib
import urllib.parse
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[3]
NOTEBOOKS = REPOSITORY / "notebooks"
TEMPLATE = Path(__file__).resolve().parents[1] / "template"
IN_THE_BROWSER = range(9)  # the numbers of the notebooks that run on what Pyodide ships
CHEAT_SHEET = "notebooks/cheat_sheet.md"
TO_PRINT = "notebooks/cheat_sheet.pdf"
OTHER_PAGES = {
    CHEAT_SHEET: "cheat_sheet.html",
    TO_PRINT: "cheat_sheet.pdf",
    "README.md": "index.html",
    "notebooks/glossary.md": "glossary.html",
    "notebooks/assignments/README.md": "assignments.html",
    "notebooks/assignments/pack/lesson_plans.md": "lesson_plans.html",
    "notebooks/assignments/pack/misconceptions.md": "misconceptions.html",
    "notebooks/assignments/pack/concept_test.md": "concept_test.html",
    "notebooks/assignments/pack/concept_test_key.md": "concept_test_key.html",
    "notebooks/assignments/pack/your_own_collection.md": "your_own_collection.html",
}
FOR_TEACHERS = [source for source in OTHER_PAGES if source.startswith("notebooks/assignments/")]
UNKNOWN = "OWNER/REPOSITORY"


class Lesson(NamedTuple):
    """A notebook of the course, as a map of the course needs it.

    Attributes
    ----------
    path : Path
    number : str
        Two digits.
    title, question, time : str
        What its first cell says.
    """

    path: Path
    number: str
    title: str
    question: str
    time: str

    @property
    def page(self):
        return f"{self.path.stem}.html"

    @property
    def runs_in_the_browser(self):
        return int(self.number) in IN_THE_BROWSER


def lesson(path, first_cell):
    """What the first cell of a notebook says about it.

    Parameters
    ----------
    path : Path
    first_cell : str
        Markdown: a title, the question, and at its end the time.

    Returns
    -------
    Lesson

    Raises
    ------
    ValueError
        When one of them is missing.

    Examples
    --------
    >>> lesson(Path("00_a.ipynb"), "# 00 · Begin\\n\\n**The question:** who?\\n\\n**Time:** lesson 9 minutes, more 1.")[1:]
    ('00', 'Begin', 'who?', 'lesson 9 minutes, more 1.')
    """
    patterns = (r"^# \d\d · ([^\n]+)", r"^\*\*The question:\*\* (.+?\?)", r"^\*\*Time:\*\* (.+?)(?:\n\n|\Z)")
    found = [re.search(pattern, first_cell, re.M | re.S) for pattern in patterns]
    if not all(found):
        raise ValueError(f"{path.name}: its first cell must have a title such as '# 00 · Start here', the question and the time")
    title, question, time = (" ".join(match.group(1).split()) for match in found)
    return Lesson(path, path.name[:2], title, question, time)


def version():
    """The package's version, as pyproject.toml has it."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def forge_repository():
    """``owner/name`` of the public repository, or an empty string where nobody has filled it in.

    A forge's own build says it; else the one line of README.md that has it, the address of Binder's badge.
    """
    named = os.environ.get("GITHUB_REPOSITORY") or _named_in_readme()
    return "" if named == UNKNOWN else named


def _named_in_readme():
    found = re.search(r"mybinder\.org/v2/gh/([^/\s]+/[^/\s]+)/", (REPOSITORY / "README.md").read_text(encoding="utf-8"))
    return found.group(1) if found else UNKNOWN


def place_of(heading):
    """The name of a heading's place in its page, as a forge makes it; JupyterLab's own, which keeps more signs, leads to the same.

    Parameters
    ----------
    heading : str

    Returns
    -------
    str

    Examples
    --------
    >>> place_of("Is it any good?"), place_of("Is-it-any-good?")
    ('is-it-any-good', 'is-it-any-good')
    """
    return "".join(sign for sign in heading.strip().lower().replace(" ", "-") if sign.isalnum() or sign in "-_")


def destination(source, target):
    """Where a link in a file of the repository leads on the site.

    Parameters
    ----------
    source : str
        The file's path in the repository, with slashes.
    target : str
        The link as it stands there.

    Returns
    -------
    str or None
        None when there is nothing to lead to: a file of the repository, and nobody knows where that is published.

    Examples
    --------
    >>> destination("notebooks/01_flattening.ipynb", "glossary.md#pixel")
    'glossary.html#pixel'
    >>> destination("README.md", "notebooks/01_flattening.ipynb")
    '01_flattening.html'
    """
    if UNKNOWN in target:
        return target.replace(UNKNOWN, forge_repository()) if forge_repository() else None
    if target.startswith("#"):
        return "#" + place_of(urllib.parse.unquote(target))
    if re.match(r"[a-z]+:", target):
        return target
    path, mark, fragment = target.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if re.fullmatch(r"notebooks/\d\d_\w+\.ipynb", path):
        return posixpath.basename(path).replace(".ipynb", ".html") + mark + place_of(urllib.parse.unquote(fragment))
    if path in OTHER_PAGES:
        return OTHER_PAGES[path] + mark + fragment
    return f"https://github.com/{forge_repository()}/blob/HEAD/{path}{mark}{fragment}" if forge_repository() else None
