"""Contradictions to plant into honest models, each with the code, the place and the words that it must be found with."""
import dataclasses
import json
import pathlib
import re
from collections.abc import Callable

import gguf
import numpy as np
import onnx
import safetensors.numpy

from truth_models import save

Change = Callable[[pathlib.Path], object]


@dataclasses.dataclass
class Plant:
    name: str
    model: str
    change: Change
    code: str
    path: str
    pointer: str
    words: tuple[str, ...]  # both values


def edit(name: str, *keys: str, to: object) -> Change:
    """Sets a member of a JSON file; None takes it away."""
    def change(folder: pathlib.Path) -> None:
        document = json.loads((folder / name).read_text())
        inner = document
        for key in keys[:-1]:
            inner = inner[key]
        if to is None:
            del inner[keys[-1]]
        else:
            inner[keys[-1]] = to
        (folder / name).write_text(json.dumps(document))
    return change


def card(**front: object) -> Change:
    """Members of the card's head; a name with None is taken away."""
    def change(folder: pathlib.Path) -> None:
        readme = folder / "README.md"
        text = readme.read_text() if readme.exists() else "---\n---\n"
        for key, value in front.items():
            text = re.sub(rf"(?m)^{key}:.*\n(?:(?: |- ).*\n)*", "", text, count=1)
            if value is not None:
                text = text.replace("---\n", f"---\n{key}: {json.dumps(value)}\n", 1)
        readme.write_text(text)
    return change


def append(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_text((folder / name).read_text() + text)


def write(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_text(text)


def tensors(change: Callable[[dict], object], name: str = "model.safetensors", framework: str = "pt") -> Change:
    """The tensors of a file, which is written again."""
    def apply(folder: pathlib.Path) -> None:
        loaded = safetensors.numpy.load_file(folder / name)
        change(loaded)
        save(folder / name, loaded, framework)
    return apply


def both(*changes: Change) -> Change:
    def apply(folder: pathlib.Path) -> None:
        for change in changes:
            change(folder)
    return apply


def rename(old: str, new: str) -> Change:
    return lambda folder: (folder / old).rename(folder / new)


def gguf_value(key: str, value: object, name: str = "tiny.Q8_0.gguf") -> Change:
    """A number or a text of equal length is written over the old one, as gguf's own set-metadata script does."""
    def apply(folder: pathlib.Path) -> None:
        reader = gguf.GGUFReader(folder / name, "r+")
        field = reader.fields[key]
        part = field.parts[field.data[0]]
        if isinstance(value, str):
            assert len(part) == len(value)
            part[:] = np.frombuffer(value.encode(), dtype=np.uint8)
        else:
            part[0] = value
        reader.data.flush()
    return apply


def onnx_change(change: Callable[[onnx.ModelProto], object], model: str = "model.onnx") -> Change:
    def apply(folder: pathlib.Path) -> None:
        loaded = onnx.load(folder / model, load_external_data=False)
        change(loaded)
        (folder / model).write_bytes(loaded.SerializeToString())
    return apply


def set_external(entry: str, value: str) -> Change:
    def change(model: onnx.ModelProto) -> None:
        for pair in model.graph.initializer[0].external_data:
            if pair.key == entry:
                pair.value = value
    return onnx_change(change)


def of(model: str, name: str, change: Change, code: str, path: str, pointer: str, *words: str) -> Plant:
    return Plant(f"{model}: {name}", model, change, code, path, pointer, words)


LLAMA, CONFIG, INDEX = "tiny-llama", "config.json", "model.safetensors.index.json"
HYPER = "hyperparameter-contradicts"
FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
ADAPTER, GGUF = "adapter_config.json", "tiny.Q8_0.gguf"


def drop(ending: str) -> Callable[[dict], object]:
    def change(loaded: dict) -> None:
        for name in [n for n in loaded if n.endswith(ending)]:
            del loaded[name]
    return change


def unpack(loaded: dict) -> None:
    for name in [n for n in loaded if n.endswith((".qweight", ".qzeros", ".scales", ".g_idx"))]:
        loaded[name.rsplit(".", 1)[0] + ".weight"] = np.zeros((16, 16), dtype=np.float16)
        del loaded[name]


def narrow(loaded: dict) -> None:
    for name in [n for n in loaded if n.endswith("q_proj.lora_B.weight")]:
        loaded[name] = loaded[name][:, :2].copy()


PLANTS = [
    # The card
    of(LLAMA, "7B in the card's table", append("README.md", "\n- Parameters: 7B\n"), "parameters-contradict", "README.md", "", "7B", "295 K"),
    of("llama-0", "7B in the name", card(model_name="tiny-llama-7B"), "parameters-contradict", "README.md", "", "7B", " K "),
    of(LLAMA, "another licence than the text", card(license="mit"), "license-contradicts", "LICENSE", "", "Apache-2.0", "MIT"),
    of("gguf-q8_0", "another licence than GGUF", card(license="mit"), "license-contradicts", GGUF, "", "Apache-2.0", "MIT"),
    of(LLAMA, "a task that the class can't do", card(pipeline_tag="text-classification"), "task-contradicts", CONFIG, "/architectures",
       "LlamaForCausalLM", "text-classification"),
    of("classifier", "a classifier that generates", card(pipeline_tag="text-generation"), "task-contradicts", CONFIG, "/architectures",
       "BertForSequenceClassification", "text-generation"),
    of("lora-4", "an adapter for another task", card(pipeline_tag="text-classification"), "task-contradicts", ADAPTER, "/task_type",
       "CAUSAL_LM", "text-classification"),
    of(LLAMA, "a library of other files", card(library_name="gguf"), "library-contradicts", "README.md", "", "gguf"),
    of("llama-0", "an adapter library without an adapter", card(library_name="peft"), "library-contradicts", "README.md", "", "peft"),
    of(LLAMA, "quantised, and it is not", card(base_model_relation="quantized"), "relation-contradicts", "README.md", "", "quantized", "bfloat16"),
    of(LLAMA, "an adapter with all weights", card(base_model_relation="adapter"), "relation-contradicts", "README.md", "", "adapter", "whole model"),
    of(LLAMA, "a relation to nothing", card(base_model=None), "base-model-missing", "README.md", "/base_model_relation", "finetune"),
    of(LLAMA, "a merge of nothing", card(base_model=None, base_model_relation=None, tags=["mergekit"]), "base-model-missing", "README.md", "", "merge"),
    # config.json against the tensors
    *(of(LLAMA, f"{key} is not that of the tensors", edit(CONFIG, key, to=value), HYPER, CONFIG, "/" + key, str(value), found)
      for key, value, found in [("hidden_size", 128, "96"), ("num_hidden_layers", 3, "2"), ("intermediate_size", 512, "256"),
                                ("vocab_size", 1024, "512"), ("num_attention_heads", 12, "6"), ("num_key_value_heads", 6, "2"),
                                ("head_dim", 20, "96 and 32")]),
    of("qwen2-2", "heads without a width", edit(CONFIG, "num_attention_heads", to=7), HYPER, CONFIG, "/num_attention_heads", "7"),
    of("mixtral-3", "experts that are not there", edit(CONFIG, "num_local_experts", to=8), HYPER, CONFIG, "/num_local_experts", "8", "4"),
    of("classifier", "more positions than rows", edit(CONFIG, "max_position_embeddings", to=512), HYPER, CONFIG, "/max_position_embeddings", "512", "64"),
    of("classifier", "longer texts than positions", edit("tokenizer_config.json", "model_max_length", to=512), HYPER, "tokenizer_config.json",
       "/model_max_length", "512", "64"),
    of(LLAMA, "another precision", edit(CONFIG, "torch_dtype", to="float32"), "precision-contradicts", CONFIG, "/torch_dtype", "float32", "bfloat16"),
    of("llama-0", "no head, and not tied", tensors(drop("lm_head.weight")),
       "tied-embeddings-contradict", CONFIG, "/tie_word_embeddings", "false", "lm_head"),
    of(LLAMA, "another family", edit(CONFIG, "model_type", to="mistral"), "architecture-contradicts", CONFIG, "/architectures",
       "LlamaForCausalLM", "mistral"),
    of("classifier", "more labels than outputs", edit(CONFIG, "id2label", "3", to="best"), "labels-contradict", CONFIG, "/id2label", "3", "4"),
    of("classifier", "num_labels against id2label", edit(CONFIG, "num_labels", to=5), "labels-contradict", CONFIG, "/id2label", "5", "3"),
    of("sentences", "pooling of another width", edit("1_Pooling/config.json", "word_embedding_dimension", to=768), HYPER,
       "1_Pooling/config.json", "/word_embedding_dimension", "768", "32"),
    of("gptq", "GPTQ without packed tensors", tensors(unpack), "quantization-contradicts", CONFIG, "/quantization_config/quant_method", "gptq", "qweight"),
    of("gptq", "other bits", edit(CONFIG, "quantization_config", "bits", to=8), "quantization-contradicts", CONFIG,
       "/quantization_config/bits", "8", "4"),
    # Vocabulary and tokens
    of(LLAMA, "a vocabulary that is too small", edit(CONFIG, "vocab_size", to=500), "vocabulary-contradicts", "tokenizer.json", "/model/vocab", "511", "500"),
    of("llama-0", "an added token beyond it", edit("tokenizer.json", "added_tokens", to=[{"id": 640, "content": "<new>", "special": True}]),
       "vocabulary-contradicts", "tokenizer.json", "/added_tokens", "640"),
    *(of(LLAMA, f"{key} out of the vocabulary", edit(CONFIG, key, to=512), "token-out-of-vocabulary", CONFIG, "/" + key, "512")
      for key in ("bos_token_id", "eos_token_id", "pad_token_id")),
    of(LLAMA, "generation ends at no token", edit("generation_config.json", "eos_token_id", to=[2, 999]), "token-out-of-vocabulary",
       "generation_config.json", "/eos_token_id", "999", "512"),
    of(LLAMA, "generation ends elsewhere", edit("generation_config.json", "eos_token_id", to=[1]), "token-ids-contradict",
       "generation_config.json", "/eos_token_id", "1", "2"),
    of(LLAMA, "the tokenizer ends elsewhere", edit("tokenizer_config.json", "eos_token", to="<|start|>"),
       "token-ids-contradict", "tokenizer_config.json", "/eos_token", "<|start|>", "2"),
    of(LLAMA, "two chat templates", write("chat_template.jinja", "{{ messages }}"), "chat-template-contradicts", "tokenizer_config.json", "/chat_template"),
    # Shards
    of(LLAMA, "total_size", edit(INDEX, "metadata", "total_size", to=1), "index-contradicts", INDEX, "", "1", "590784"),
    of(LLAMA, "total_parameters", edit(INDEX, "metadata", "total_parameters", to=7), "index-contradicts", INDEX, "", "7", "295392"),
    of(LLAMA, "a tensor that no shard has", edit(INDEX, "weight_map", "extra.weight", to=FIRST), "index-contradicts", INDEX, "", "1 of its tensors"),
    of(LLAMA, "a tensor that the index lacks", edit(INDEX, "weight_map", "lm_head.weight", to=None), "index-contradicts", INDEX, "", "lm_head.weight"),
    of(LLAMA, "a shard that is missing", lambda folder: (folder / SECOND).unlink(), "shard-missing", SECOND, ""),
    of(LLAMA, "a number too many", rename(SECOND, "model-00003-of-00003.safetensors"), "shard-missing", "model-00001-of-00003.safetensors", ""),
    of("saved-llama", "a tensor in two shards", tensors(lambda loaded: loaded.update({"model.embed_tokens.weight": np.zeros((512, 32), np.float16)}),
                                                       SECOND), "tensor-twice", SECOND, "", "model.embed_tokens.weight"),
    of("saved-llama", "shards of two frameworks", tensors(lambda loaded: None, SECOND, "mlx"), "metadata-contradicts", SECOND, "", "mlx", "pt"),
    # Adapters
    of("lora-adapter", "PEFT's own adapter with another rank", edit(ADAPTER, "r", to=8), HYPER, ADAPTER, "/r", "8", "4"),
    of("lora-16", "another rank", edit(ADAPTER, "r", to=8), HYPER, ADAPTER, "/r", "8", "16"),
    of("lora-4", "A and B of different ranks", tensors(narrow, "adapter_model.safetensors"), HYPER, "adapter_model.safetensors", "", "4", "2"),
    of("lora-4", "a target without tensors", edit(ADAPTER, "target_modules", to=["q_proj", "v_proj", "o_proj"]), "adapter-target-contradicts",
       ADAPTER, "/target_modules", "o_proj"),
    of("lora-4", "tensors that are no target", edit(ADAPTER, "target_modules", to=["q_proj"]), "adapter-target-contradicts", ADAPTER,
       "/target_modules", "v_proj"),
    of("lora-4", "another base model", card(base_model="example/another"), "base-model-contradicts", ADAPTER, "/base_model_name_or_path",
       "example/base-model", "example/another"),
    of("lora-adapter", "no base model", both(edit(ADAPTER, "base_model_name_or_path", to=None), card(base_model=None)), "base-model-missing", ADAPTER,
       "/base_model_name_or_path"),
    # GGUF
    of("gguf-q8_0", "file_type", gguf_value("general.file_type", 15), "quantization-contradicts", GGUF, "", "Q4_K_M", "Q8_0"),
    of("gguf-q8_0", "a name of another type", rename(GGUF, "tiny.Q4_K_M.gguf"), "quantization-contradicts", "tiny.Q4_K_M.gguf", "", "Q4_K_M", "Q8_0"),
    of("gguf-f16", "a quantised name", rename("tiny.F16.gguf", "tiny.Q5_K_M.gguf"), "quantization-contradicts", "tiny.Q5_K_M.gguf", "", "Q5_K_M", "F16"),
    of("gguf-q8_0", "size_label", gguf_value("general.size_label", "9.9B"), "parameters-contradict", GGUF, "", "9.9B"),
    of("gguf-q8_0", "embedding_length", gguf_value("llama.embedding_length", 512), HYPER, GGUF, "", "512", "256"),
    of("gguf-q8_0", "block_count", gguf_value("llama.block_count", 3), HYPER, GGUF, "", "3", "2"),
    of("gguf-q8_0", "feed_forward_length", gguf_value("llama.feed_forward_length", 300), HYPER, GGUF, "", "300", "512"),
    of("gguf-q8_0", "head_count", gguf_value("llama.attention.head_count", 8), HYPER, GGUF, "", "8"),
    of("gguf-q8_0", "vocab_size", gguf_value("llama.vocab_size", 70), HYPER, GGUF, "", "70", "64"),
    of("gguf-q8_0", "eos_token_id", gguf_value("tokenizer.ggml.eos_token_id", 64), "token-out-of-vocabulary", GGUF, "", "64"),
    of("gguf-q8_0", "context_length against config.json", write(CONFIG, '{"max_position_embeddings": 2048}'), HYPER, GGUF, "", "1024", "2048"),
    of("gguf-split", "split.count", gguf_value("split.count", 4, "tiny.Q8_0-00002-of-00003.gguf"), "split-contradicts",
       "tiny.Q8_0-00002-of-00003.gguf", "", "4", "3"),
    of("gguf-split", "split.tensors.count", gguf_value("split.tensors.count", 99, "tiny.Q8_0-00001-of-00003.gguf"), "split-contradicts",
       "tiny.Q8_0-00001-of-00003.gguf", "", "99", "20"),
    # ONNX, pipelines
    of("onnx-18", "external data that is missing", lambda folder: (folder / "model.onnx_data").unlink(), "external-data-missing", "model.onnx", "",
       "model.onnx_data"),
    of("onnx-18", "external data that is short", lambda folder: (folder / "model.onnx_data").write_bytes(b"short"), "external-data-short", "model.onnx", "",
       "5 bytes"),
    of("onnx-18", "external data elsewhere", set_external("location", "../../etc/passwd"), "external-data-outside", "model.onnx", "", "../../etc/passwd"),
    of("pipeline", "a part that is missing", rename("vae", "other"), "component-missing", "model_index.json", "/vae", "AutoencoderKL"),
    of("pipeline", "a part of another class", edit("vae/config.json", "_class_name", to="VQModel"), "component-contradicts", "model_index.json", "/vae/1",
       "AutoencoderKL", "VQModel"),
]
