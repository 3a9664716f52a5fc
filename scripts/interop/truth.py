#!/usr/bin/env python3
"""Is what an aiBOM says true? truth.py MPK WORK: models by the real libraries, each fact compared with what those report.

Then contradictions, planted one at a time: each must be found with its code and place, and honest models have none.
Exit code 1 for any difference.
"""
import collections
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

import truth_models  # sets the environment before the libraries are loaded
import truth_plants

import gguf
import onnx
import safetensors
import tokenizers
import transformers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HYPER = "cdx:ai-ml:model:hyperparameter:"
TOKENIZER = "cdx:ai-ml:tokenizer:hyperparameter:"
PARAMETER = "cdx:ai-ml:model:parameter:"
MODELPACK = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "F8_E4M3": "float8_e4m3",
             "F8_E5M2": "float8_e5m2", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8",
             "U16": "uint16", "U32": "uint32", "U64": "uint64", "BOOL": "bool", "FLOAT": "float32", "DOUBLE": "float64",
             "FLOAT16": "float16", "INT64": "int64"}
Facts = dict[str, str]


class Describer:
    def __init__(self, mpk: str, work: pathlib.Path) -> None:
        self.mpk, self.output = mpk, work / "bom.json"

    def __call__(self, folder: pathlib.Path) -> tuple[dict, list[dict]]:
        """The document and the findings."""
        done = subprocess.run([self.mpk, "aibom", "create", str(folder), "--format", "json", "-o", str(self.output)],
                              capture_output=True, check=True)
        return json.loads(self.output.read_text()), json.loads(done.stdout)["findings"]


def properties(element: dict) -> Facts:
    """Names with their values; a name that is there twice has none."""
    counts = collections.Counter(p["name"] for p in element.get("properties", []))
    return {p["name"]: p["value"] for p in element.get("properties", []) if counts[p["name"]] == 1}


def counted(tensors: list[tuple[str, int]]) -> Facts:
    """(type, elements) of each tensor → mpk's own properties."""
    out = {f"mpk:tensors:{kind}": str(count) for kind, count in collections.Counter(kind for kind, _ in tensors).items()}
    return out | {"mpk:tensors": str(len(tensors)), "mpk:parameters": str(sum(size for _, size in tensors))}


def of_safetensors(path: pathlib.Path) -> list[tuple[str, int]]:
    out = []
    with safetensors.safe_open(path, framework="np") as file:
        for name in file.keys():
            part = file.get_slice(name)
            size = 1
            for length in part.get_shape():
                size *= length
            out.append((part.get_dtype(), size))
    return out


def of_gguf(path: pathlib.Path) -> list[tuple[str, int]]:
    return [(tensor.tensor_type.name, int(tensor.n_elements)) for tensor in gguf.GGUFReader(path).tensors]


def of_onnx(path: pathlib.Path) -> list[tuple[str, int]]:
    out = []
    for tensor in onnx.load(path, load_external_data=False).graph.initializer:
        size = 1
        for length in tensor.dims:
            size *= length
        out.append((onnx.TensorProto.DataType.Name(tensor.data_type), size))
    return out


def config_facts(folder: pathlib.Path) -> Facts:
    config = transformers.AutoConfig.from_pretrained(folder)
    out = {"family": config.model_type, "architecture": config.architectures[0]}
    for name in ("hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "intermediate_size",
                 "vocab_size", "max_position_embeddings", "hidden_act"):
        if getattr(config, name, None) is not None:
            out[HYPER + name] = str(getattr(config, name))
    out[HYPER + "context_length"] = str(config.max_position_embeddings)
    out[HYPER + "_undefined:torch_dtype"] = str(config.dtype).removeprefix("torch.")
    quantised = getattr(config, "quantization_config", None)
    if quantised:
        out[HYPER + "quantization"] = quantised["quant_method"]
        out[HYPER + "_undefined:quantization_bits"] = str(quantised["bits"])
    if hasattr(config, "num_local_experts"):
        out[HYPER + "_undefined:num_experts"] = str(config.num_local_experts)
        out[HYPER + "_undefined:num_experts_per_tok"] = str(config.num_experts_per_tok)
        expert = 3 * config.hidden_size * config.intermediate_size
        idle = config.num_hidden_layers * (config.num_local_experts - config.num_experts_per_tok) * expert
        total = sum(size for path in folder.glob("*.safetensors") for _, size in of_safetensors(path))
        out[PARAMETER + "_undefined:active_count"] = str(total - idle)
    return out


def tokenizer_facts(folder: pathlib.Path) -> Facts:
    file = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    special = sum(token.special for token in file.get_added_tokens_decoder().values())
    out = {TOKENIZER + "vocab_size": str(file.get_vocab_size(with_added_tokens=True)),
           TOKENIZER + "_undefined:model": type(file.model).__name__, TOKENIZER + "_undefined:special_tokens": str(special)}
    for name in ("bos_token", "eos_token", "pad_token", "unk_token", "padding_side"):
        declared = json.loads((folder / "tokenizer_config.json").read_text())
        if declared.get(name):
            out[TOKENIZER + name] = getattr(tokenizer, name)
    out["mpk:chat-template:sha256"] = hashlib.sha256(tokenizer.chat_template.encode()).hexdigest()
    if tokenizer.model_max_length < 1e12:
        out[TOKENIZER + "_undefined:model_max_length"] = str(tokenizer.model_max_length)
    return out


def generation_facts(folder: pathlib.Path) -> Facts:
    config = transformers.GenerationConfig.from_pretrained(folder)
    declared = json.loads((folder / "generation_config.json").read_text())
    return {f"{HYPER}_undefined:generation_{name}": json.dumps(getattr(config, name))
            for name in ("temperature", "top_p", "do_sample") if name in declared}


def gguf_facts(path: pathlib.Path) -> Facts:
    fields = gguf.GGUFReader(path).fields
    content = {name: field.contents() for name, field in fields.items()}
    family = content["general.architecture"]
    out = {"family": family, HYPER + "context_length": str(content[family + ".context_length"]),
           HYPER + "hidden_size": str(content[family + ".embedding_length"]),
           HYPER + "num_hidden_layers": str(content[family + ".block_count"]),
           HYPER + "intermediate_size": str(content[family + ".feed_forward_length"]),
           HYPER + "num_attention_heads": str(content[family + ".attention.head_count"]),
           HYPER + "num_key_value_heads": str(content[family + ".attention.head_count_kv"]),
           HYPER + "vocab_size": str(content[family + ".vocab_size"]),
           TOKENIZER + "vocab_size": str(len(content["tokenizer.ggml.tokens"])),
           "mpk:chat-template:sha256": hashlib.sha256(content["tokenizer.chat_template"].encode()).hexdigest()}
    name = gguf.LlamaFileType(content["general.file_type"]).name.removeprefix("MOSTLY_").removeprefix("ALL_")
    if name not in ("F32", "F16", "BF16"):
        out[HYPER + "quantization"] = name
    return out


def onnx_facts(path: pathlib.Path) -> Facts:
    model = onnx.load(path, load_external_data=False)
    opsets = ", ".join(f"{entry.domain or 'ai.onnx'} {entry.version}" for entry in model.opset_import)
    return {HYPER + "_undefined:opset": opsets,
            HYPER + "_undefined:producer": f"{model.producer_name} {model.producer_version}"}


def adapter_facts(folder: pathlib.Path) -> Facts:
    ranks, total, targets = set(), 0, set()
    with safetensors.safe_open(folder / "adapter_model.safetensors", framework="np") as file:
        for name in file.keys():
            shape = file.get_slice(name).get_shape()
            total += shape[0] * shape[1]
            targets.add(name.split(".")[-3])
            if "lora_A" in name:
                ranks.add(shape[0])
    return {HYPER + "_undefined:lora_r": ",".join(map(str, ranks)), PARAMETER + "_undefined:trainable_count": str(total),
            PARAMETER + "tune_method": "lora", HYPER + "_undefined:target_modules": ",".join(sorted(targets)),
            "base": json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"]}


READERS = {".safetensors": ("safetensors", of_safetensors), ".gguf": ("gguf", of_gguf), ".onnx": ("onnx", of_onnx)}


def precision(tensors: list[tuple[str, int]]) -> str:
    sums: collections.Counter[str] = collections.Counter()
    for kind, size in tensors:
        if kind in MODELPACK:
            sums[MODELPACK[kind]] += size
    return ",".join(name for name, _ in sorted(sums.items(), key=lambda entry: (-entry[1], entry[0])))


def expected(folder: pathlib.Path) -> tuple[Facts, dict[str, Facts]]:
    """What the libraries report of the model, and of each file."""
    model: Facts = {}
    files: dict[str, Facts] = {}
    everything: list[tuple[str, int]] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        files[name] = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "mpk:size": str(path.stat().st_size)}
        if path.suffix in READERS:
            model["mpk:format"], reader = READERS[path.suffix]
            tensors = reader(path)
            everything += tensors
            files[name] |= counted(tensors)
            if path.suffix == ".gguf" and "of-" not in name or name.endswith("00001-of-00003.gguf"):
                model |= gguf_facts(path)
            if path.suffix == ".onnx":
                model |= onnx_facts(path)
    model |= counted(everything) | {PARAMETER + "_undefined:precision": precision(everything)}
    if (folder / "config.json").exists() and "model_type" in (folder / "config.json").read_text() and model["mpk:format"] != "onnx":
        model |= config_facts(folder)
    for name, facts in {"tokenizer.json": tokenizer_facts, "generation_config.json": generation_facts,
                        "adapter_config.json": adapter_facts}.items():
        if (folder / name).exists():
            model |= facts(folder)
    return {name: value for name, value in model.items() if value != ""}, files


def said(bom: dict) -> tuple[Facts, dict[str, Facts]]:
    component = bom["metadata"]["component"]
    card = component.get("modelCard", {})
    model = properties(component) | properties(card)
    parameters = card.get("modelParameters", {})
    for ours, theirs in {"family": "architectureFamily", "architecture": "modelArchitecture"}.items():
        if theirs in parameters:
            model[ours] = parameters[theirs]
    for base in component.get("pedigree", {}).get("ancestors", []):
        model["base"] = "/".join(filter(None, (base.get("group"), base["name"])))
    files = {file["name"]: properties(file) | {"sha256": file["hashes"][0]["content"]} for file in component["components"]}
    return model, files


def compare(folder: pathlib.Path, bom: dict) -> tuple[int, list[str]]:
    want, want_files = expected(folder)
    have, have_files = said(bom)
    wrong = [f"{folder.name}: {path} is in one only" for path in want_files.keys() ^ have_files.keys()]
    equal = 0
    for place, wanted, found in [("model", want, have), *((p, want_files[p], have_files.get(p, {})) for p in want_files)]:
        for name, value in wanted.items():
            if found.get(name) == value:
                equal += 1
            else:
                wrong.append(f"{folder.name}: {place}: {name}: the library says {value}, mpk {found.get(name)}")
        # Types and counts that mpk made up.
        wrong += [f"{folder.name}: {place}: {name}: mpk says {value}" for name, value in found.items()
                  if name.startswith("mpk:tensors") and name not in wanted]
    return equal, wrong


def main() -> int:
    mpk, work = sys.argv[1], pathlib.Path(sys.argv[2])
    describe = Describer(mpk, work)
    own = sorted(path for path in (ROOT / "testdata/models").iterdir() if path.is_dir())
    models = [*own, *truth_models.write_all(work / "models")]
    equal, wrong, alarms = 0, [], []
    for folder in models:
        bom, findings = describe(folder)
        alarms += [f"{folder.name}: {finding['code']}: {finding['message']}" for finding in findings]
        same, different = compare(folder, bom)
        equal += same
        wrong += different
    missed, planted = [], work / "planted"
    for plant in truth_plants.PLANTS:
        shutil.rmtree(planted, ignore_errors=True)
        shutil.copytree(next(folder for folder in models if folder.name == plant.model), planted)
        plant.change(planted)
        _, findings = describe(planted)
        hits = [f for f in findings if f["code"] == plant.code and f["path"] == plant.path and f["pointer"] == plant.pointer]
        if not any(all(word in finding["message"] for word in plant.words) and finding["fix"] for finding in hits):
            missed.append(f"{plant.name}: expected {plant.code} at {plant.path}#{plant.pointer} with {plant.words}, found "
                          + ("; ".join(f"{f['code']} {f['path']}#{f['pointer']}: {f['message']}" for f in findings) or "nothing"))
    for line in [*wrong, *alarms, *missed]:
        print("FAILED", line)
    count = len(truth_plants.PLANTS)
    print(f"truth: {len(models)} models, {equal} facts equal, {len(wrong)} differ; {count - len(missed)} of {count} contradictions "
          f"found; {len(alarms)} findings in {len(models)} honest models")
    return 1 if wrong or alarms or missed or equal == 0 or count < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
