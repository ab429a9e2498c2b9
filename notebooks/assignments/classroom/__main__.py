"""The teacher's commands, beside nbgrader's own. README.md in notebooks/assignments says when to use which.

    python -m classroom preflight                          is everything in place for grading?
    python -m classroom collect ASSIGNMENT FOLDER          sort what came back into submitted/
    python -m classroom grade ASSIGNMENT [STUDENT ...]     grade it; says what became of each submission
    python -m classroom written ASSIGNMENT                 the answers that are graded by hand, as a table
    python -m classroom written ASSIGNMENT --enter         the points and comments in that table, into the gradebook
    python -m classroom marks ASSIGNMENT                   marks and statistics, as tables
    python -m classroom new-seed                           other hidden cases, for a new year
    python -m classroom examples                           after a change in a master or a key: the learners' examples anew
"""

import argparse
import sys
from pathlib import Path


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m classroom", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("preflight", "collect", "grade", "written", "marks", "new-seed", "examples"):
        command = commands.add_parser(name)
        if name in ("collect", "grade", "written", "marks"):
            command.add_argument("assignment")
        if name == "collect":
            command.add_argument("folder", type=Path, help="a folder, or a zip file")
            command.add_argument("--different-people", action="store_true", help="names such as ana and ana_maria are two people's")
        if name == "grade":
            command.add_argument("students", nargs="*", metavar="STUDENT", help="only these")
        if name in ("preflight", "grade"):
            command.add_argument("--other-versions", action="store_true", help="grade although versions differ from constraints.txt")
        if name == "written":
            command.add_argument("--enter", action="store_true", help="read the filled-in table")
    try:
        return _run(parser.parse_args(arguments))
    except (ValueError, ModuleNotFoundError, OSError) as error:  # such as a table that a spreadsheet has still open
        print(error, file=sys.stderr)
        return 2


def _run(options):
    from . import collect, course, grade, marks, preflight

    if options.command == "preflight":
        return int(not preflight.preflight(options.other_versions))
    if options.command == "collect":
        return collect.collect(options.assignment, options.folder, options.different_people)
    if options.command == "grade":
        return int(not grade.grade(options.assignment, options.students, options.other_versions))
    if options.command == "written":
        return (marks.enter_written if options.enter else marks.written)(options.assignment)
    if options.command == "marks":
        return marks.marks(options.assignment)
    return course.new_seed() if options.command == "new-seed" else course.examples()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main())
