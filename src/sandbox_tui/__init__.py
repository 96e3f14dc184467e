"""sandbox-tui: write, check, run and debug sandboxed Python tasks."""

__version__ = "0.1.0"
