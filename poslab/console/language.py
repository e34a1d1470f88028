"""Which of the two languages is shown."""

import os

from poslab.text import Language


def default_language() -> Language:
    """Chinese where the environment says so (``LC_ALL``, ``LC_MESSAGES``, ``LANG``: the first that is set), else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
