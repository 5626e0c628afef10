"""Documents for tests: any text, hostile ones among it, and one document that has every part."""

from __future__ import annotations

from hypothesis import strategies as st

from crosscheck.report.document import (
    Align,
    Bar,
    Bullets,
    Cell,
    Chart,
    Column,
    Document,
    Form,
    Keys,
    Kind,
    Lines,
    Number,
    Paragraph,
    Section,
    Text,
    Tone,
    Verdicts,
    data,
    prose,
    table,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "](javascript:alert(1))",
    "[link](http://x.example)",
    "![image](x.png)",
    "*strong* **stronger** _em_ __under__ ~~gone~~",
    "`code` ``two``",
    "a|b||c",
    "# heading",
    "> quote",
    "- item",
    "1. first",
    "+ more",
    "two\nlines\r\nand\n\nmore",
    "tab\there",
    "\x1b[31mred\x1b[0m",
    "\u202eright to left",
    "&lt;entity&amp;",
    "&#60;",
    "\\*escaped\\*",
    "trailing backslash\\",
    "<http://auto.example>",
    "'\"",
    "–",
    "",
    " ",
    "x" * 10_000,
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40), st.text("*_`[]()<>|\\#&!~-+. a1\n", max_size=20))
exact = st.one_of(st.none(), st.integers(-(2**70), 2**70))


def whole(text: str = "a text", number: int | None = 4_089_184_256) -> Document:
    """One document with every part, ``text`` and ``number`` in each of them."""
    t, n = Text(text), Number(number, "MACs")
    rows = [(text, number, Text("✓", tone=Tone.good), Number(number, kind=Kind.signed)) for _ in range(2)]
    heads: list[Column | Cell] = [Column("name"), Column("value", unit="MACs"), Column("sign", Align.center), "change"]
    return Document(
        "whole",
        t,
        (
            Paragraph(
                prose("It is `typed`, *meant*, {slot} and **{again}**.".replace("**{again}**", "{again}"), slot=t, again=n)
            ),
            Verdicts(((Text("✓", tone=Tone.good), text),)),
            Section(
                text,
                (
                    table(heads, rows, caption=text, footer=(text, number, "", Number(number, kind=Kind.signed))),
                    Bullets((text, (t, n))),
                    Bullets((text,), numbered=True),
                    Keys(((text, text), (Text(text, Form.code), n))),
                    Lines((text,)),
                    Chart(text, (Bar(text, 1.0, n), Bar(text, 2.0, n, Tone.bad))),
                    table(["nothing"], [], caption=text),
                ),
            ),
        ),
        (data("whole", [{"text": text, "number": number}]),),
        notes=(text,),
    )
