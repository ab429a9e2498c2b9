"""What nbgrader does differently here, with submissions before and after they run, and with the pages that are given back."""

import ast
import copy
import re

import nbformat
from nbformat.v4 import new_code_cell, new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute, GetGrades, NbGraderPreprocessor

from . import course, marks

IMPORTS = "imports-as-handed-out"  # the id of a cell that only the grader sees
MOST_OUTPUT = 1_000_000  # letters of a cell's output
MOST_ATTEMPTS = 20  # to go on below a line that fails, in one cell
ONLY_SHOWN = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'"
ACTIVE = re.compile(r"<(?=/?(?:script|meta|base|link|style|iframe|frame|object|embed|form|svg|math|template|portal)\b)", flags=re.I)


def _about(cell):
    return cell.metadata.get("nbgrader", {})


def _handed_out(resources):
    return nbformat.read(course.released(resources["nbgrader"]["assignment"]), as_version=4)


class WholeAnswers(NbGraderPreprocessor):
    """An answer for a person becomes one cell again where its writer has split it, or has written below it or above it."""

    def preprocess(self, nb, resources):
        release = _handed_out(resources)
        self.given = {cell.source.strip() for cell in release.cells}
        for cell in release.cells:
            if utils.is_grade(cell) and utils.is_solution(cell):
                self._join(nb, _about(cell)["grade_id"], cell.cell_type == "markdown")
        return nb, resources

    def _join(self, nb, grade_id, is_text):
        places = [place for place, cell in enumerate(nb.cells) if _about(cell).get("grade_id") == grade_id]
        if not places:
            return
        first, last = places[0], places[-1]
        while is_text and first and self._is_own_text(nb.cells[first - 1]):
            first -= 1
        while is_text and last + 1 < len(nb.cells) and self._is_own_text(nb.cells[last + 1]):
            last += 1
        parts = [cell for cell in nb.cells[first : last + 1] if _about(cell).get("grade_id") == grade_id or is_text and self._is_own_text(cell)]
        if len(parts) > 1:
            answer = nb.cells[places[-1]]
            _put_together(answer, [cell for cell in parts if cell.source.strip() not in self.given] or [answer])
            nb.cells = [cell for cell in nb.cells if cell is answer or not any(cell is part for part in parts)]

    def _is_own_text(self, cell):
        return cell.cell_type != "code" and not _about(cell) and cell.source.strip() not in self.given | {""}


def _put_together(answer, parts):
    """The texts and the pictures of several cells in one; a copy or a draft whose text is in another is left out."""
    texts, pictures = [], {}
    for number, part in enumerate(parts):
        text = part.source.strip()
        if not any(text in other.source and (text != other.source.strip() or place < number) for place, other in enumerate(parts)):
            for name, picture in part.get("attachments", {}).items():
                text = text.replace(f"attachment:{name}", f"attachment:{number}-{name}")
                pictures[f"{number}-{name}"] = picture
            texts.append(text)
    answer.source = "\n\n".join(texts)
    if pictures:
        answer.attachments = pictures


class AsHandedOut(NbGraderPreprocessor):
    """Every task and every answer is there once, and is what it was handed out to be, whatever the file says."""

    def preprocess(self, nb, resources):
        release = _handed_out(resources)
        handed_out = {_about(cell)["grade_id"]: cell for cell in release.cells if _about(cell)}
        for cell in nb.cells:
            original = handed_out.get(_about(cell).get("grade_id"))
            if original:
                cell.metadata.nbgrader = copy.deepcopy(original.metadata.nbgrader)
            else:  # also what DeduplicateIds leaves of all but the last copy of a cell
                cell.metadata.pop("nbgrader", None)
        self._add_missing(nb, handed_out)
        self._add_imports(nb, release)
        return nb, resources

    def _add_imports(self, nb, release):
        """A line that fails above the imports, or a syntax error there, costs nobody all points."""
        [imports, *_] = [cell for cell in release.cells if cell.cell_type == "code"]
        place = next(number for number, cell in enumerate(nb.cells) if cell.cell_type == "code")
        if not _about(imports):
            nb.cells.insert(place, nbformat.from_dict(imports | {"id": IMPORTS}))

    def _add_missing(self, nb, handed_out):
        place = 0
        for grade_id, cell in handed_out.items():
            places = [number for number, other in enumerate(nb.cells, start=1) if _about(other).get("grade_id") == grade_id]
            if not places and (utils.is_grade(cell) or utils.is_solution(cell)):
                nb.cells.insert(place, copy.deepcopy(cell))
                places = [place + 1]
            place = places[0] if places else place


class RunEverything(Execute):
    """Where a line of a cell fails, the lines below it run all the same; output that never ends is cut."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code":
            return cell, resources
        self.n_letters, self.is_cut = 0, False
        cell, resources = super().preprocess_cell(cell, resources, index)
        part = cell
        for _ in range(MOST_ATTEMPTS):
            is_test = utils.is_grade(cell) and not utils.is_solution(cell)
            rest = "" if is_test else _below_what_failed(part)
            if not rest:
                break
            cell.outputs.append(new_output("stream", text=f"({marks.WENT_ON})\n"))
            part, _ = super().preprocess_cell(new_code_cell(rest), resources, index)
            cell.outputs += part.outputs
        self.nb.cells[index] = cell
        return cell, resources

    def process_message(self, msg, cell, cell_index):
        kind, content = msg["msg_type"], msg["content"]
        n_letters = len(content.get("text", "")) + sum(len(str(value)) for value in content.get("data", {}).values())
        if kind == "error":
            content |= {"evalue": content["evalue"][:10_000], "traceback": [line[:10_000] for line in content["traceback"]]}
        elif kind in ("stream", "display_data", "execute_result") and self.n_letters + n_letters > MOST_OUTPUT:
            if self.is_cut:
                return None
            self.is_cut = True
            text = content.get("text", "")[: MOST_OUTPUT - self.n_letters] + "\n... (the grader has cut the output here)\n"
            about = {"msg_type": "stream", "header": msg["header"] | {"msg_type": "stream"}}  # two readers look at two places
            msg = msg | about | {"content": {"name": content.get("name", "stdout"), "text": text}}
        self.n_letters += n_letters
        return super().process_message(msg, cell, cell_index)


def _below_what_failed(cell):
    """What stands in a cell below the statement that raised an error; empty where nothing does, or where nobody can say."""
    from IPython.core.inputtransformer2 import TransformerManager

    errors = [output for output in cell.outputs if output.output_type == "error"]
    said = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(errors[-1].traceback)) if errors else ""
    line = re.search(r"Cell In\[\d+\], line (\d+)", said)  # the first one is in the cell itself
    if not line or errors[-1].ename in ("KeyboardInterrupt", "SyntaxError", "IndentationError", "TabError"):
        return ""
    code = TransformerManager().transform_cell(cell.source)
    try:
        parts = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    starts = [min([part.lineno, *(mark.lineno for mark in getattr(part, "decorator_list", []))]) for part in parts]
    below = [start for start in starts if start > int(line[1])]
    return "\n".join(code.splitlines()[below[0] - 1 :]) if below else ""


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
        nb.cells = [cell for cell in nb.cells if cell.get("id") != IMPORTS]
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
                lines = output.text.replace("\r\n", "\n").split("\n")
                output.text = "\n".join(line.rpartition("\r")[2] for line in lines)
        cell.outputs = outputs


# What learners write into a page must not act in it: no code, nothing that is fetched, nothing outside its place


def only_shown(head):
    """A page's head without scripts, and with the word to the browser that nothing in the page may run or be fetched."""
    head = re.sub(r"<script\b.*?</script>", "", head, flags=re.S | re.I)
    return head.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{ONLY_SHOWN}" />', 1)


def harmless(body):
    """A page's body in which those tags that could act become words."""
    return ACTIVE.sub("&lt;", body)
