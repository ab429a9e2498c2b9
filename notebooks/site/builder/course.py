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
    TO_PRINT,
    forge_repository,
    lesson,
    version,
)

TO_COPY = ("style.css", "page.js", "icon.svg")
MARK = "built from the course's repository\n"
WAYS, START, PHOTOS = "## Which way suits you", "## Start", "## Use it on your own photos"  # sections of README.md
WAYS_TO_RUN = "index.html#which-way-suits-you"


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
    shutil.copy(REPOSITORY / TO_PRINT, folder)
    notebooks = {path: pages.read(path) for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    lessons = [lesson(path, notebook.cells[0].source) for path, notebook in notebooks.items()]
    glossary = pages.text_of("notebooks/glossary.md")
    for number, one in enumerate(lessons):
        body = pages.body_of_notebook(notebooks[one.path], one.path.stem, folder)
        say_where_sliders_are(body, one)
        words.link_first(body, words.terms_of(glossary, one.number))
        around = (lessons[number - 1] if number else None, lessons[number + 1] if number + 1 < len(lessons) else None)
        write_page(folder / one.page, body, one.title, one.question, around, how_to_run(one))
    write_glossary(folder, glossary, lessons)
    write_cheat_sheet(folder)
    write_pages_for_teachers(folder)
    write_not_found(folder)
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
        first = Markup('<a class="button" href="{}">Run it here</a> in this browser, without installing (it wants a wide screen)').format(lite.address_of(one))
    else:
        first = Markup("No browser runs its libraries yet")
    time = one.time[0].upper() + one.time[1:]
    return first + Markup('; there are <a href="{}">other ways</a>. {}').format(WAYS_TO_RUN, time)


def say_where_sliders_are(body, one):
    """Say, in place, where the sliders of a notebook can be moved.

    Parameters
    ----------
    body : BeautifulSoup
        Its page.
    one : Lesson
    """
    address, where = (lite.address_of(one), "here in the browser") if one.runs_in_the_browser else (WAYS_TO_RUN, "on your computer")
    for note in body.select(".sliders"):
        note.string = "Sliders appear here when this cell is run, "
        note.append(body.new_tag("a", attrs={"href": address}, string=where))
        note.append(".")


def write_glossary(folder, glossary, lessons):
    body = pages.body_of_markdown(glossary, "notebooks/glossary.md")
    words.mark_places(body, words.terms_in(glossary))
    titles = {one.page: f"{one.number} · {one.title}" for one in lessons}
    for link in body.select("li a"):
        link["aria-label"] = titles[link["href"]]
    write_page(folder / "glossary.html", body, "Glossary", "The words of the course, each in a sentence or two.")


def write_cheat_sheet(folder):
    body = pages.body_of_markdown(pages.text_of(CHEAT_SHEET), CHEAT_SHEET)
    pages.draw_formulas(body)
    for picture in body.find_all("img"):
        _copy_picture(picture, NOTEBOOKS, folder)
    write_page(folder / OTHER_PAGES[CHEAT_SHEET], body, "Cheat sheet", "Each formula of the course, and its code.")


def write_not_found(folder):
    body = pages.body_of_markdown("# No such page\n\n[The course](README.md) has a list of all pages.", "README.md")
    write_page(folder / "404.html", body, "No such page", "There is no page at this address.")


def write_pages_for_teachers(folder):
    for source in FOR_TEACHERS:
        text = pages.text_of(source)
        title = re.search("^# (.*)", text, flags=re.M).group(1)
        write_page(folder / OTHER_PAGES[source], pages.body_of_markdown(text, source), title, f"For teachers: {title}.")


def write_index(folder, lessons):
    """The first page: what the course is, its map, the ways to run it, and what it does with one's own photos.

    Parameters
    ----------
    folder : Path
    lessons : list of Lesson
    """
    readme = pages.text_of("README.md")
    addresses = "\n".join(re.findall(r"^\[\w+\]: .*", readme, flags=re.M))
    about = pages.body_of_markdown(readme.split("\n## ")[0], "README.md")
    for picture in about.find_all("img"):
        _copy_picture(picture, REPOSITORY, folder)
    course_map = Markup('<h2 id="the-course">The course</h2>\n<ol class="map">\n{}</ol>\n').format(
        Markup("").join(_card(one, folder) for one in lessons)
    )
    ways, how_to, photos = (pages.body_of_markdown(f"{section(readme, name)}\n\n{addresses}", "README.md") for name in (WAYS, START, PHOTOS))
    for more in ways.select(".scrolls ~ *"):  # how the site itself is built
        more.decompose()
    if forge_repository():
        ways.append(BeautifulSoup(_colab(), "html.parser"))
        how_to.h2.insert_after(BeautifulSoup(_download(), "html.parser"))
    body = BeautifulSoup(f"{about}{course_map}{ways}{how_to}{photos}", "html.parser")
    for link in body.select('a[href^="#"]'):
        if not body.find(id=link["href"][1:]):  # to a section that stays in README.md
            link.unwrap()
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


def _copy_picture(picture, origin, folder):
    name = Path(picture["src"]).name
    shutil.copy(origin / picture["src"], folder / pages.FIGURES / name)
    with Image.open(folder / pages.FIGURES / name) as opened:
        picture["width"], picture["height"] = map(str, opened.size)
    picture["loading"] = "lazy"
    picture["src"] = f"{pages.FIGURES}/{name}"


def _card(one, folder):
    figure = _small_figure(one, folder)
    picture = Markup('<img src="{}" alt="" width="480" height="270" loading="lazy">').format(figure) if figure else ""
    here = Markup('<a href="{}">run it here</a>').format(lite.address_of(one)) if one.runs_in_the_browser else "on your computer"
    return Markup('<li>{}<h3><a href="{}">{} · {}</a></h3><p>{}</p><p class="small">{} · {}</p></li>\n').format(
        picture, one.page, one.number, one.title, one.question, one.time.split(",")[0], here
    )


def _small_figure(one, folder):
    """The first figure of a page that answers no guess, small, on white; its words are in the page, so on the map it is decoration."""
    page = BeautifulSoup((folder / one.page).read_text(encoding="utf-8"), "html.parser")
    figure = page.select_one(".output_png img:not(.answer img)")
    if figure is None:
        return ""
    with Image.open(folder / figure["src"]) as opened:
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


def _download():
    return Markup('<p>The folder of the course, to unpack: <a href="https://github.com/{}/archive/HEAD.zip">a ZIP</a>.</p>').format(forge_repository())


def _colab():
    address = f"https://github.com/{forge_repository()}"
    return Markup(
        "<p>In Colab, make a new first cell of these two lines, and run it. Then go on from the top.</p>\n<pre>"
        "!git clone -q --depth 1 {0} /content/course &amp;&amp; pip install -q /content/course\n%cd -q /content/course/notebooks</pre>"
    ).format(address)
