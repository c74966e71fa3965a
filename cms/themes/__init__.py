"""Themes: manifests, the sandbox that renders them, and the views they are given.

This room knows no database and no request. The public door builds frozen views and hands them in;
what comes out is a page and the list of facts it was made from.
"""
