"""Merchants that owe: warned before a limit blocks them, reminded by levels, suspended only by a decision."""
