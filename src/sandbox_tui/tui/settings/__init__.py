"""Externals, limits and the task's own settings."""
