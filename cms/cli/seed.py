"""`manage.py seed`: a small real site for an empty one, or a large synthetic one for measuring."""

import click

from cms import clock, db
from cms.cli import synthetic, terminal
from cms.samples import writing


@click.command
@click.option(
    "--if-empty", is_flag=True, help="Only where nothing was ever written; says nothing else."
)
@click.option("--size", type=click.IntRange(1, 1_000_000), help="Add synthetic posts up to this.")
def command(if_empty: bool, size: int | None) -> None:
    """Fill an empty site with a small one that explains itself; a second run changes nothing."""
    now = clock.now()
    with terminal.opened():
        if size is not None:
            made = synthetic.fill(size, now=now)
            terminal.say(f"Made {made} synthetic posts; there are {size}.")
        elif writing.is_new_site() if if_empty else writing.is_empty():
            made = writing.fill(now=now)
            db.commit()
            terminal.say(f"Filled the site with {made} sample entries.")
        elif not if_empty:
            terminal.say("This site has content already; nothing was added.")
