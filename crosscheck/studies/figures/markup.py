"""Tables as they are pasted: of Markdown or LaTeX, each cell as the text that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

Row = tuple[int, list[str] | str]  # its line; its cells, or what is wrong with it
Rows = list[Row]
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*")
_PIPE = re.compile(r"(?<!\\)\|")
_MARKDOWN = (
    (re.compile(r"!?\[([^\[\]]{0,300})\]\([^()]{0,1000}\)"), r"\1"),  # a link is its text
    (re.compile(r"\[\^[^\]]+\]|<[^<>]{1,200}>"), ""),  # marks of footnotes, tags
    (re.compile(r"(\*\*|__|`|~~)(.{1,300}?)\1"), r"\2"),
    (re.compile(r"\\([|*_~`#\\])"), r"\1"),
)
_LATEX = (
    (re.compile(r"(?<!\\)%.*"), ""),
    (re.compile(r"\\(?:hline|toprule|midrule|bottomrule|centering|small|footnotesize)\b"), ""),
    (
        re.compile(
            r"\\(?:cline|cmidrule|cite[tp]?|label|ref|footnote|vspace|rowcolor|cellcolor)\*?(?:[(\[][^)\]]*[)\]])?\{[^{}]*\}"
        ),
        "",
    ),
    (re.compile(r"\\(?:sim|approx)\b"), "~"),
    (re.compile(r"\\(?:times|cdot)\b"), "×"),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"\\[,;:! ]|(?<!\\)~(?![0-9])"), " "),
    (re.compile(r"\^\{([0-9]+)\}"), r"^\1"),
    (re.compile(r"\\([%&#_$])"), r"\1"),
    (re.compile(r"\$"), ""),
)
_SPEC = re.compile(r"^(?:\s*\[[^\]]*\])?(?:\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}){1,2}")  # how the columns are set
_COMMAND = re.compile(r"\\[a-zA-Z]+\*?\s*(?:\[[^\]]*\])?\{([^{}]*)\}")
_LINE = re.compile(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline\b")
_LEAD = re.compile(r"(?:\s|%[^\n]*|\\(?:[a-z]*rule|hline)\b|\\(?:cline|cmidrule(?:\([lr]*\))?)\{[^{}]*\})*")
_SPAN = re.compile(r"\s*\\multicolumn\{([0-9]{1,2})\}\{[^{}]*\}\{(.*)\}\s*", re.DOTALL)
_BEGIN = re.compile(r"\\begin\{(tabular[xy*]?|longtable|array)\}")
NESTED = 8  # commands in one another


def tables(text: str) -> list[Rows]:
    """The tables of a text that has some in Markdown or LaTeX, head first, each row with its line; none where it has none."""
    return list(_latex(text)) or list(_markdown(text.split("\n")))


def _markdown(lines: list[str]) -> Iterator[Rows]:
    for k in range(1, len(lines)):
        if "|" in lines[k - 1] and "-" in lines[k] and _RULE.fullmatch(lines[k]):
            body = k + 1
            while body < len(lines) and "|" in lines[body] and not (body + 1 < len(lines) and _RULE.fullmatch(lines[body + 1])):
                body += 1
            yield [(n + 1, _cells(lines[n])) for n in (k - 1, *range(k + 1, body))]


def _cells(line: str) -> list[str]:
    bare = line.strip()
    inner = bare.removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [_plain(cell, _MARKDOWN).strip(" *_") for cell in _PIPE.split(inner)]


def _plain(text: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, instead in rules:
        text = pattern.sub(instead, text)
    return text.strip()


def _bodies(text: str) -> Iterator[tuple[int, str]]:
    """Where the inside of each table begins, and the inside."""
    at = 0
    while begin := _BEGIN.search(text, at):
        at = text.find(f"\\end{{{begin[1]}}}", begin.end())
        if at < 0:
            return
        yield begin.end(), text[begin.end() : at]


def _latex(text: str) -> Iterator[Rows]:
    known, lines = 0, 1
    for start, inside in _bodies(text):
        lines += text.count("\n", known, start)
        known, line = start, lines
        body = _SPEC.sub(lambda m: "\n" * m[0].count("\n"), inside, count=1)
        rows: Rows = []
        for row in _LINE.split(body):
            lead = _LEAD.match(row)
            begin = line + (lead[0].count("\n") if lead else 0)
            cells = [c for cell in re.split(r"(?<!\\)&", row) for c in _spread(cell)]
            if any(cells):
                rows.append((begin, cells))
            line += row.count("\n")
        if rows:
            yield rows


def _spread(cell: str) -> list[str]:
    """A cell, and empty ones where it spans several columns."""
    span = _SPAN.fullmatch(_plain(cell, _LATEX[:3]))
    text, columns = (span[2], int(span[1])) if span else (cell, 1)
    plain = _plain(text, _LATEX)
    for _ in range(NESTED):
        plain = _COMMAND.sub(r"\1", plain)
    return [re.sub(r"[{}]|\\[a-zA-Z]+", "", plain).strip(), *[""] * (columns - 1)]
