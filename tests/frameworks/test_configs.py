"""Published configurations of transformers: the networks have the parameters that they are known for, on the meta device."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

torch = pytest.importorskip("torch", exc_type=ImportError)
pytest.importorskip("transformers")

from adapters.pytorch import configs  # noqa: E402
from crosscheck.subjects import zoo  # noqa: E402

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("transformers")]
ROWS = tomllib.loads(configs.PATH.read_text(encoding="utf-8"))
PARAMS = {
    "bert_base_uncased": 109_482_240,
    "gpt2": 124_439_808,
    "vit_base_patch16_224": 86_567_656,
    "t5_small": 60_506_624,
    "llama_3_2_1b": 1_235_814_400,
    "mixtral_8x7b_one_layer": 46_702_792_704,  # of all 32 layers
    "whisper_tiny": 37_760_640,
    "whisper_base": 72_593_920,
    "clip_vit_base_patch32": 151_277_313,
    "mamba_130m": 129_135_360,
}
"""Parameters of the checkpoints with these configurations, each once."""


def network(name: str, **changes: int) -> Any:
    with torch.device("meta"):
        return configs.network(ROWS[name], changes)


@pytest.mark.parametrize("name", ROWS)
def test_a_configuration_makes_the_network_that_is_known_by_its_name(name: str) -> None:
    assert sum(p.numel() for p in network(name).parameters()) == PARAMS[name]
    assert ROWS[name]["source"].startswith("https://huggingface.co/")


def test_the_zoo_names_every_configuration_and_gives_what_it_is_called_with() -> None:
    mine = {n.name: n for n in zoo.networks().values() if n.zoo == "transformers"}
    assert set(mine) == set(ROWS) == set(PARAMS)
    assert {name: len(n.blank().inputs) for name, n in mine.items()} == {k: len(row["inputs"]) for k, row in ROWS.items()}


def test_what_the_zoo_says_of_experts_is_what_the_network_holds() -> None:
    n = zoo.get("transformers:mixtral_8x7b_one_layer")
    net = network(n.name, **n.options)
    every, chosen, params = n.experts or (0, 0, 0)
    assert (net.config.num_local_experts, net.config.num_experts_per_tok) == (every, chosen)
    assert sum(p.numel() for name, p in net.named_parameters() if ".experts." in name) == params


def test_inputs_are_words_of_the_vocabulary_a_mask_and_floats_of_the_networks_type() -> None:
    net, given = configs.made("clip_vit_base_patch32", {}, [(2, 77), (2, 3, 224, 224)])
    words, images = given
    assert (words.dtype, images.dtype) == (torch.int64, next(net.parameters()).dtype)
    assert 0 <= int(words.min()) <= int(words.max()) < net.config.text_config.vocab_size
