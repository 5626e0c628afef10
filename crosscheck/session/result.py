"""What ``compare`` gives: the answer as text, tables, files, and a requirement that it has to meet."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crosscheck import output
from crosscheck.explain.account import Account
from crosscheck.report import render
from crosscheck.report.pages import explain as explanation
from crosscheck.report.pages import own as page
from crosscheck.report.pages import own_record as rows
from crosscheck.report.render import Format
from crosscheck.session import frames, limit, pictures
from crosscheck.session.account import explained
from crosscheck.studies.own.found import Found

if TYPE_CHECKING:
    import pandas as pd


class Explanation:
    """Why one number is what it is, or the way from one tool's number to another's; its text is the terminal's."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.document = explanation.brief(account)

    def __repr__(self) -> str:
        """As the command line prints it."""
        return render.text(self.document, Format.table).strip("\n")

    def _repr_html_(self) -> str:
        return render.text(self.document, Format.html)

    def chart(self) -> Any:
        """The number as a sum, or the way from the first to the last, as a chart of Altair. Raises UsageError without it."""
        return pictures.explanation(self.account)


class Result:
    """A network under every tool: ``tools``, ``layers`` and ``unknown`` are DataFrames, ``found`` is all of it as plain data.

    Its text is what the command line prints; nothing is printed by itself.
    """

    def __init__(self, found: Found) -> None:
        self.found = found

    def __repr__(self) -> str:
        """As the command line prints it."""
        return render.text(page.brief(self.found), Format.table).strip("\n")

    def _repr_html_(self) -> str:
        return render.text(page.brief(self.found), Format.html)

    @property
    def macs(self) -> int:
        """Multiply-accumulates; at least so many where ``unknown`` has rows."""
        return self.found.macs

    @property
    def params(self) -> int:
        """Elements of all parameters, each once."""
        return self.found.parameters.all

    @cached_property
    def tools(self) -> pd.DataFrame:
        """A row a tool and metric: value, unit, predicted, residual, status, path, message."""
        return frames.frame(rows.tool_data(self.found))

    @cached_property
    def layers(self) -> pd.DataFrame:
        """A row a layer: op, native, shapes, parameters, MACs, status, then a column a tool, its compute."""
        return frames.frame(rows.layer_data(self.found))

    @cached_property
    def unknown(self) -> pd.DataFrame:
        """What nobody knows, by op, with what would teach it."""
        return frames.frame(rows.unknown_data(self.found))

    def explain(self, *tools: str, metric: str | None = None, layer: str | None = None) -> Explanation:
        """One tool's number as a sum, or the way from one tool's number to the next's, term by term.

        ``tools`` are ids, or titles, of tools and conventions. Raises UsageError and UnknownNameError.
        """
        return Explanation(explained(self.found, tools, metric, layer))

    def chart(self, metric: str = "compute", *, of: Literal["tools", "layers"] = "tools") -> Any:
        """What tools say of a metric, or MACs by layer, as a chart of Altair: ``r.chart().save("tools.svg")``.

        Raises UsageError where Altair is not installed, and for a metric of which nobody says anything.
        """
        return pictures.layers(self.found) if of == "layers" else pictures.tools(self.found, metric)

    def sentence(self) -> str:
        """Parameters and MACs in a sentence for a paper, with unit and convention."""
        return page.sentence(self.found)

    def require(self, *, macs: limit.Limit = None, params: limit.Limit = None) -> Result:
        """The same result. Raises RequirementError for a number beyond its limit: ``"<= 4.1 G"``, or the number itself."""
        limit.check(self.found, macs=macs, params=params)
        return self

    def to_html(self, path: str | Path | None = None) -> str:
        """The page of crosscheck's reports with this network in it, and the explorer; into a file where ``path`` names one."""
        from crosscheck.report.site import page as whole  # the explorer takes a moment to count
        from crosscheck.studies.site import site

        return _kept(whole.text(site.own(rows.record(self.found))), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """The whole page as Markdown."""
        return self._page(Format.markdown, path)

    def to_latex(self, path: str | Path | None = None) -> str:
        """The tables as LaTeX, for a paper."""
        return self._page(Format.latex, path)

    def to_json(self, path: str | Path | None = None) -> str:
        """All of it as JSON; whole numbers stay exact."""
        return self._page(Format.json, path)

    def to_csv(self, folder: str | Path) -> tuple[Path, ...]:
        """``tools.csv``, ``layers.csv`` and ``unknown.csv`` in a folder; their paths."""
        files = render.files([page.full(self.found)], [Format.csv])
        output.write(Path(folder), files)
        return tuple(Path(folder) / name for name in files)

    def _page(self, how: Format, path: str | Path | None) -> str:
        return _kept(render.text(page.full(self.found), how), path)


def _kept(text: str, path: str | Path | None) -> str:
    if path is not None:
        output.put(Path(path), text)
    return text
