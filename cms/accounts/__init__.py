"""People who work on the site: who they are, how they prove it, and what they may do."""
