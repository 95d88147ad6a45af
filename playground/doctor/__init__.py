"""The doctor: a self-test of a lab, which tries each part and says what to do where one is wrong.

Law of the room: every try has a deadline, nothing of the user's app is run, nothing is recorded,
no credential is shown, and where a loop would wait for itself nothing waits.
"""

from playground.doctor.examining import Patient, also_look, examine
from playground.doctor.report import Finding, Report

__all__ = ["Finding", "Patient", "Report", "also_look", "examine"]
