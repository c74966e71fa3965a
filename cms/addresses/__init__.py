"""The one book of paths: entries, terms, profiles and redirects; every path stands in it once."""
