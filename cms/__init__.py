"""Carafe, a server-rendered CMS."""
