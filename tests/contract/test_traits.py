"""The table of traits: every op is in it, what it says is so, and no code keeps a list of ops of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosscheck.contract.traits import TRAITS, Trait, having
from crosscheck.ops.described import DESCRIBED, OPS
from crosscheck.ops.files import FILE_OPS, members
from tests.test_house import name_of, sources

KNOWN = {**DESCRIBED, **FILE_OPS}
DEFINITIONS = {"crosscheck/contract/traits.py", *(f"crosscheck/ops/{name}.py" for name in ("described", "files", "papers"))}
# Tables that give each op something, and words that are names of others' functions and just happen to be ours as well.
TABLES = {
    ("adapters/paddlepaddle/layers.py", "OPS"): "op -> what builds it",
    ("adapters/pytorch/layers.py", "LAYERS"): "op -> what builds it",
    ("adapters/tensorflow_keras/kinds.py", "BUILDERS"): "op -> what builds it",
    ("adapters/tensorflow_keras/sizes.py", "_layer"): "op -> the class in Keras",
    ("adapters/tensorflow_keras/read.py", "ACTIVATIONS"): "functions of keras.activations",
    ("adapters/paddlepaddle/read.py", "OPERATORS"): "functions of Paddle -> what they do",
    ("adapters/pytorch/read.py", "FUNCTIONS"): "functions of PyTorch -> what they do",
    ("benchmarks/onnx_speed.py", "write"): "op -> the type of its node",
    ("crosscheck/diff/words.py", "NOUNS"): "op -> its noun",
    ("crosscheck/exports/rewrites.py", "TYPES"): "op -> the type of its node",
    ("crosscheck/importers/onnx/activations.py", "RULES"): "op -> rules that start at it",
    ("crosscheck/importers/onnx/compute.py", "_CAMEL"): "op -> how ONNX writes it, where that is not its name in other letters",
    ("crosscheck/studies/figures/tables.py", "KINDS"): "op -> the class in PyTorch",
}


def literals(tree: ast.AST, place: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every set, list, tuple, dictionary and text: the name it is bound to, or its function's, and its words or keys."""
    for node in ast.iter_child_nodes(tree):
        inside = place
        if isinstance(node, ast.Assign | ast.AnnAssign) and not place:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            inside = ast.unparse(target)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            inside = node.name
        parts = node.elts if isinstance(node, ast.Set | ast.Tuple | ast.List) else node.keys if isinstance(node, ast.Dict) else []
        words = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.split()
        if words:
            yield inside, words
        yield from literals(node, inside)


def lists_of_ops(path: Path) -> set[str]:
    """Where a file writes out three or more names of ops, among which few other words stand."""
    found, known = literals(ast.parse(path.read_text(encoding="utf-8"))), frozenset(KNOWN)
    return {place for place, words in found if (n := len(known.intersection(words))) >= 3 and 4 * n > 3 * len(words)}


def test_no_code_lists_ops_but_the_table_and_their_definitions() -> None:
    found = {(name_of(p), place) for p in sources("crosscheck", "adapters", "benchmarks") for place in lists_of_ops(p)}
    found = {(name, place) for name, place in found if name not in DEFINITIONS}
    assert found - set(TABLES) == set(), "ask crosscheck.contract.traits, or give the op a trait there"
    assert set(TABLES) - found == set(), "no longer there: take them off TABLES"


def test_the_search_finds_what_it_must() -> None:
    text = """
A = {'conv', 'relu', 'add'}
B: dict = {'conv': 1, 'relu': 2, 'add': 3, **c}
C = 'conv relu add'.split()
def f(x):
    return x in ('conv', 'relu', *A, 'add')
"""
    assert {place for place, words in literals(ast.parse(text)) if len(words) == 3} == {"A", "B", "C", "f"}


def test_every_op_that_networks_are_described_with_has_an_entry_and_every_entry_is_an_op() -> None:
    assert set(DESCRIBED) <= set(TRAITS) <= set(KNOWN)
    assert set(members("pooling")) <= set(having(Trait.POOLING))


def test_what_an_op_can_be_given_is_among_its_attributes() -> None:
    assert set(having(Trait.BIASED)) == {name for name, op in OPS.items() if "bias" in op.attrs}
    assert set(having(Trait.AFFINE)) == {name for name, op in OPS.items() if "affine" in op.attrs}
    for name in having(Trait.PADDED):
        assert {"kernel", "stride", "padding"} <= set(OPS[name].attrs)


@pytest.mark.parametrize("name", [n for n in having(Trait.ELEMENTWISE) if n in DESCRIBED])
def test_what_goes_element_by_element_keeps_the_shape(name: str) -> None:
    assert DESCRIBED[name].resolve(dict(DESCRIBED[name].attrs), [(2, 3, 5, 4)]) == (2, 3, 5, 4)


@pytest.mark.parametrize("name", having(Trait.JOINS))
def test_what_joins_needs_two(name: str) -> None:
    with pytest.raises(ValueError, match=r"two or more|one number|inputs"):
        OPS[name].resolve(dict(OPS[name].attrs), [(1, 2, 3, 3)])


@pytest.mark.parametrize("trait", Trait)
def test_every_trait_is_asked_for_somewhere(trait: Trait) -> None:
    texts = [p.read_text(encoding="utf-8") for p in sources("crosscheck", "adapters") if p.name != "traits.py"]
    assert any(f"Trait.{trait.name}" in text for text in texts), "nobody asks: it goes"
    assert having(trait)
