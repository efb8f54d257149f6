"""Endogène: a tokenised community fund that a cooperative owns."""
