"""How long a notebook takes, and how long it is: `python tests/notebooks/minutes.py` prints the table.

One rule for all: a minute for 150 words, for 10 lines of code, for a guess and for a widget; an exercise takes what its text says.
(Of the paces tried, this one came within 6 % of the 346 minutes that a walk through the lessons 00 to 07 had taken, at their length then.)
What the tests read (claim cells) is not counted, and what is marked as optional counts apart.
"""

import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

WORDS_A_MINUTE, LINES_A_MINUTE = 150, 10
OPTIONAL = "(optional)"
WIDGET = "(Sliders appear here"  # how a widget's output reads on the web
HEADING = re.compile(r"^(?=#+ )", flags=re.M)
MINUTES_OF_AN_EXERCISE = r"\([^()]*?\b(\d+) minutes[^()]*\)"


class Length(NamedTuple):
    """Words, lines of code, guesses and widgets."""

    words: int = 0
    lines: int = 0
    guesses: int = 0
    widgets: int = 0

    def __add__(self, other):
        return Length(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def minutes(self):
        return self.words / WORDS_A_MINUTE + self.lines / LINES_A_MINUTE + self.guesses + self.widgets


def length(cell):
    """The length of one cell."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        words = len(re.sub(r"```.*?```", "", source, flags=re.S).split())
        return Length(words=words, guesses=int("answer" in cell["metadata"]))
    if "claim" in cell["metadata"].get("tags", []):
        return Length()
    lines = [line.strip() for line in source.splitlines()]
    shown = [output for output in cell["outputs"] if WIDGET in "".join(output.get("data", {}).get("text/plain", ""))]
    return Length(lines=sum(bool(line) and not line.startswith("#") for line in lines), widgets=len(shown))


def parts(notebook):
    """
    (kind, piece) of each piece of a notebook, the kind being "lesson", "optional" or "exercises".

    A heading begins a piece, within a cell too. What stands below an optional heading is optional, deeper headings included.
    """
    above = {}  # level of a heading -> its text
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        is_text = cell["cell_type"] == "markdown"  # in code such a line is a comment
        pieces = [text for text in re.split(HEADING, source) if text] if is_text else [source]
        for text in pieces:
            if is_text and (heading := re.match(r"(#+) +(.*)", text)):
                level = len(heading[1])
                above = {depth: title for depth, title in above.items() if depth < level} | {level: heading[2]}
            exercises = any(title.startswith("Exercise") for title in above.values())
            optional = any(OPTIONAL in title for title in above.values())
            metadata = cell["metadata"] if text is pieces[-1] else {}  # a guess stands at a cell's end
            piece = cell | {"source": text, "metadata": metadata}
            yield "exercises" if exercises else "optional" if optional else "lesson", piece


def lengths(notebook):
    """The length of each kind of part."""
    result = dict.fromkeys(("lesson", "optional", "exercises"), Length())
    for kind, cell in parts(notebook):
        result[kind] += length(cell)
    return result


def exercise_minutes(notebook):
    """(core, optional): the minutes that the exercises name, added up. The first exercise is the core one."""
    text = "\n".join("".join(cell["source"]) for kind, cell in parts(notebook) if kind == "exercises" and cell["cell_type"] == "markdown")
    core, *optional = [int(minutes) for minutes in re.findall(MINUTES_OF_AN_EXERCISE, text)]
    return core, sum(optional)


def computed(notebook):
    """(lesson, core exercises, optional parts and exercises) in minutes, by the rule."""
    core, optional = exercise_minutes(notebook)
    length = lengths(notebook)
    return length["lesson"].minutes, core, length["optional"].minutes + optional


def stated(notebook):
    """The same three numbers as the notebook's opening states them."""
    opening = "".join(notebook["cells"][0]["source"])
    found = re.search(r"\*\*Time:\*\* lesson (\d+) minutes, core exercise (\d+) minutes, optional (\d+) minutes\.", " ".join(opening.split()))
    return found and tuple(map(int, found.groups()))


def main():
    print("notebook                    words  lines (optional)      minutes: lesson, core, optional; stated; lesson and core above 37")
    total = 0
    for path in sorted(Path(__file__).parents[2].glob("notebooks/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        parts, minutes = lengths(notebook), computed(notebook)
        lesson, extra = parts["lesson"], parts["optional"]
        together = minutes[0] + minutes[1]
        total += together * (path.name < "08")
        print(f"{path.stem:26} {lesson.words:6} {lesson.lines:6} ({extra.words}, {extra.lines})".ljust(54), *(f"{m:5.0f}" for m in minutes), stated(notebook), f"{max(0, together - 37.5):4.0f}")
    print(f"00 to 07, with the core exercises: {total:.0f} minutes")


if __name__ == "__main__":
    sys.exit(main())
