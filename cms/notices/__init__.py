"""Notices: what a person should hear of that someone else, or the clock, did.

A room tells in the transaction of the cause, in one line:

    notices.tell(entry.created_by, "entry-changed", values={"who": …, "title": …},
                 subject=("entry", entry.id), by=by, now=now)

Whoever acted is never told of it. What a kind says, and how it reaches people who chose nothing,
stands in `kinds`; each person chooses per kind (in the admin, by mail too, not at all) and whether
letters come at once or once a day.
"""

from cms.notices.telling import tell

__all__ = ["tell"]
