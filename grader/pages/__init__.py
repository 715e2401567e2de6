"""The pages staff read, each one file that needs nothing else: a class, a submission, a CSV.

Everything is made from reports. What students can write into one is hostile: see `rendering`.
"""

from grader.pages.class_page import class_page
from grader.pages.class_summary import ClassSummary
from grader.pages.report_page import report_page
from grader.pages.spreadsheet import summary_csv

__all__ = ["ClassSummary", "class_page", "report_page", "summary_csv"]
