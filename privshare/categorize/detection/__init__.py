"""Detection: what each column of a table seems to be, with the reason, and how the table singles people out.

It suggests; a person decides. See `weighing` for how readings are weighed and
DETECTORS there for the list of detectors.
"""

from privshare.categorize.detection.suggestion import Evidence, Examination, GroupRisk, Suggestion
from privshare.categorize.detection.weighing import detect, examine

__all__ = ["Evidence", "Examination", "GroupRisk", "Suggestion", "detect", "examine"]
