"""Write the concept test: the learners' sheet, and the key with what each wrong answer means.

    python data/make_concept_test.py

makes `concept_test.md` and `concept_test_key.md` in `notebooks/assignments/pack` from `concept_test.toml` and the table in
`misconceptions.md` beside it, so that sheet, key and table cannot drift apart. A test runs every option on the numbers of its question.
"""

import argparse
import re
import tomllib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PACK = NOTEBOOKS / "assignments" / "pack"
LETTERS = "abcd"
NO_IDEA = "e"
BEFORE, AFTER = 40, 70  # a class made up, in per cent, to show how to calculate
REFERENCE = re.compile(r'`(bank_\d+)` `(\w+)` ((?:"[^"]+"(?:, )?)+)')


class Misconception(NamedTuple):
    """A row of the table: its number, what learners think, recorded answers as (bank, task, words), the cell, what to say."""

    number: str
    thinks: str
    recorded: list
    cell: str
    say: str


def read_test(folder=PACK):
    """The questions, as `concept_test.toml` has them.

    Returns
    -------
    dict
    """
    return tomllib.loads((folder / "concept_test.toml").read_text(encoding="utf-8"))


def read_misconceptions(folder=PACK):
    """The rows of the table in `misconceptions.md`.

    Returns
    -------
    list of Misconception
    """
    rows = re.findall(r"^\| (M\d+) \|(.+)\|$", (folder / "misconceptions.md").read_text(encoding="utf-8"), flags=re.M)
    return [_misconception(number, *[part.strip() for part in rest.split("|")]) for number, rest in rows]


def _misconception(number, thinks, shows, cell, say):
    recorded = [(bank, task, words) for bank, task, some in REFERENCE.findall(shows) for words in re.findall('"([^"]+)"', some)]
    return Misconception(number, thinks, recorded, cell, say)


def behind(task, words, misconceptions):
    """The misconception that a recorded wrong answer belongs to.

    Raises
    ------
    ValueError
        When there is none, or more than one.
    """
    found = [one for one in misconceptions if (task, words) in [recorded[1:] for recorded in one.recorded]]
    if len(found) != 1:
        raise ValueError(f"{task}, {words!r} must stand in one row of misconceptions.md, not in {len(found)}")
    return found[0]


def link(place):
    """A link to a section of a notebook.

    Parameters
    ----------
    place : str
        Such as "01#Flattening by hand".

    Examples
    --------
    >>> link("01#Flattening by hand")
    '[01 · Flattening by hand](../../01_flattening.ipynb#Flattening-by-hand)'
    """
    number, heading = place.split("#")
    [notebook] = NOTEBOOKS.glob(f"{number}_*.ipynb")
    return f"[{number} · {heading}](../../{notebook.name}#{quote(heading.replace(' ', '-'), safe='?,:')})"


def right_letter(question):
    """The letter of the right option."""
    [letter] = [letter for letter, option in zip(LETTERS, question["options"], strict=True) if "wrong" not in option]
    return letter


def normalized_gain(before, after):
    """Of what a class could still learn, the share that it learned.

    Parameters
    ----------
    before, after : float
        The class's mean in per cent.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When nothing was left to learn.

    References
    ----------
    R. R. Hake, Interactive-engagement versus traditional methods, American Journal of Physics 66, 64-74, 1998.

    Examples
    --------
    >>> normalized_gain(40, 70)
    0.5
    """
    if not before < 100:
        raise ValueError(f"before must be below 100, not {before}: nothing was left to learn")
    return (after - before) / (100 - before)


# The two pages


def sheet(test):
    """The learners' sheet.

    Returns
    -------
    str
        Markdown.
    """
    questions = "".join(_asked(number, question) for number, question in enumerate(test["question"], 1))
    return (
        "# Ten questions\n\nName: ______________________________ Date: ______________ ☐ before the course ☐ after it\n\n"
        f"{test['intro'].strip()}\n{questions}"
    )


def _asked(number, question):
    options = "".join(f"- **{letter}** {option['say']}\n" for letter, option in zip(LETTERS, question["options"], strict=True))
    return f"\n**{number}.** {question['text'].strip()}\n\n{options}- **{NO_IDEA}** No idea yet.\n"


def key(test, misconceptions):
    """The key: the right letters with reasons, what each wrong answer means, and how to compare before and after.

    Returns
    -------
    str
        Markdown.
    """
    questions = list(enumerate(test["question"], 1))
    right = ", ".join(f"{number} {right_letter(question)}" for number, question in questions)
    return "\n".join(
        [
            "# Key to the ten questions",
            "",
            "For the teacher; the learners' sheet has the [ten questions](concept_test.md). Each wrong option is what a recorded wrong answer gives on the numbers of "
            "the question; M1, M2 ... are the rows of the [misconceptions](misconceptions.md), where the recorded answer and a sentence to say stand.",
            "",
            f"**{right}.** One point each; e and an empty line count 0.",
            "",
            "| | right | why | taught in | the wrong ones |",
            "|---|---|---|---|---|",
            *[_key_row(number, question, misconceptions) for number, question in questions],
            "",
            *_reading(),
            "",
            "| many answers | they think | show |",
            "|---|---|---|",
            *[row for number, question in questions for row in _meanings(number, question, misconceptions)],
            "",
            *_comparing(),
            "",
        ]
    )


def _wrong_options(question, misconceptions):
    pairs = zip(LETTERS, question["options"], strict=True)
    return [(letter, behind(question["task"], option["wrong"], misconceptions)) for letter, option in pairs if "wrong" in option]


def _key_row(number, question, misconceptions):
    wrong = ", ".join(f"{letter} {one.number}" for letter, one in _wrong_options(question, misconceptions))
    return f"| {number} | **{right_letter(question)}** | {question['because']} | {link(question['after'])} | {wrong} |"


def _meanings(number, question, misconceptions):
    return [f"| {number}{letter} | {one.number}: {one.thinks} | {one.cell} |" for letter, one in _wrong_options(question, misconceptions)]


def _reading():
    return [
        "## Reading a class",
        "",
        "Count the letters of each question. Rules of thumb, no laws:",
        "",
        "- **Most are right before the course:** go through that section quickly.",
        "- **One wrong letter has more than a third of the class:** an idea, not a gap. Ask for the guess at its cell (below), let them be wrong aloud, and run the cell.",
        "- **The letters are spread evenly, or most say e:** they have not met it. Teach it as the lesson does.",
        "- **The same wrong letter before and after:** the lesson did not touch the idea. Go back to the cell with another example.",
        "- **Wrong after, right before:** read the question aloud with them. Perhaps the sheet is at fault, not the class.",
        "",
        "Who guesses gets 2.5 of 10 on average. One learner's points say little; the class's pattern says more.",
    ]


def _comparing():
    return [
        "## Before and after",
        "",
        "Only those who answered both times count. The **normalized gain** ⟨g⟩ asks: of what the class could still learn, which share did it learn?",
        "",
        "⟨g⟩ = (after - before) / (100 - before), with the class's means in per cent.",
        "",
        "| question | before, % right | after, % right | ⟨g⟩ |",
        "|---|---|---|---|",
        f"| an example, made up | {BEFORE} | {AFTER} | ({AFTER} - {BEFORE}) / (100 - {BEFORE}) = {normalized_gain(BEFORE, AFTER):.2f} |",
        *[f"| {number} | | | |" for number in range(1, 11)],
        "| all | | | |",
        "",
        "R. R. Hake (*Interactive-engagement versus traditional methods*, American Journal of Physics 66, 64-74, 1998) compared 62 introductory courses of physics in this way, and called a gain "
        "below 0.3 low, from 0.3 to below 0.7 medium, and from 0.7 high. His courses had 6,542 students and a test that had been tried out before; ours has not, and ten questions are few. So compare a class with itself, "
        "or this year with last, and not with his courses. Take ⟨g⟩ of the class's means, not the mean of each learner's, and in the row *all* not the mean of the ten above. Where all were right before, there is no ⟨g⟩: nothing was left to learn. Below 0 fewer are right than before.",
    ]


def main():
    """Write the two pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=PACK, help="the folder to write to")
    folder, test = parser.parse_args().out, read_test()
    for name, text in (("concept_test.md", sheet(test)), ("concept_test_key.md", key(test, read_misconceptions()))):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
