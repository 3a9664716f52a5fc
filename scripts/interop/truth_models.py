"""Honest models, written with the libraries that people use; seeded, a few hundred KiB each."""
import json
import os
import pathlib

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import gguf
import ml_dtypes
import numpy as np
import onnx
import safetensors.numpy
import tokenizers
import transformers

TEMPLATE = "{% for m in messages %}<s>{{ m['role'] }}: {{ m['content'] }}</s>{% endfor %}"
SPECIAL = ["<s>", "</s>", "<pad>", "<unk>"]
# Names of safetensors and the numpy types that stand for them.
DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "BF16": ml_dtypes.bfloat16,
          "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2, "I64": np.int64, "I32": np.int32,
          "I16": np.int16, "I8": np.int8, "U8": np.uint8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64,
          "BOOL": np.bool_}
Shapes = dict[str, tuple[int, ...]]


def write_json(path: pathlib.Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def card(folder: pathlib.Path, **front: object) -> None:
    front = {"license": "apache-2.0"} | front
    lines = [f"{key}: {json.dumps(value)}" for key, value in front.items()]
    (folder / "README.md").write_text("---\n" + "\n".join(lines) + f"\n---\n\n# {folder.name}\n\nMade for tests.\n")


def array(rng: np.random.Generator, shape: tuple[int, ...], dtype: object) -> np.ndarray:
    return (rng.standard_normal(shape) * 3).astype(np.float32).astype(dtype)


def save(path: pathlib.Path, tensors: dict[str, np.ndarray], framework: str = "pt") -> None:
    safetensors.numpy.save_file(tensors, path, metadata={"format": framework})


def save_shards(folder: pathlib.Path, tensors: dict[str, np.ndarray], count: int) -> None:
    names = sorted(tensors)
    parts = [names[i::count] for i in range(count)]
    weight_map: dict[str, str] = {}
    for number, part in enumerate(parts, 1):
        name = f"model-{number:05}-of-{count:05}.safetensors"
        save(folder / name, {tensor: tensors[tensor] for tensor in part})
        weight_map |= {tensor: name for tensor in part}
    write_json(folder / "model.safetensors.index.json", {
        "metadata": {"total_size": sum(t.nbytes for t in tensors.values()),
                     "total_parameters": sum(t.size for t in tensors.values())},
        "weight_map": dict(sorted(weight_map.items()))})


def train(kind: str, size: int) -> tokenizers.Tokenizer:
    models, trainers = tokenizers.models, tokenizers.trainers
    text = pathlib.Path(__file__).read_text().split()
    if kind == "BPE":
        tokenizer, trainer = tokenizers.Tokenizer(models.BPE(unk_token="<unk>")), trainers.BpeTrainer
    elif kind == "Unigram":
        tokenizer, trainer = tokenizers.Tokenizer(models.Unigram()), trainers.UnigramTrainer
    elif kind == "WordPiece":
        tokenizer, trainer = tokenizers.Tokenizer(models.WordPiece(unk_token="<unk>")), trainers.WordPieceTrainer
    else:
        tokenizer, trainer = tokenizers.Tokenizer(models.WordLevel(unk_token="<unk>")), trainers.WordLevelTrainer
    options = {"unk_token": "<unk>"} if kind == "Unigram" else {}
    tokenizer.train_from_iterator(text, trainer(vocab_size=size, special_tokens=SPECIAL, show_progress=False, **options))
    tokenizer.add_tokens(["not in the vocabulary", "nor this one"])
    return tokenizer


def save_tokenizer(folder: pathlib.Path, kind: str, size: int, length: int) -> None:
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=train(kind, size), bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>",
        model_max_length=length)
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)


def llama_shapes(c: transformers.PretrainedConfig, experts: int = 0) -> Shapes:
    width, head = c.hidden_size, c.hidden_size // c.num_attention_heads
    out: Shapes = {"model.embed_tokens.weight": (c.vocab_size, width), "model.norm.weight": (width,)}
    for layer in range(c.num_hidden_layers):
        prefix = f"model.layers.{layer}."
        out |= {prefix + "input_layernorm.weight": (width,), prefix + "post_attention_layernorm.weight": (width,),
                prefix + "self_attn.q_proj.weight": (c.num_attention_heads * head, width),
                prefix + "self_attn.k_proj.weight": (c.num_key_value_heads * head, width),
                prefix + "self_attn.v_proj.weight": (c.num_key_value_heads * head, width),
                prefix + "self_attn.o_proj.weight": (width, c.num_attention_heads * head)}
        inner = c.intermediate_size
        if experts:
            out[prefix + "block_sparse_moe.gate.weight"] = (experts, width)
            for expert in range(experts):
                for name, shape in {"w1": (inner, width), "w2": (width, inner), "w3": (inner, width)}.items():
                    out[f"{prefix}block_sparse_moe.experts.{expert}.{name}.weight"] = shape
        else:
            out |= {prefix + "mlp.gate_proj.weight": (inner, width), prefix + "mlp.up_proj.weight": (inner, width),
                    prefix + "mlp.down_proj.weight": (width, inner)}
    if not c.tie_word_embeddings:
        out["lm_head.weight"] = (c.vocab_size, width)
    return out


def causal(folder: pathlib.Path, rng: np.random.Generator, family: str, dtype: str, shards: int, tied: bool,
           tokenizer: str) -> None:
    heads = int(rng.choice([2, 4, 8]))
    groups = int(rng.choice([g for g in (1, 2, 4, 8) if g <= heads]))
    classes = {"llama": (transformers.LlamaConfig, "LlamaForCausalLM"), "mistral": (transformers.MistralConfig, "MistralForCausalLM"),
               "qwen2": (transformers.Qwen2Config, "Qwen2ForCausalLM"), "mixtral": (transformers.MixtralConfig, "MixtralForCausalLM")}
    kind, name = classes[family]
    experts = {"num_local_experts": 4, "num_experts_per_tok": 2} if family == "mixtral" else {}
    names = {"BF16": "bfloat16", "F16": "float16", "F32": "float32"}
    config = kind(vocab_size=640, hidden_size=heads * int(rng.choice([8, 16])), intermediate_size=int(rng.integers(3, 9)) * 16,
                  num_hidden_layers=int(rng.integers(1, 5)), num_attention_heads=heads, num_key_value_heads=groups,
                  max_position_embeddings=int(rng.choice([256, 512, 4096])), bos_token_id=0, eos_token_id=1, pad_token_id=2,
                  tie_word_embeddings=tied, architectures=[name], dtype=names[dtype], **experts)
    config.save_pretrained(folder)
    transformers.GenerationConfig(bos_token_id=0, eos_token_id=[1, 4], pad_token_id=2, temperature=0.7, do_sample=True,
                                  top_p=0.9).save_pretrained(folder)
    save_tokenizer(folder, tokenizer, 500, config.max_position_embeddings)
    shapes = llama_shapes(config, experts.get("num_local_experts", 0))
    tensors = {n: array(rng, s, DTYPES[dtype]) for n, s in shapes.items()}
    if shards > 1:
        save_shards(folder, tensors, shards)
    else:
        save(folder / "model.safetensors", tensors)
    card(folder, pipeline_tag="text-generation", library_name="transformers", language=["en"])


def classifier(folder: pathlib.Path, rng: np.random.Generator) -> None:
    config = transformers.BertConfig(
        vocab_size=640, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=64, architectures=["BertForSequenceClassification"], pad_token_id=2,
        id2label={0: "bad", 1: "fair", 2: "good"}, label2id={"bad": 0, "fair": 1, "good": 2}, dtype="float32")
    config.save_pretrained(folder)
    save_tokenizer(folder, "WordPiece", 500, 64)
    shapes: Shapes = {"bert.embeddings.word_embeddings.weight": (640, 32), "bert.embeddings.position_embeddings.weight": (64, 32),
                      "bert.embeddings.token_type_embeddings.weight": (2, 32), "bert.pooler.dense.weight": (32, 32),
                      "classifier.weight": (3, 32), "classifier.bias": (3,)}
    for layer in range(2):
        for part, shape in {"attention.self.query": (32, 32), "attention.self.key": (32, 32), "attention.self.value": (32, 32),
                            "attention.output.dense": (32, 32), "intermediate.dense": (64, 32), "output.dense": (32, 64)}.items():
            shapes[f"bert.encoder.layer.{layer}.{part}.weight"] = shape
    save(folder / "model.safetensors", {n: array(rng, s, np.float32) for n, s in shapes.items()})
    card(folder, pipeline_tag="text-classification", library_name="transformers")


def sentences(folder: pathlib.Path, rng: np.random.Generator) -> None:
    classifier(folder, rng)
    config = json.loads((folder / "config.json").read_text())
    for key in ("id2label", "label2id"):
        config.pop(key)
    write_json(folder / "config.json", config | {"architectures": ["BertModel"]})
    write_json(folder / "modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                                         {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])
    (folder / "1_Pooling").mkdir()
    write_json(folder / "1_Pooling/config.json", {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True})
    card(folder, pipeline_tag="sentence-similarity", library_name="sentence-transformers")


def dtypes(folder: pathlib.Path, rng: np.random.Generator) -> None:
    tensors = {f"t{i}.{n}": array(rng, (i + 1, 3 + i), t) for i, (n, t) in enumerate(DTYPES.items())}
    tensors |= {"scalar": np.array(1.5, dtype=np.float32), "empty": np.zeros((0, 4), dtype=np.float32)}
    save(folder / "model.safetensors", tensors)
    card(folder)


def gptq(folder: pathlib.Path, rng: np.random.Generator) -> None:
    causal(folder, rng, "llama", "F16", 1, True, "BPE")
    config = json.loads((folder / "config.json").read_text())
    write_json(folder / "config.json", config | {"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 16}})
    tensors = safetensors.numpy.load_file(folder / "model.safetensors")
    for name in [n for n in tensors if n.endswith("_proj.weight")]:
        outputs, inputs = tensors.pop(name).shape
        module = name.removesuffix(".weight")
        tensors[module + ".qweight"] = np.ones((inputs // 8, outputs), dtype=np.int32)
        tensors[module + ".qzeros"] = np.ones((inputs // 16, outputs // 8), dtype=np.int32)
        tensors[module + ".scales"] = np.ones((inputs // 16, outputs), dtype=np.float16)
        tensors[module + ".g_idx"] = np.arange(inputs, dtype=np.int32) // 16
    save(folder / "model.safetensors", tensors)
    card(folder, base_model="example/full", base_model_relation="quantized", pipeline_tag="text-generation")


def lora(folder: pathlib.Path, rng: np.random.Generator, rank: int, targets: list[str]) -> None:
    """As PEFT lays it out; testdata/models/lora-adapter is one that PEFT itself wrote."""
    tensors = {}
    for layer in range(2):
        for target in targets:
            module = f"base_model.model.model.layers.{layer}.{'self_attn' if target[0] in 'qkvo' else 'mlp'}.{target}"
            tensors[module + ".lora_A.weight"] = array(rng, (rank, 32), np.float32)
            tensors[module + ".lora_B.weight"] = array(rng, (48, rank), np.float32)
    save(folder / "adapter_model.safetensors", tensors)
    write_json(folder / "adapter_config.json", {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": rank, "lora_alpha": 2 * rank, "lora_dropout": 0.0, "rank_pattern": {},
        "base_model_name_or_path": "example/base-model", "revision": None, "target_modules": targets, "modules_to_save": None})
    card(folder, base_model="example/base-model", library_name="peft", base_model_relation="adapter", pipeline_tag="text-generation")


def pipeline(folder: pathlib.Path, rng: np.random.Generator) -> None:
    write_json(folder / "model_index.json", {
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.35.0", "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"], "scheduler": ["diffusers", "DDIMScheduler"], "safety_checker": [None, None]})
    for part, name in {"unet": "UNet2DConditionModel", "vae": "AutoencoderKL"}.items():
        (folder / part).mkdir()
        write_json(folder / part / "config.json", {"_class_name": name})
        save(folder / part / "diffusion_pytorch_model.safetensors",
             {f"{part}.conv.weight": array(rng, (4, len(part), 3, 3), np.float16)})
    (folder / "scheduler").mkdir()
    write_json(folder / "scheduler/scheduler_config.json", {"_class_name": "DDIMScheduler"})
    card(folder, pipeline_tag="text-to-image", library_name="diffusers")


def gguf_metadata(writer: gguf.GGUFWriter, width: int, layers: int, tokens: list[str], file_type: int) -> None:
    writer.add_name("tiny")
    writer.add_license("apache-2.0")
    writer.add_file_type(file_type)
    writer.add_context_length(1024)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(2 * width)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_chat_template(TEMPLATE)


def gguf_model(folder: pathlib.Path, rng: np.random.Generator, quant: str, file_type: str, split: int = 0) -> None:
    kind, width, layers, tokens = gguf.GGMLQuantizationType, 256, 2, [*SPECIAL, *(f"t{i}" for i in range(60))]
    wanted = kind[quant]
    name = f"tiny.{file_type}.gguf"
    writer = gguf.GGUFWriter(folder / name, "llama", split_max_tensors=split)
    gguf_metadata(writer, width, layers, tokens, gguf.LlamaFileType["ALL_F32" if file_type == "F32" else "MOSTLY_" + file_type])
    shapes: Shapes = {"token_embd.weight": (len(tokens), width), "output_norm.weight": (width,)}
    for layer in range(layers):
        prefix = f"blk.{layer}."
        shapes |= {prefix + "attn_norm.weight": (width,), prefix + "attn_q.weight": (width, width),
                   prefix + "attn_k.weight": (width // 2, width), prefix + "attn_v.weight": (width // 2, width),
                   prefix + "attn_output.weight": (width, width), prefix + "ffn_norm.weight": (width,),
                   prefix + "ffn_gate.weight": (2 * width, width), prefix + "ffn_up.weight": (2 * width, width),
                   prefix + "ffn_down.weight": (width, 2 * width)}
    size = sum(int(np.prod(shape)) for shape in shapes.values())
    writer.add_size_label(f"{size / 1e6:.1f}M")
    for tensor, shape in shapes.items():
        data = array(rng, shape, np.float32)
        if len(shape) == 1 or wanted == kind.F32:
            writer.add_tensor(tensor, data)
        elif wanted == kind.F16:
            writer.add_tensor(tensor, data.astype(np.float16))
        else:
            try:
                writer.add_tensor(tensor, gguf.quants.quantize(data, wanted), raw_dtype=wanted)
            except NotImplementedError:  # the library reads K types, and packs none: blocks of zeros
                block, size_of = gguf.GGML_QUANT_SIZES[wanted]
                writer.add_tensor(tensor, np.zeros((shape[0], shape[1] // block * size_of), dtype=np.uint8), raw_dtype=wanted)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    card(folder, pipeline_tag="text-generation", library_name="gguf", base_model="example/base", base_model_relation="quantized")


def onnx_model(folder: pathlib.Path, rng: np.random.Generator, opset: int, dtype: object, external: bool) -> None:
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    weights = {"w1": (16, 48), "w2": (48, 8)}
    tensors = [onnx.numpy_helper.from_array(array(rng, s, dtype), n) for n, s in weights.items()]
    tensors.append(onnx.numpy_helper.from_array(np.array([0, 8], dtype=np.int64), "shape"))
    nodes = [onnx.helper.make_node("MatMul", ["x", "w1"], ["h"]), onnx.helper.make_node("MatMul", ["h", "w2"], ["g"]),
             onnx.helper.make_node("Reshape", ["g", "shape"], ["y"])]
    graph = onnx.helper.make_graph(nodes, "g", [onnx.helper.make_tensor_value_info("x", kind, ["n", 16])],
                                   [onnx.helper.make_tensor_value_info("y", kind, ["n", 8])], initializer=tensors)
    model = onnx.helper.make_model(graph, producer_name="truth", producer_version=str(opset),
                                   opset_imports=[onnx.helper.make_opsetid("", opset)], ir_version=8)
    if external:
        onnx.save_model(model, folder / "model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=0)
    else:
        onnx.save_model(model, folder / "model.onnx")
    card(folder, library_name="onnx")


def write_all(root: pathlib.Path) -> list[pathlib.Path]:
    made: list[pathlib.Path] = []

    def model(name: str, writer: object, *arguments: object) -> None:
        folder = root / name
        folder.mkdir(parents=True)
        writer(folder, np.random.default_rng([len(made), 20250101]), *arguments)
        made.append(folder)

    kinds = ["BPE", "Unigram", "WordPiece", "WordLevel"]
    for i, family in enumerate(["llama", "mistral", "qwen2", "mixtral"] * 3):
        dtype = ["BF16", "F16", "F32"][i % 3]
        model(f"{family}-{i}", causal, family, dtype, 1 + i % 3, i % 2 == 1, kinds[(i + i // 4) % 4])
    model("classifier", classifier)
    model("sentences", sentences)
    model("dtypes", dtypes)
    model("gptq", gptq)
    for rank, targets in {4: ["q_proj", "v_proj"], 16: ["q_proj", "k_proj", "v_proj", "o_proj", "up_proj"], 1: ["gate_proj"]}.items():
        model(f"lora-{rank}", lora, rank, targets)
    model("pipeline", pipeline)
    for quant, file_type in {"F32": "F32", "F16": "F16", "BF16": "BF16", "Q8_0": "Q8_0", "Q4_0": "Q4_0", "Q4_1": "Q4_1", "Q5_0": "Q5_0",
                             "Q5_1": "Q5_1", "Q4_K": "Q4_K_M", "Q6_K": "Q6_K", "Q2_K": "Q2_K", "IQ4_XS": "IQ4_XS", "TQ1_0": "TQ1_0",
                             "TQ2_0": "TQ2_0"}.items():
        model(f"gguf-{file_type}".lower(), gguf_model, quant, file_type)
    model("gguf-split", gguf_model, "Q8_0", "Q8_0", 7)
    for opset, dtype, external in [(11, np.float32, False), (17, np.float16, False), (21, np.float64, False), (18, np.float32, True)]:
        model(f"onnx-{opset}", onnx_model, opset, dtype, external)
    return made
