"""`manage.py import`: content from elsewhere, with a report of everything that did not fit."""

import json
from pathlib import Path

import click

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.cli import terminal
from cms.transfer import markdown_folder, report, runner, source_site


@click.group
def command() -> None:
    """Bring content over from another site."""


@command.command("markdown")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--as",
    "convention",
    type=click.Choice(source_site.CONVENTIONS),
    help="The generator it was written for, when it is not found out rightly.",
)
@click.option("--site-url", default="", help="Where the old site stood, e.g. https://example.org/")
@click.option("--source", default="", help="A name for this source, the same at the next import.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
def markdown(
    path: Path,
    dry_run: bool,
    convention: source_site.Convention | None,
    site_url: str,
    source: str,
    as_json: bool,
) -> None:
    """Import a folder of Markdown files (Zola, Jekyll, Hugo, or plain) from PATH.

    Old addresses are kept, aliases become redirects. A second import changes only what changed in
    the files and was not edited here.
    """
    total = markdown_folder.count_files(markdown_folder.open_folder(path, convention=convention))
    with (
        terminal.opened(write=not dry_run),
        terminal.progress("Reading" if dry_run else "Importing", total) as advance,
    ):
        made = runner.import_folder(
            path,
            by=OPERATOR,
            now=clock.now(),
            dry_run=dry_run,
            convention=convention,
            site_url=site_url,
            source_site=source,
            commit=db.commit,
            progress=advance,
        )
        if not dry_run:
            db.commit()
    _print(made, as_json=as_json)
    if made.count("failed"):
        click.get_current_context().exit(1)


def _print(made: report.Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(made.as_json(), ensure_ascii=False, indent=2))
        return
    from rich.console import Console

    report.print_report(made, Console())
