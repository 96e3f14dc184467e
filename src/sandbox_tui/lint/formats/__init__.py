"""How findings are printed: `full`, `concise` and `json`."""

from __future__ import annotations

from .concise import concise
from .full import full
from .json import json
from .report import Report

__all__ = ["Report", "concise", "full", "json"]
