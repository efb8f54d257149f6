"""A whole community on one machine: embedded chain, relay, indexer and API, over one data folder.

Nothing is imported here: a command that only reads the database must not wait for all of them.
"""
