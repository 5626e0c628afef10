"""Commands that write the page: of a report folder, and of the explorer alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crosscheck import output
from crosscheck.cli.options import ASKING, app, place

HTML, REPORTS = "index.html", Path("reports")


@app.command("report", rich_help_panel=ASKING)
def write_report(
    reports: Annotated[Path, typer.Option("--reports", "-r", help="The folder with the tables of make compare.")] = REPORTS,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", parser=place, help="The file; index.html in the folder if left out.")
    ] = None,
    slides: Annotated[Path | None, typer.Option("--charts", help="A folder for charts as SVG, for slides.")] = None,
    lessons: Annotated[Path, typer.Option("--lessons", help="A folder of lessons, each a Markdown file.")] = Path("lessons"),
) -> None:
    """Write the page: one HTML file with all tables of a report folder, the explorer and the lessons, to be opened from a disk.

    Examples: `crosscheck report` · `crosscheck report --reports reports/selection --out mine.html` ·
    `crosscheck report --charts slides`

    Exit codes: 0 written, 2 no tables there, or the file cannot be written.
    """
    from crosscheck.report.site import page
    from crosscheck.studies.site import site

    found = site.report(reports, lessons if lessons.is_dir() else None)
    if slides is not None:
        from crosscheck.report import slides as pictures

        output.write(slides, pictures.files(found))
    _write(out or reports / HTML, page.text(found))


@app.command("explorer", rich_help_panel=ASKING)
def write_explorer(
    out: Annotated[Path, typer.Option("--out", "-o", parser=place, help="The file.")] = Path("explorer.html"),
) -> None:
    """Write the explorer alone: toggle conventions in a browser, see which tools agree; one HTML file for a lecture.

    Example: `crosscheck explorer --out explorer.html`
    """
    from crosscheck.report.site import page
    from crosscheck.studies.site import site

    _write(out, page.text(site.alone()))


def _write(file: Path, text: str) -> None:
    output.put(file, text)
    typer.echo(f"{file}: {len(text.encode('utf-8')) / 1000:,.0f} kB")
