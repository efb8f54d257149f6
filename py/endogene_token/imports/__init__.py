"""A till's journal in CSV, replayed through the SDK: each line recorded once, or refused with its reason.

survey (how long, whom, until when) → desk (merchant, till, members) → replay → outcome (table, refused lines)
"""

from endogene_token.imports.desk import Desk
from endogene_token.imports.memory import Memory
from endogene_token.imports.outcome import by_reason, write_refused
from endogene_token.imports.replay import ImportReport, Replay
from endogene_token.imports.survey import Survey, survey

__all__ = ["Desk", "ImportReport", "Memory", "Replay", "Survey", "by_reason", "survey", "write_refused"]
