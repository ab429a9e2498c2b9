"""The repository comes in, the whole site goes out."""

import io
import re
import shutil
from pathlib import Path

from bs4 import BeautifulSoup
from markupsafe import Markup
from PIL import Image

from . import lite, pages, words
from .source import (
    CHEAT_SHEET,
    FOR_TEACHERS,
    NOTEBOOKS,
    OTHER_PAGES,
    REPOSITORY,
    TEMPLATE,
    forge_repository,
    lesson,
    version,
)

TO_COPY = ("style.css", "page.js", "icon.svg")
MARK = "built from the course's repository\n"
WAYS = "## Which way suits you"  # a section of README.md


def build(folder):
    """Build the site.

    Parameters
    ----------
    folder : str or Path
        Made if need be. What an earlier build put there is removed.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        When the folder holds something that is no site, or a notebook lacks what a map of the course needs.
    """
    folder = empty_folder(Path(folder))
    for name in TO_COPY:
        shutil.copy(TEMPLATE / name, folder / name)
    shutil.copy(REPOSITORY / CHEAT_SHEET, folder)
    notebooks = {path: pages.read(path) for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    lessons = [lesson(path, notebook.cells[0].source) for path, notebook in notebooks.items()]
    glossary = pages.text_of("notebooks/glossary.md")
    terms = words.terms_in(glossary)
    for number, one in enumerate(lessons):
        body = pages.body_of_notebook(notebooks[one.path], one.path.stem, folder)
        words.link_first(body, terms)
        around = (lessons[number - 1] if number else None, lessons[number + 1] if number + 1 < len(lessons) else None)
        write_page(folder / one.page, body, one.title, one.question, around, how_to_run(one))
    write_glossary(folder, glossary, terms)
    write_pages_for_teachers(folder)
    write_index(folder, lessons)
    lite.build_lite([one for one in lessons if one.runs_in_the_browser], folder)
    return folder


def empty_folder(folder):
    """An empty folder for the site: never one that holds somebody's own files.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        When it holds something that no build of ours has put there.
    """
    mark = folder / ".site"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir()) and not mark.is_file()):
        raise ValueError(f"folder must be new, empty, or of an earlier build of the site, and {folder} is none of these")
    if mark.is_file():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(MARK, encoding="utf-8")
    return folder


def write_page(path, body, title, description, around=(None, None), run="", sections=None):
    """Write a page with the frame around it.

    Parameters
    ----------
    path : Path
    body : BeautifulSoup
    title, description : str
    around : (Lesson or None, Lesson or None)
        The notebooks before and after it.
    run : Markup
        How it can be run; empty where it is no notebook.
    sections : list of (str, str), optional
        Its contents; its own second headings if not given.
    """
    plain = description.replace("*", "").replace("`", "")
    page = pages.frame(
        title=title, description=plain, contents=pages.contents(body) if sections is None else sections, body=Markup(body),
        previous=around[0], next=around[1], run=run, version=version(),
    )  # fmt: skip
    path.write_text(page, encoding="utf-8")


def how_to_run(one):
    """What stands at the top of a notebook's page.

    Parameters
    ----------
    one : Lesson

    Returns
    -------
    Markup
    """
    if one.runs_in_the_browser:
        first = Markup('<a class="button" href="{}">Run it here</a> in this browser, without installing').format(lite.address_of(one))
    else:
        first = Markup("It needs libraries that no browser runs yet")
    return first + Markup('; or <a href="index.html#which-way-suits-you">another way</a>. {}').format(one.time.capitalize())


def write_glossary(folder, glossary, terms):
    body = pages.body_of_markdown(glossary, "notebooks/glossary.md")
    words.mark_places(body, terms)
    write_page(folder / "glossary.html", body, "Glossary", "The words of the course, each in a sentence or two.")


def write_pages_for_teachers(folder):
    for source in FOR_TEACHERS:
        text = pages.text_of(source)
        title = re.search("^# (.*)", text, flags=re.M).group(1)
        write_page(folder / OTHER_PAGES[source], pages.body_of_markdown(text, source), title, f"For teachers: {title}.")


def write_index(folder, lessons):
    """The first page: what the course is, its map, and the ways to run it.

    Parameters
    ----------
    folder : Path
    lessons : list of Lesson
    """
    readme = pages.text_of("README.md")
    addresses = "\n".join(re.findall(r"^\[\w+\]: .*", readme, flags=re.M))
    about = pages.body_of_markdown(readme.split("\n## ")[0], "README.md")
    for link in about.select('a[href^="#"]'):  # to a section that stays in README.md
        link.unwrap()
    for picture in about.find_all("img"):
        _copy_picture(picture, folder)
    course_map = Markup('<h2 id="the-course">The course</h2>\n<ol class="map">\n{}</ol>\n').format(
        Markup("").join(_card(one, folder) for one in lessons)
    )
    below = pages.body_of_markdown(f"{section(readme, WAYS)}\n\n{addresses}", "README.md")
    if forge_repository():
        below.append(BeautifulSoup(_colab(), "html.parser"))
    body = BeautifulSoup(f"{about}{course_map}{below}", "html.parser")
    write_page(folder / "index.html", body, "The course", "From a grid of numbers to a search engine for pictures.", sections=[])


def section(text, heading):
    """A section of a Markdown file, with its heading, up to the next of the same level.

    Parameters
    ----------
    text, heading : str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        When it has no such section.

    Examples
    --------
    >>> section("# A\\n## B\\nb\\n## C\\nc", "## B")
    '## B\\nb\\n'
    """
    found = re.search(rf"^{re.escape(heading)}$.*?(?=^## |\Z)", text, flags=re.M | re.S)
    if not found:
        raise ValueError(f"text must have a section {heading!r}")
    return found.group()


def _copy_picture(picture, folder):
    name = Path(picture["src"]).name
    shutil.copy(NOTEBOOKS.parent / picture["src"], folder / pages.FIGURES / name)
    with Image.open(folder / pages.FIGURES / name) as opened:
        picture["width"], picture["height"] = map(str, opened.size)
    picture["src"] = f"{pages.FIGURES}/{name}"


def _card(one, folder):
    figure = _small_figure(one, folder)
    picture = Markup('<img src="{}" alt="" width="480" height="270" loading="lazy">').format(figure) if figure else ""
    here = Markup('<a href="{}">run it here</a>').format(lite.address_of(one)) if one.runs_in_the_browser else "on your computer"
    return Markup('<li>{}<h3><a href="{}">{} · {}</a></h3><p>{}</p><p class="small">{} · {}</p></li>\n').format(
        picture, one.page, one.number, one.title, one.question, one.time.split(",")[0], here
    )


def _small_figure(one, folder):
    """The first figure of a page, small, on white; its words are in the page, so on the map it is decoration."""
    figures = sorted((folder / pages.FIGURES).glob(f"{one.path.stem}_*.png"))
    if not figures:
        return ""
    with Image.open(figures[0]) as opened:
        picture = opened.convert("RGBA")
    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    picture.thumbnail((480, 270))
    card = Image.new("RGB", (480, 270), "white")
    card.paste(picture, ((480 - picture.width) // 2, (270 - picture.height) // 2))
    stream = io.BytesIO()
    card.save(stream, "WEBP", quality=80)
    path = folder / pages.FIGURES / f"{one.path.stem}_small.webp"
    path.write_bytes(stream.getvalue())
    return f"{pages.FIGURES}/{path.name}"


def _colab():
    address = f"https://github.com/{forge_repository()}"
    return Markup(
        "<p>In Colab, make a new first cell of these two lines, and run it. Then go on from the top.</p>\n<pre>"
        "!git clone -q --depth 1 {0} /content/course &amp;&amp; pip install -q /content/course\n%cd -q /content/course/notebooks</pre>"
    ).format(address)
