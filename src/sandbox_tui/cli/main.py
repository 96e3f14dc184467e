"""The `sandbox-tui` command."""


def script() -> None:
    """Entry point of the console script."""
