# nbgrader's settings for this course. They are dotted names instead of imports, because this file is also read by
# Jupyter servers without the package (by a student's Validate button). There it must do no harm, while
# `nbgrader autograde` must stop with an error instead of scoring by its own rules.
import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821

# For a new gradebook, nbgrader starts the program `alembic`, which is next to Python even if no venv is activated.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])

c.CourseDirectory.course_id = "foundations"
c.CourseDirectory.solution_directory = "solutions"
# Files that are not copied when folders are released, submitted and collected.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".*", "gradebook.db*"]

c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}

# The exporter is the only setting that nbgrader uses before it reads a submission. This one reads notebooks as data,
# repairs them by source/, and copies only the notebook and its timestamp to autograded/.
c.Autograde.exporter_class = "foundations.gradebook.autograde.SubmissionExporter"
c.Autograde.sanitize_preprocessors = []  # the exporter has already repaired the notebook
c.Autograde.autograde_preprocessors = [
    "foundations.gradebook.preprocessors.FoundationsGrade",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "foundations.gradebook.preprocessors.SaveReport",
    "foundations.gradebook.preprocessors.LatePenalties",
]

# grades.csv: a submission that is not graded has no score; in nbgrader's own table it has a zero.
c.ExportApp.plugin_class = "foundations.gradebook.gradesheet.GradesCsv"

# Pages that show students' text: feedback, and the formgrader in your own browser.
c.GenerateFeedback.exporter_class = "foundations.report.sanitize.FeedbackExporter"
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
