"""Markdown source in, safe HTML out. Pure: no clock but the time bound, no disk, no database.

Start at `pipeline.render`; `resolver.resolve` is what a page calls to show what was rendered.
"""
