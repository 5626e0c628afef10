"""The command that runs whole zoos, and what the default networks of zoos are held against."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crosscheck.cli.delivery import conduct, deliver
from crosscheck.cli.options import MEASURING, FormatOption, app, place, positive, say
from crosscheck.errors import UsageError
from crosscheck.report.render import Format

if TYPE_CHECKING:
    from crosscheck.studies.zoo.survey import Survey
    from crosscheck.studies.zoo.whole import Zoo
    from crosscheck.subjects.zoo import Network

FOLDER = "zoos"
SHARE = 3  # of four parts of the machine's memory that a worker may take


@app.command("zoos", rich_help_panel=MEASURING)
def count_zoos(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="A zoo: torchvision, or networks: torchvision:resnet50; all zoos if left out."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run also what the report has of the same versions.")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", parser=place, help="Folder of the reports, which are taken up.")] = Path(
        "reports"
    )
    / FOLDER,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one network × tool may take.")] = 600.0,
    memory: Annotated[float, typer.Option("--memory", help="GB that a worker may take; 0 is three quarters of all.")] = 0.0,
    output: FormatOption = Format.table,
) -> None:
    """Run whole zoos, batch 1 and 2, network after network: how much is explained, and what is not, by reason.

    The report in the folder grows as networks end; a run that is interrupted is taken up by the next.
    Examples: `crosscheck zoos` · `crosscheck zoos torchvision` · `crosscheck zoos torchvision:vit_b_16 --fresh`

    Exit codes: 0 all explained, 1 a residual or a failure, 2 bad request, 3 partial, 130 interrupted.
    """
    from crosscheck.report.pages import zoos as page
    from crosscheck.subjects import zoo

    positive(timeout)
    if memory < 0:
        raise UsageError("--memory is below 0 GB")
    wanted = zoo.select(names) if names else list(zoo.networks().values())
    codes = []
    for name in dict.fromkeys(n.zoo for n in wanted):
        found = _run(name, [n for n in wanted if n.zoo == name], fresh, out, timeout, memory or _memory())
        deliver(page.brief(found), output, pages=(page.full(found),), folder=out)
        codes.append(found.exit_code)
    raise typer.Exit(next((c for c in (1, 3) if c in codes), 0))


def _run(name: str, wanted: Sequence[Network], fresh: bool, out: Path, timeout: float, memory: float) -> Zoo:
    """One zoo, its report put into the folder after every few networks."""
    from crosscheck import output
    from crosscheck.report import render
    from crosscheck.report.pages import zoos as page
    from crosscheck.studies.zoo import whole

    start = _stored(name, out)
    setup: dict[str, Any] = {"logs": out / "logs", "fresh": fresh, "timeout": timeout, "gigabytes": memory}

    def work(watch: Any) -> Zoo:
        found = start
        for found in whole.run(start, wanted, watch=watch, **setup):
            output.write(out, render.files([page.full(found)]))
            say(page.progress(found))
        return found

    return conduct(work, steps=len(wanted), folder=out)


def _stored(name: str, folder: Path) -> Zoo:
    """What the folder has of a zoo."""
    from crosscheck.known import left_out
    from crosscheck.studies.zoo import figure
    from crosscheck.studies.zoo.whole import Zoo
    from crosscheck.subjects import zoo

    mine = tuple(n for n in zoo.networks().values() if n.zoo == name)
    out = {k: why for k, why in left_out.networks().items() if k.startswith(f"{name}:")}
    return Zoo(name, mine, figure.read(folder / f"{name}.csv"), out, says=zoo.choice(name))


def differences(found: Survey, folder: Path) -> list[str]:
    """Where a survey's numbers are not those of the whole zoos' reports in the folder, in words."""
    from crosscheck.measuring import catalog
    from crosscheck.studies.zoo import figure, whole

    made = {e.network.id: whole.made_with(e.network, catalog.framework(e.network.framework)) for e in found.entries}
    zoos = dict.fromkeys(e.network.zoo for e in found.entries)
    stored = [f for name in zoos for f in figure.read(folder / FOLDER / f"{name}.csv")]
    return figure.changed(list(figure.figures(found, made)), stored)


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 * SHARE / 4
