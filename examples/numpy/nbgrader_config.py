# nbgrader's settings for this course, as foundations-kit needs them.
import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821

# For a new gradebook, nbgrader starts the program `alembic`, which is next to Python even if no venv is activated.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])

c.CourseDirectory.course_id = 'foundations'
c.CourseDirectory.solution_directory = 'solutions'
c.CourseDirectory.ignore = ['.ipynb_checkpoints', '*.pyc', '__pycache__', 'feedback', '.*', 'gradebook.db*']
c.ClearSolutions.code_stub = {'python': 'raise NotImplementedError()'}
c.Autograde.exporter_class = 'foundations.gradebook.autograde.SubmissionExporter'
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = ['foundations.gradebook.preprocessors.FoundationsGrade', 'nbgrader.preprocessors.IgnorePattern', 'nbconvert.preprocessors.ClearMetadataPreprocessor', 'nbgrader.preprocessors.LimitOutput', 'foundations.gradebook.preprocessors.SaveReport', 'foundations.gradebook.preprocessors.LatePenalties']
c.ExportApp.plugin_class = 'foundations.gradebook.gradesheet.GradesCsv'
c.GenerateFeedback.exporter_class = 'foundations.report.sanitize.FeedbackExporter'
c.GenerateFeedback.preprocessors = ['foundations.report.sanitize.ShowGrades', 'nbconvert.preprocessors.CSSHTMLHeaderPreprocessor']
c.HTMLExporter.preprocessors = ['foundations.report.sanitize.SanitizeOutputs']
c.HTMLExporter.filters = {'markdown2html': 'foundations.report.sanitize.sanitize_markdown', 'highlight_code': 'foundations.report.sanitize.sanitize_code', 'float': 'foundations.report.sanitize.number_or_text', 'round': 'foundations.report.sanitize.rounded_or_text'}
