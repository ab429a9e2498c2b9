"""Points as tables, for a person and from a person: answers graded by hand, marks, statistics."""

import csv
import hashlib
import io
import json
import math
import re
import statistics

from . import course
from .course import MARKS
from .look import suspicious_lines

csv.field_size_limit(2**31 - 1)  # somebody may paste a picture into an answer
LONGEST_CELL = 30_000  # characters; spreadsheets end at 32,767
WENT_ON = "the grader has gone on below the line that failed"  # which it writes into a cell's output
PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>", flags=re.I)


# ---- answers that are graded by hand --------------------------------------------------------------------------------------
WRITTEN = ("student", "question", "points", "answer", "score", "comment", "marking")


def written(assignment):
    """Write ``marks/written_ASSIGNMENT.csv``: every answer that a person grades, with what was entered before.

    What was filled in and not entered yet is kept.

    Parameters
    ----------
    assignment : str
    """
    course.require_assignment(assignment)
    path = course.table("written", assignment)
    rows = []
    with course.gradebook() as book:
        for student in course.students_of(assignment):
            if course.autograded(student, assignment).is_file():
                rows += _written_rows(book, assignment, student)
    if not rows:
        raise ValueError(f"{assignment}: no graded submission has an answer for a person; grade first, if you have not")
    _keep_what_was_filled_in(assignment, rows)
    write_table(path, WRITTEN, rows)
    print(f"{len(rows)} answers are in {MARKS}/{path.name}. Fill in score and comment, save it as CSV, then: "
          f"python -m classroom written {assignment} --enter")  # fmt: skip


def _keep_what_was_filled_in(assignment, rows):
    """Take over scores and comments; those whose answer is another one now, or gone, go into a table of their own."""
    path, aside = course.table("written", assignment), course.table("set_aside", assignment)
    open_rows = {(row["student"], row["question"]): row for row in rows}
    no_longer = []
    for before in read_table(path, WRITTEN) if path.is_file() else []:
        row = open_rows.get((student_meant(before["student"], course.students_of(assignment)), before["question"]))
        if row and fingerprint(before["answer"]) == fingerprint(row["answer"]):
            row |= {name: before[name] for name in ("score", "comment") if before[name].strip()}
        elif before["score"].strip() or before["comment"].strip():
            no_longer.append(dict.fromkeys(WRITTEN, "") | {name: before.get(name, "") for name in WRITTEN})
    known = read_table(aside, WRITTEN) if aside.is_file() else []
    new = [row for row in no_longer if row not in known]
    if new:
        write_table(aside, WRITTEN, [*known, *new])
        print(f"{', '.join(row['student'] for row in new)}: the answer that you marked is another one now, or gone; "
              f"your score and comment for it are kept in {MARKS}/{aside.name}")  # fmt: skip


def student_meant(typed, students):
    """The student whose name a spreadsheet has saved, maybe as a number without its leading zeros.

    Examples
    --------
    >>> student_meant("12345", ["0012345", "ana"]), student_meant("12345", ["0012345", "012345"])
    ('0012345', '12345')
    """
    typed = typed.strip()
    like = [student for student in students if typed.isdigit() and student.isdigit() and int(student) == int(typed)]
    return like[0] if len(like) == 1 and typed not in students else typed


def _written_rows(book, assignment, student):
    graded = course.cells_of(course.autograded(student, assignment))
    for grade in _in_order(assignment, _grades(book, assignment, student)):
        cell = graded[grade.name]
        untouched = grade.auto_score == 0  # it has its 0 already; but code may stand in other cells
        if course.is_for_a_person(cell) and not (untouched and cell["cell_type"] == "markdown"):
            comment = book.find_comment(grade.name, assignment, assignment, student).manual_comment or ""
            yield {
                "student": student, "question": grade.name, "points": _number(grade.max_score), "answer": shown(cell),
                "score": "0" if untouched and grade.manual_score is None else _number(grade.manual_score),
                "comment": _no_formula(comment),
                "marking": course.marking_of(assignment, grade.name) or _report_in(assignment, student),
            }  # fmt: skip


def _report_in(assignment, student):
    """What `project_report` said of a project, if there is one."""
    cells = json.loads(course.autograded(student, assignment).read_text(encoding="utf-8"))["cells"]
    reports = ["".join(output.get("text", "")) for cell in cells if "project_report(my_project)" in course.source_of(cell)
               for output in cell.get("outputs", [])]  # fmt: skip
    return _no_formula(reports[-1]) if reports else ""


def enter_written(assignment):
    """Read ``marks/written_ASSIGNMENT.csv`` into the gradebook. A row without a score changes nothing.

    Parameters
    ----------
    assignment : str

    Raises
    ------
    ValueError
        When a row does not fit; the message names it. Then nothing is entered.
    """
    course.require_assignment(assignment)
    path = course.table("written", assignment)
    if not path.is_file():
        raise ValueError(f"there is no {MARKS}/{path.name}; write it first: python -m classroom written {assignment}")
    rows, is_open, answers = read_table(path, WRITTEN), [], {}
    with course.gradebook() as book:
        for number, row in enumerate(rows, start=2):
            try:
                if not _enter(book, assignment, row, answers):
                    is_open.append(f"{row['student']} ({row['question']})")
            except ValueError as error:
                book.db.rollback()
                raise ValueError(f"{path.name}, row {number}: {error}") from None
        book.db.commit()
    _answers_file().write_text(json.dumps(graded_answers() | answers, indent=1), encoding="utf-8")
    waiting = f" No score yet: {', '.join(is_open)}" if is_open else ""
    print(f"{len(rows) - len(is_open)} of {len(rows)} answers have their points.{waiting}")


def _enter(book, assignment, row, answers):
    from nbgrader.api import MissingEntry

    student, name = student_meant(row["student"], course.students_of(assignment)), row["question"].strip()
    score = row["score"].strip().replace(",", ".")
    try:
        grade = book.find_grade(name, assignment, assignment, student)
        comment = book.find_comment(name, assignment, assignment, student)
    except MissingEntry:
        raise ValueError(f"there is no graded answer of student {student!r} to question {name!r}") from None
    if not score:
        return False
    if f"{assignment}/{student}/{name}" in answers:
        raise ValueError(f"{student} has a score for {name!r} in a row above, too; keep one")
    try:
        points = float(score)
    except ValueError:
        points = math.nan
    if not 0 <= points <= grade.max_score:
        raise ValueError(f"score must be a number from 0 to {_number(grade.max_score)}, not {row['score']!r}")
    now = fingerprint(shown(course.cells_of(course.autograded(student, assignment))[name]))
    if fingerprint(row["answer"]) != now:
        raise ValueError(f"{student} has handed in another answer to {name!r} since; run written again, what you filled in stays")
    grade.manual_score, grade.needs_manual_grade = points, False
    comment.manual_comment = row["comment"].removeprefix("'") or None
    answers[f"{assignment}/{student}/{name}"] = now
    return True


def shown(cell):
    """An answer as it stands in the table of answers; a picture by a few signs of its content, which another one does not have."""
    pictures = cell.get("attachments", {})

    def sign(found):
        content = next((str(picture) for name, picture in pictures.items() if f"attachment:{name}" in found[0]), found[0])
        return f"[picture {fingerprint(content)[:4]}]"

    answer = PICTURE.sub(sign, course.source_of(cell))
    return _no_formula(answer if len(answer) <= LONGEST_CELL else answer[:LONGEST_CELL] + " ... (cut)")


# Which answer it was that a person graded: another one, handed in later, must not inherit its points


def graded_answers():
    """Assignment, student and question -> the fingerprint of the answer that a person has graded."""
    return json.loads(_answers_file().read_text(encoding="utf-8")) if _answers_file().is_file() else {}


def fingerprint(source):
    """Of an answer, whatever a spreadsheet did to its line ends."""
    return hashlib.sha256(" ".join(source.split()).encode()).hexdigest()[:16]


def _answers_file():
    return course.FOLDER / MARKS / "answers.json"


# ---- marks ----------------------------------------------------------------------------------------------------------------
STATISTICS = ("question", "points", "graded", "mean", "full_marks", "no_marks", "discrimination")


def marks(assignment):
    """Write ``marks/marks_ASSIGNMENT.csv`` and ``marks/questions_ASSIGNMENT.csv``, and print them.

    Parameters
    ----------
    assignment : str

    Notes
    -----
    Who could not be graded has no number but a note: nobody gets a silent 0. ``discrimination`` is the correlation of a
    question's points with the points of all other questions: near 0 or below it the question says nothing about
    a learner, or the opposite of the others.
    """
    course.require_assignment(assignment)
    questions = {course.question(name): float(cell["metadata"]["nbgrader"]["points"])
                 for name, cell in course.cells_of(course.master(assignment)).items() if cell["metadata"]["nbgrader"]["grade"]}  # fmt: skip
    everybody = sorted(path.name for path in (course.FOLDER / "submitted").glob("*") if path.is_dir())
    with course.gradebook() as book:
        rows = [_mark(book, assignment, student, questions) for student in everybody]
    if not rows:
        raise ValueError(f"{assignment}: nobody has handed it in")
    write_table(course.table("marks", assignment), ("student", *questions, "total", "out_of", "note", "look_at"), rows)
    table = [_statistics(name, points, rows) for name, points in questions.items()]
    write_table(course.table("questions", assignment), STATISTICS, table)
    for row in rows:
        print(f"{row['student']:20} {row['total']:>6} of {row['out_of']}  {row['note']}".rstrip())
    for line in [dict(zip(STATISTICS, STATISTICS)), *table]:
        print(f"{line['question']:25}" + "".join(f"{line[name]:>15}" for name in STATISTICS[1:]))
    print(f"{MARKS}/marks_{assignment}.csv, {MARKS}/questions_{assignment}.csv")


def _mark(book, assignment, student, questions):
    row = dict.fromkeys(questions, "") | {"student": student, "total": "", "out_of": _number(sum(questions.values())), "look_at": ""}
    page = course.autograded(student, assignment)
    if course.reason(student, assignment).is_file():
        return row | {"note": f"NOT GRADED: {course.reason(student, assignment).read_text(encoding='utf-8')}"}
    if not course.submitted(student, assignment).is_file():
        return row | {"note": "nothing handed in"}
    if not page.is_file():
        return row | {"note": f"NOT GRADED: python -m classroom grade {assignment} {student} says why"}
    cells = course.cells_of(page)
    grades = _in_order(assignment, _grades(book, assignment, student))
    is_open = {grade.name for grade in grades if grade.needs_manual_grade and grade.manual_score is None}
    if any(name in is_open for name in course.tests_of(assignment)):  # their points come at once, unless the computer went off
        return row | {"note": f"NOT GRADED: it was interrupted: python -m classroom grade {assignment} {student}"}
    row |= {course.question(grade.name): _number(grade.score) for grade in grades if grade.name not in is_open}
    look_at = suspicious_lines(course.submitted(student, assignment))
    notes = [f"still to be graded by hand: {', '.join(grade.name for grade in grades if grade.name in is_open)}" if is_open else ""]
    notes += [f"{course.question(name)}: {reason}" for name, reason in _without_a_result(cells)]
    notes += [f"{WENT_ON}: {reason}" for reason in _went_on(page)]
    notes += ["LOOK AT its code"] if look_at else []
    total = sum(grade.score for grade in grades if grade.name not in is_open)
    return row | {"total": _number(total), "note": "; ".join(filter(None, notes)), "look_at": _no_formula("\n".join(look_at))}


def _without_a_result(cells):
    """The tests that ended in an error instead of points, each with the error."""
    for name, cell in cells.items():
        errors = [output for output in cell.get("outputs", []) if output["output_type"] == "error"]
        if course.is_test(cell) and errors:
            yield name, errors[0]["evalue"] or errors[0]["ename"]


def _went_on(page):
    """The errors below which the grader has gone on in the same cell."""
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    for outputs in (cell.get("outputs", []) for cell in cells):
        errors = [f"{output['ename']}: {output['evalue'][:200]}" for output in outputs if output["output_type"] == "error"]
        if errors and any(WENT_ON in "".join(output.get("text", "")) for output in outputs):
            yield errors[0]


def _grades(book, assignment, student):
    return book.find_submission_notebook(assignment, assignment, student).grades


def _in_order(assignment, grades):
    order = list(course.cells_of(course.master(assignment)))
    return sorted((grade for grade in grades if grade.name in order), key=lambda grade: order.index(grade.name))


def _statistics(name, points, rows):
    graded = [row for row in rows if row[name] != ""]
    scores = [float(row[name]) for row in graded]
    line = dict.fromkeys(STATISTICS, "") | {"question": name, "points": _number(points), "graded": len(scores)}
    if not scores:
        return line
    others = [float(row["total"]) - score for row, score in zip(graded, scores)]
    spread = len(set(scores)) > 1 and len(set(others)) > 1
    return line | {
        "mean": f"{statistics.mean(scores):.2f}",
        "full_marks": f"{sum(score == points for score in scores) / len(scores):.0%}",
        "no_marks": f"{sum(score == 0 for score in scores) / len(scores):.0%}",
        "discrimination": f"{statistics.correlation(scores, others):.2f}" if spread else "",
    }


# ---- tables ---------------------------------------------------------------------------------------------------------------
def write_table(path, columns, rows):
    """Write dicts as CSV, so that any spreadsheet opens it."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:  # with the mark by which spreadsheets know UTF-8
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)


def read_table(path, columns):
    """Read a table that any spreadsheet may have saved, as a list of dicts.

    Raises
    ------
    ValueError
        When it has other columns.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # Excel's plain "CSV"
        text = content.decode("cp1252", errors="replace")
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=lambda sign: len(set(columns) & {name.strip('" ') for name in head.split(sign)}))
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    if set(columns) - {"marking"} - set(table.fieldnames or ()):  # which nothing is read from
        raise ValueError(f"{path.name} must have the columns {', '.join(columns)}, not {head[:200]}")
    return [row for row in table if any(row[name].strip() for name in columns if name in row)]


def _no_formula(text):
    from imsearch_helpers.checks import no_formula  # here, so that preflight can say where the package is missing

    return no_formula(text)


def _number(value):
    return "" if value is None else f"{value:.4g}"
