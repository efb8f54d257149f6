"""The HTTP API and the public pages."""
