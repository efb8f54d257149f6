"""Tests of single modules, without chain or server."""
