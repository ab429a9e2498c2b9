"""nbgrader's settings for this course; nbgrader reads them when it is started in this folder."""

import os
import sys
import sysconfig
from pathlib import Path

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

FOLDER = Path(__file__).resolve().parent
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])  # nbgrader calls alembic
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, not one that the user installed
os.environ["IMSEARCH_ASSIGNMENTS"] = str(FOLDER)  # kernels inherit it: there the hidden tests find the keys

if "autograde" in sys.argv:
    sys.path.insert(0, str(FOLDER))
    import classroom

    classroom.refuse_unless_ready()


class ForgetDuplicates(NbGraderPreprocessor):
    """Of a graded cell that comes twice the last counts; nbgrader trips over what it leaves of the others."""

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


class PointsDecide(NbGraderPreprocessor):
    """A test cell answers with its points, and nothing else counts.

    By itself nbgrader gives full points to a test cell that answers nothing, or no number, and none to one in which anything
    reached stderr.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
            if self._has_points(cell):
                cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            else:
                said = "The check did not answer with its points."
                cell.outputs.insert(0, new_output("error", ename="NoPoints", evalue=said, traceback=[said]))
        return cell, resources

    def _has_points(self, cell):
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        try:
            [points] = [float(output.data["text/plain"]) for output in results]
        except (ValueError, KeyError):
            return False
        return 0 <= points <= cell.metadata.nbgrader["points"]


c = get_config()  # noqa: F821
c.CourseDirectory.root = str(FOLDER)
(FOLDER / "marks").mkdir(exist_ok=True)
c.CourseDirectory.db_url = f"sqlite:///{FOLDER / 'marks' / 'gradebook.db'}"
c.CourseDirectory.course_id = "image-search-from-scratch"

# Learners start from three dots, as in the lessons: an untouched task runs without an error and scores 0.
c.ClearSolutions.code_stub = {"python": "..."}
c.ClearSolutions.text_stub = "*Write your answer here.*"

c.Execute.timeout = 60  # seconds for a cell; one call of a learner's function gets less (exercises.TIME_LIMIT)
c.OverwriteCells.add_missing_cells = True  # a test cell that was deleted comes back
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    ForgetDuplicates,
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    PointsDecide,
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
