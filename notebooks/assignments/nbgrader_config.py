"""nbgrader's settings for this course; nbgrader reads them when it is started in this folder."""

import os
import sys
import sysconfig
from pathlib import Path

import nbgrader.server_extensions.formgrader

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
from classroom import preflight, preprocessors  # noqa: E402  (also says where kernels find the keys: IMSEARCH_ASSIGNMENTS)

os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])  # nbgrader calls alembic
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, not one that the user installed
if "autograde" in sys.argv:
    preflight.refuse_unless_ready()

c = get_config()  # noqa: F821
c.CourseDirectory.root = str(FOLDER)
c.CourseDirectory.course_id = "image-search-from-scratch"
(FOLDER / "marks").mkdir(exist_ok=True)
c.CourseDirectory.db_url = f"sqlite:///{FOLDER / 'marks' / 'gradebook.db'}"

# Learners start from three dots, as in the lessons: an untouched task runs without an error and scores 0.
c.ClearSolutions.code_stub = {"python": "..."}
c.ClearSolutions.text_stub = "*Write your answer here.*"

c.Execute.timeout = 60  # seconds for a cell; one call of a learner's function gets less (exercises.sandbox.TIME_LIMIT)
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    preprocessors.WholeAnswers,
    "nbgrader.preprocessors.DeduplicateIds",
    preprocessors.AsHandedOut,
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    preprocessors.RunEverything,
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    preprocessors.PointsDecide,
    "nbgrader.preprocessors.SaveAutoGrades",
    preprocessors.ForgetOldPoints,
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

c.GenerateFeedback.preprocessors = [preprocessors.ForLearners, "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor"]
c.HTMLExporter.filters = {"only_shown": preprocessors.only_shown, "harmless": preprocessors.harmless}
c.HTMLExporter.template_name = "feedback"
c.HTMLExporter.template_file = "given_back.html.j2"  # ours, which extends nbgrader's
c.HTMLExporter.extra_template_basedirs = [
    str(FOLDER / "classroom" / "templates"),
    str(Path(nbgrader.server_extensions.formgrader.__file__).parent / "templates"),
]
