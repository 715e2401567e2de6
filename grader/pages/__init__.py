"""The pages staff read, each one file that needs nothing else: a class, a submission, a CSV.

Everything is made from reports. What students can write into one is hostile: see `rendering`.
"""

from grader.pages.class_page import class_page
from grader.pages.class_summary import ClassSummary
from grader.pages.report_page import report_page
from grader.pages.similar_page import similar_page
from grader.pages.spreadsheet import KnownRows, csv_text, known_rows, summary_csv
from grader.pages.verify_page import verify_page

__all__ = [
    "ClassSummary",
    "KnownRows",
    "class_page",
    "csv_text",
    "known_rows",
    "report_page",
    "similar_page",
    "summary_csv",
    "verify_page",
]
