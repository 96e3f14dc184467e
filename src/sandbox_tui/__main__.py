"""`python -m sandbox_tui` is the `sandbox-tui` command."""

from .cli.main import script

if __name__ == "__main__":
    script()
