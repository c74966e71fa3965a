"""Measuring: pages without any page cache, beside a bare Flask view and nginx in the same run."""
