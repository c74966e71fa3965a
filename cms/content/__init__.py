"""Entries, revisions, publications and terms: what people write and what visitors may read."""
