"""The doctor: what a lab stands on, each part tried, with what to do where it is not right.

Law of the room: every try has a deadline, nothing of the reader's app is run, nothing is recorded,
no credential is told, and where a loop would wait for itself nothing waits.
"""

from playground.doctor.examining import Patient, examine
from playground.doctor.report import Finding, Report

__all__ = ["Finding", "Patient", "Report", "examine"]
