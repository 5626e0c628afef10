"""The command that finds the convention behind a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crosscheck.cli.delivery import deliver
from crosscheck.cli.options import ASKING, FormatOption, app
from crosscheck.report.render import Format


@app.command(rich_help_panel=ASKING)
def infer(
    file: Annotated[Path, typer.Argument(metavar="TABLE.csv", help="A table of figures, as `crosscheck figures` reads it.")],
    group: Annotated[
        list[str] | None,
        typer.Option("--group", "-g", help="Rows alike in this column are one group; may be repeated. Left out: by source."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for infer.md and the conventions, found.toml; none if left out.")
    ] = None,
    output: FormatOption = Format.table,
) -> None:
    """Find the convention behind a table: the fewest small whole weights that yield every figure of a column as it is printed.

    Examples: `crosscheck infer mine.csv` · `crosscheck infer mine.csv --group note --format json` ·
    `crosscheck infer mine.csv --out .` and then `crosscheck count resnet50 -c ./found.toml`

    Rows of one source and column are judged together. Where several conventions fit, none is the answer, and all are shown. It
    needs scipy, the extra `infer`.

    Exit codes: 0 every group has one answer, 1 a group has none or several, 2 bad request, or a file that is no table of figures.
    """
    from crosscheck import output as write
    from crosscheck.report.pages import infer as page
    from crosscheck.studies.figures import record
    from crosscheck.studies.infer import study, text

    if out:
        write.ensure_writable(out)
    answer = study.infer(record.load(file), group or ())
    document = page.brief(answer)
    deliver(document, output, pages=(document,) if out else (), folder=out)
    if out:
        write.write(out, {name: text.toml(found, k) for name, found, k in text.names(answer.findings)})
    raise typer.Exit(0 if answer.findings and all(f.verdict == study.FOUND for f in answer.findings) else 1)
