"""Accounts as documents: cells add up, in every part, and a sum is worded as everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.explain import account, wording
from crosscheck.explain.account import Account, Count
from crosscheck.explain.number import Known
from crosscheck.report.document import Cell, Chart, Document, Number, Part, Section, Table, phrase
from crosscheck.report.pages import explain, sums
from crosscheck.report.render.charts import plain
from crosscheck.studies.explain.counts import ask

TOOLS = [
    c for c in convention.ids() if {"compute", "params"} & set(convention.load(c).metrics) and c not in ("caffe", "caffe_rc3")
]
NETWORKS = st.sampled_from(["lenet", "resnet18"])


def parts(document: Document) -> Iterator[Part]:
    todo: list[Part] = list(document.parts)
    while todo:
        part = todo.pop(0)
        yield part
        todo += part.parts if isinstance(part, Section) else ()


def number(cell: Cell) -> int:
    (n,) = phrase(cell)
    assert isinstance(n, Number)
    assert isinstance(n.value, int)
    return n.value


def answer(model: str, tools: Sequence[str], metric: str, off: int = 0) -> Account:
    def source(c: Count) -> Known:
        return Known(engine.total(c.counted, c.convention, metric) + off, "measured", "by a tool that is off")

    return account.account(ask(model, tools).counts, metric, source)


@settings(max_examples=25, deadline=None)
@given(st.data(), NETWORKS, st.sampled_from(["compute", "params"]), st.integers(-5, 5))
def test_amounts_of_tables_and_csv_add_up_to_their_number(data: st.DataObject, model: str, metric: str, off: int) -> None:
    able = [c for c in TOOLS if metric in convention.load(c).metrics]
    tools = data.draw(st.lists(st.sampled_from(able), min_size=1, max_size=3))
    a = answer(model, tools, metric, off)
    document = explain.brief(a)
    wanted = [s.number for s in a.steps] or [a.answers[0].number]
    tables = [t for t in parts(document) if isinstance(t, Table) and t.columns[0].title == "amount"]
    assert len(tables) == sum(bool(n.terms or n.residual) for n in wanted)
    for t, n in zip(tables, (n for n in wanted if n.terms or n.residual), strict=True):
        assert sum(number(row[0]) for row in t.rows) + number(t.footer[0]) == n.value
    (rows,) = document.data
    every = [x.number for x in a.answers] + [s.number for s in a.steps]
    assert sum(int(row[4] or 0) for row in rows.rows) == sum(n.value for n in every)
    assert [row[4] for row in rows.rows if row[5] == "residual"] == [n.residual for n in every]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(TOOLS), st.sampled_from(TOOLS), NETWORKS, st.booleans())
def test_a_sum_of_a_document_is_worded_as_everywhere(one: str, other: str, model: str, by_op: bool) -> None:
    wanted = ask(model, [one, other]).counts
    common = [m for m in wanted[0].convention.metrics if m in wanted[1].convention.metrics]
    for metric in common[:1]:
        a = account.account(wanted, metric)
        for n in (*(x.number for x in a.answers), a.steps[0].number):
            assert plain(sums.total(n.terms, by_op)) == wording.sum_text(n.terms, by_op)
            left = f"; residual {wording.count(n.residual)}"
            assert plain(sums.equation(n)) == f"{wording.count(n.value)} {n.unit} = {wording.sum_text(n.terms)}{left}"
            assert plain(sums.step("a", "b", n)) == f"a → b: {wording.signed(n.value)}{left}"
            assert plain(sums.amounts(n.terms)) == wording.amounts(n.terms)


def test_bars_are_drawn_where_they_show_something() -> None:
    charts = [p for p in parts(explain.brief(answer("resnet50", ["torchsummary_151"], "memory"))) if isinstance(p, Chart)]
    values = [b.value for b in charts[0].bars]
    assert len(charts) == 1
    assert values == sorted(values, reverse=True)
    alone = explain.brief(answer("resnet50", ["torchinfo"], "compute"))
    assert not [p for p in parts(alone) if isinstance(p, Chart)], "99.9 % beside nothing is no picture"
