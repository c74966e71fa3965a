"""Every change as an entry in one log: who, what, before, after."""
