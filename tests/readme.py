"""Read README.md, for the tests that run what it says."""

import re

from tests import REPOSITORY

README = REPOSITORY / "README.md"


def blocks(language):
    """The fenced blocks of one language, in order, without their fences."""
    text = README.read_text(encoding="utf-8")
    return [block.strip() for block in re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)]
