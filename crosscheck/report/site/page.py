"""The page as text: data, styles and scripts in one HTML file under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

import jinja2

from crosscheck.report.site.blocks import packed
from crosscheck.report.site.contents import contents, summary
from crosscheck.report.site.lessons import html, title
from crosscheck.studies.site.site import Site

HERE = Path(__file__).parent
THEME = "theme.js"  # which runs in the head


def text(site: Site) -> str:
    """The whole file; the same data make the same bytes."""
    theme, script, style = (f"\n{x}" for x in (_read(f"scripts/{THEME}"), _scripts(), _styles()))
    policy = f"default-src 'none'; script-src {_hash(theme)} {_hash(script)}; style-src {_hash(style)}; img-src data:"
    heads, rows = summary(site)
    return _template().render(
        policy=f"{policy}; base-uri 'none'; form-action 'none'",
        theme=theme,
        script=script,
        style=style,
        blocks=[(name, packed(data)) for name, data in contents(site)],
        lessons=[(x.name, title(x), html(x, [y.name for y in site.lessons])) for x in site.lessons],
        heads=heads,
        rows=rows,
        name="" if site.own is None else str(site.own["network"]),
    )


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _scripts() -> str:
    """All modules in the order of their names, as one that keeps its names to itself."""
    order = sorted((p for p in (HERE / "scripts").rglob("*.js") if p.name != THEME), key=lambda p: (_place(p), p.name))
    return '(() => {\n"use strict";\n' + "\n".join(p.read_text(encoding="utf-8") for p in order) + "})();\n"


def _place(path: Path) -> int:
    """What all use, then views, then what starts them."""
    return 1 if path.parent.name == "views" else 2 if path.name.startswith("9") else 0


@cache
def _styles() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted((HERE / "styles").glob("*.css")))


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode('utf-8')).digest()).decode('ascii')}'"


@cache
def _template() -> jinja2.Template:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return env.get_template("page.html.j2")
