"""How findings are printed: `full`, `concise`, `json`, `github`, `sarif`, and counted: `statistics`."""

from __future__ import annotations

from .concise import concise
from .full import full
from .github import github
from .json import json
from .report import Report
from .sarif import sarif
from .statistics import statistics

__all__ = ["Report", "concise", "full", "github", "json", "sarif", "statistics"]
