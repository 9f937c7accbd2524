# How nbgrader works on this course. Every class is named by its address instead of being imported here: this file is
# also read where the package is not installed (by a student's Validate button, in a Jupyter server of its own). There
# it must do no harm, while `nbgrader autograde` has to stop with an error and not fall back to its own scoring.
import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821

# A new gradebook asks the program `alembic` for its version. It lies beside Python, also where no venv is activated.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])

c.CourseDirectory.course_id = "foundations"
c.CourseDirectory.solution_directory = "solutions"
# What stays behind when folders are released, handed in and collected.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".*", "gradebook.db*"]

c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}

# The exporter is the one place where nbgrader lets a course in before it touches a submission: ours reads notebooks as
# data, repairs them by source/, and lets nothing but the notebook and its timestamp travel to autograded/.
c.Autograde.exporter_class = "foundations.gradebook.autograde.SubmissionExporter"
c.Autograde.sanitize_preprocessors = []  # what they mend has been repaired by then
c.Autograde.autograde_preprocessors = [
    "foundations.gradebook.preprocessors.FoundationsGrade",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "foundations.gradebook.preprocessors.SaveReport",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# grades.csv: a submission that is not graded has no score there, where nbgrader's own table has a zero.
c.ExportApp.plugin_class = "foundations.gradebook.gradesheet.GradesCsv"

# Pages with students' text in them: feedback, and the formgrader in your own browser.
c.GenerateFeedback.preprocessors = [
    "foundations.report.sanitize.ShowGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.HTMLExporter.preprocessors = ["foundations.report.sanitize.SanitizeOutputs"]
c.HTMLExporter.filters = {
    "markdown2html": "foundations.report.sanitize.sanitize_markdown",
    "highlight_code": "foundations.report.sanitize.sanitize_code",
    "float": "foundations.report.sanitize.number_or_text",
    "round": "foundations.report.sanitize.rounded_or_text",
}
