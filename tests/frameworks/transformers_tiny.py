"""Transformers of all kinds from their configurations, tiny and with random weights: ``TINY[name]`` gives one and its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import transformers as hf

WORDS, LENGTH, SIDE, PATCH, WIDTH = 64, 12, 32, 8, 16
TEXT: dict[str, Any] = {"vocab_size": WORDS, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
BLOCKS: dict[str, Any] = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 2 * WIDTH}
PICTURE: dict[str, Any] = {**BLOCKS, "image_size": SIDE, "patch_size": PATCH}
GROUPED: dict[str, Any] = {**TEXT, **BLOCKS, "num_key_value_heads": 2, "max_position_embeddings": 2 * LENGTH}
Made = tuple[torch.nn.Module, tuple[Any, ...], dict[str, Any]]


def ids(batch: int) -> torch.Tensor:
    return torch.randint(3, WORDS, (batch, LENGTH))


def pictures(batch: int) -> torch.Tensor:
    return torch.rand(batch, 3, SIDE, SIDE)


def bert(batch: int) -> Made:
    net = hf.BertModel(hf.BertConfig(vocab_size=WORDS, **BLOCKS, max_position_embeddings=2 * LENGTH))
    return net, (ids(batch), torch.ones(batch, LENGTH, dtype=torch.long)), {}


def gpt2(batch: int) -> Made:
    net = hf.GPT2LMHeadModel(hf.GPT2Config(**TEXT, n_embd=WIDTH, n_layer=2, n_head=4, n_positions=2 * LENGTH, use_cache=False))
    return net, (ids(batch),), {}


def vit(batch: int) -> Made:
    return hf.ViTForImageClassification(hf.ViTConfig(**PICTURE)), (pictures(batch),), {}


def t5(batch: int) -> Made:
    net = hf.T5Model(hf.T5Config(vocab_size=WORDS, d_model=WIDTH, d_kv=4, num_layers=2, num_heads=4, d_ff=2 * WIDTH))
    return net, (), {"input_ids": ids(batch), "decoder_input_ids": ids(batch)}


def llama(batch: int) -> Made:
    return hf.LlamaForCausalLM(hf.LlamaConfig(**GROUPED, use_cache=False)), (ids(batch),), {}


def mixtral(batch: int) -> Made:
    config = hf.MixtralConfig(**GROUPED, num_local_experts=4, num_experts_per_tok=2, use_cache=False)
    return hf.MixtralForCausalLM(config), (ids(batch),), {}


def whisper(batch: int) -> Made:
    sizes: dict[str, Any] = {
        f"{side}_{what}": n for side in ("encoder", "decoder") for what, n in (("layers", 2), ("attention_heads", 4))
    }
    feeds: dict[str, Any] = {
        "encoder_ffn_dim": 2 * WIDTH,
        "decoder_ffn_dim": 2 * WIDTH,
        "d_model": WIDTH,
        "decoder_start_token_id": 1,
    }
    lengths: dict[str, Any] = {"num_mel_bins": 8, "max_source_positions": SIDE // 2, "max_target_positions": LENGTH}
    net = hf.WhisperModel(hf.WhisperConfig(**TEXT, **sizes, **feeds, **lengths))
    return net, (), {"input_features": torch.rand(batch, 8, SIDE), "decoder_input_ids": ids(batch)}


def clip(batch: int) -> Made:
    text: dict[str, Any] = {**TEXT, **BLOCKS, "max_position_embeddings": 2 * LENGTH, "projection_dim": 8}
    net = hf.CLIPModel(hf.CLIPConfig(text_config=text, vision_config={**PICTURE, "projection_dim": 8}, projection_dim=8))
    return net, (ids(batch), pictures(batch)), {}


def mamba(batch: int) -> Made:
    config = hf.MambaConfig(**TEXT, hidden_size=WIDTH, state_size=4, num_hidden_layers=2, use_cache=False)
    return hf.MambaModel(config), (ids(batch),), {}


TINY: Mapping[str, Callable[[int], Made]] = {f.__name__: f for f in (bert, gpt2, vit, t5, llama, mixtral, whisper, clip, mamba)}
