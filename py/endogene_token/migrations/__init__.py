"""The versions of the schema, for Alembic; `store.migrate` runs them. Each follows one, none ever changes."""
