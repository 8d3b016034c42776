"""Measures the service against the usual way to write one and against the limit of what a server can do."""
