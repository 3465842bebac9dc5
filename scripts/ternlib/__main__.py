# SPDX-License-Identifier: MIT
"""`python3 scripts/ternlib TOOL ARGUMENTS...`: how the small shell starters enter the tools."""

import importlib
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)
tool = importlib.import_module(f"ternlib.{sys.argv.pop(1)}")
tool.ui.main(tool.main)
