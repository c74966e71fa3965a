"""What must happen after a commit, written down in the transaction of its cause.

A row that was rolled back starts nothing; one that was committed is not forgotten, whatever is
killed meanwhile. Higher rooms say how a kind of errand is run; this room knows none of them.
"""
