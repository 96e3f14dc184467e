"""Makes `harness` importable for the tests of this folder, in whatever way pytest imports them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
