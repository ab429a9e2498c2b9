"""What nbgrader does differently here, with submissions before and after they run, and with the pages that are given back."""

import copy
import re

import nbformat
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor

from . import course, marks


def _about(cell):
    return cell.metadata.get("nbgrader", {})


class AsHandedOut(NbGraderPreprocessor):
    """Every task and every answer is there once, and is what it was handed out to be, whatever the file says."""

    def preprocess(self, nb, resources):
        release = nbformat.read(course.released(resources["nbgrader"]["assignment"]), as_version=4)
        handed_out = {_about(cell)["grade_id"]: cell for cell in release.cells if _about(cell)}
        for cell in nb.cells:
            original = handed_out.get(_about(cell).get("grade_id"))
            if original:
                cell.metadata.nbgrader = copy.deepcopy(original.metadata.nbgrader)
            else:  # also what DeduplicateIds leaves of all but the last copy of a cell
                cell.metadata.pop("nbgrader", None)
        self._add_missing(nb, handed_out)
        return nb, resources

    def _add_missing(self, nb, handed_out):
        place = 0
        for grade_id, cell in handed_out.items():
            places = [number for number, other in enumerate(nb.cells, start=1) if _about(other).get("grade_id") == grade_id]
            if not places and (utils.is_grade(cell) or utils.is_solution(cell)):
                nb.cells.insert(place, copy.deepcopy(cell))
                places = [place + 1]
            place = places[0] if places else place


class PointsDecide(NbGraderPreprocessor):
    """A test cell answers with its points, and nothing else counts.

    By itself nbgrader gives full points to a test cell that answers nothing, or no number, and none to one in which anything
    reached stderr.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
            results = [output for output in cell.outputs if output.output_type == "execute_result"]
            reason = self._reason(cell, results)
            if reason:
                cell.outputs = [new_output("error", ename="NoPoints", evalue=reason, traceback=[reason])]
            else:
                cell.outputs = results[-1:]
        return cell, resources

    def _reason(self, cell, results):
        """Why there are no points, in words for the learner; empty if there are some."""
        task = course.question(cell.metadata.nbgrader.grade_id)
        for output in cell.outputs:
            if output.output_type == "error" and output.evalue == f"name '{task}' is not defined":
                return f"There is no function {task}: it was renamed or deleted, or its cell has an error."
            if output.output_type == "error":
                return f"The check stopped with {output.ename}: {output.evalue}"
        try:
            points = float(results[-1].data["text/plain"])
        except (IndexError, ValueError, KeyError):
            points = -1
        return "" if 0 <= points <= cell.metadata.nbgrader.points else "The check did not answer with its points."


class ForgetOldPoints(NbGraderPreprocessor):
    """Points that a person gave are for the answer that the person saw; another one, handed in later, begins without."""

    def preprocess(self, nb, resources):
        where = resources["nbgrader"]["notebook"], resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            for cell in nb.cells:
                if utils.is_grade(cell) and utils.is_solution(cell):
                    self._forget_if_other(cell, gradebook, where)
            gradebook.db.commit()
        return nb, resources

    def _forget_if_other(self, cell, gradebook, where):
        name = cell.metadata.nbgrader.grade_id
        seen = marks.graded_answers().get(f"{where[1]}/{where[2]}/{name}")
        if seen and seen != marks.fingerprint(marks.shown(cell)):
            grade = gradebook.find_grade(name, *where)
            grade.manual_score, grade.needs_manual_grade = None, grade.auto_score is None
            gradebook.find_comment(name, *where).manual_comment = None


class ForLearners(GetGrades):
    """A page that is given back: points and comments, nothing that only the grader needs, and what nobody has graded yet."""

    def preprocess(self, nb, resources):
        nb, resources = super().preprocess(nb, resources)
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            for cell in nb.cells:
                if utils.is_grade(cell) and utils.is_solution(cell):
                    self._say_what_is_open(cell, gradebook, resources["nbgrader"])
                if cell.cell_type == "code":
                    self._tidy(cell)
        return nb, resources

    def _say_what_is_open(self, cell, gradebook, where):
        grade = gradebook.find_grade(cell.metadata.nbgrader.grade_id, where["notebook"], where["assignment"], where["student"])
        if grade.needs_manual_grade and grade.manual_score is None:
            cell.metadata.nbgrader["open"] = True
            cell.metadata.nbgrader["comment"] = "Not graded yet."

    def _tidy(self, cell):
        cell.source = re.sub(r"\n?### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", "", cell.source, flags=re.S)
        outputs = []
        for output in cell.outputs:
            if output.output_type == "stream" and outputs and outputs[-1].get("name") == output.name:
                outputs[-1].text += output.text
            else:
                outputs.append(output)
        for output in outputs:
            if output.output_type == "stream":  # of a progress bar only what stands there at the end
                output.text = re.sub(r"[^\n]*\r(?!\n)", "", output.text)
        cell.outputs = outputs
