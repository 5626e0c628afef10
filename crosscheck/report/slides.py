"""Charts of a report as files for slides: compute over MACs under every tool, and the layers of every network."""

from __future__ import annotations

from crosscheck.report import charts
from crosscheck.studies.site.site import Site


def files(site: Site) -> dict[str, str]:
    """SVG by file name. Raises UsageError where what draws them is not installed."""
    pictures = {"ratios.svg": charts.ratios(site.ratios)}
    for o in site.outlines:
        pictures[f"layers-{o.name}.svg"] = charts.layers(_layers(site, o.name), f"{o.name}, input {o.input}: MACs")
    return {name: charts.svg(chart) for name, chart in pictures.items()}


def _layers(site: Site, network: str) -> list[tuple[str, str, int]]:
    return [(x.id, x.op, x.macs) for x in site.layers if x.network == network and x.macs]
