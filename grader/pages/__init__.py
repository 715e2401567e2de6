"""The pages staff read, each one file that needs nothing else: a class, a submission, a CSV.

Everything is made from reports. What students can write into one is hostile: see `rendering`.
"""

from grader.pages.class_page import class_page
from grader.pages.class_summary import ClassSummary, Kind, kinds_of
from grader.pages.report_page import Remarks, report_page
from grader.pages.similar_page import similar_page
from grader.pages.spreadsheet import KnownRows, csv_text, known_rows, summary_csv
from grader.pages.verify_page import verify_page

__all__ = [
    "ClassSummary",
    "Kind",
    "KnownRows",
    "Remarks",
    "class_page",
    "csv_text",
    "kinds_of",
    "known_rows",
    "report_page",
    "similar_page",
    "summary_csv",
    "verify_page",
]
