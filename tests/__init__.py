"""The tests: a package, so that they can share what is in tests/readme.py and tests/browser/."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
