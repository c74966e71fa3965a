"""Lists as other Markdown dialects write them, brought into the form that our parser reads."""


def normalise(lines: list[str]) -> list[str]:
    """The lines with every list indented by four spaces a level."""
    return lines
