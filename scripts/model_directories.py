"""Seeded model directories, most of them odd: every format, broken cards, strange names, numbers and texts."""
import io
import json
import pathlib
import pickle
import random
import struct
import zipfile

LATIN = "abcdefghijklmnopqrstuvwxyz0123456789"
ODD_TEXTS = (
    "", " ", "\t", "plain", "Ünïcödé — ≠ 模型 🦙", "e\u0301 and \u00e9", "\u202egnirts idib\u202c", "\u2066isolated\u2069", "zero\u200bwidth\ufeff",
    "bell\x07 escape\x1b[31m null-free", "line\nbreak\r\nand\ttab", "\u2028\u2029", "\U0010fffd", "a" * 300, "名" * 2000, "<script>alert(1)</script>", "%00%zz", "../../etc/passwd",
    "https://example.com/licence text", "http://[::1", "urn:cdx:x", "javascript:alert(1)", "${jndi:ldap://x}", '"quoted"', "'", "\\", "null", "true", "1e999", "NaN", "-0", "0x10",
    "2024-05-17", "2024-13-45", "12:30", "@", "a@b", "#", "/", "//", "~", "~0~1", "mpk:provenance:/metadata", "CycloneDX",
)
LICENSES = (
    "apache-2.0", "Apache-2.0", "mit", "MIT OR Apache-2.0", "gpl-3.0", "GPL-3.0+", "llama3.1", "other", "unknown", "cc-by-nc-4.0", "openrail", "bigscience-bloom-rail-1.0",
    "LicenseRef-mine", "not a licence at all", "", "MIT AND", "(MIT", "NOASSERTION", "gemma", "creativeml-openrail-m", "0BSD", "MIT/X11 ☃",
)
ODD_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "-0.0", "0", "-1", "1.5", "3.0", "9223372036854775807", "18446744073709551616", "1" * 400, "1e308", "4096", "null", "true", '"7"', "[]", "{}")
DTYPES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
FAMILIES = ("llama", "mistral", "bert", "gpt2", "qwen2", "mixtral", "whisper", "vit", "t5", "stable-diffusion", "nothing-known")


class Writer:
    """Fills one directory from one random stream."""

    def __init__(self, rng: random.Random, root: pathlib.Path):
        self.rng, self.root, self.formats = rng, root, set()

    def text(self) -> str:
        rng = self.rng
        if rng.random() < 0.5:
            return rng.choice(ODD_TEXTS)
        return "".join(rng.choice(LATIN + " -_.") for _ in range(rng.randint(1, 40)))

    def word(self) -> str:
        return "".join(self.rng.choice(LATIN) for _ in range(self.rng.randint(1, 12)))

    def anything(self, depth: int = 0) -> object:
        rng = self.rng
        kinds = [self.text, self.text, lambda: None, lambda: rng.random() < 0.5, lambda: rng.randint(-9, 99), lambda: rng.randint(-(2**70), 2**70) if rng.random() < 0.2 else 7, lambda: rng.uniform(-1e6, 1e6)]
        if depth < 3:
            kinds += [lambda: [self.anything(depth + 1) for _ in range(rng.randint(0, 4))],
                      lambda: {self.text() or "x": self.anything(depth + 1) for _ in range(rng.randint(0, 3))}]
        return rng.choice(kinds)()

    def write(self, name: str, content: bytes | str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)

    # Weights

    def tensors(self) -> dict[str, tuple[str, list[int]]]:
        rng, out = self.rng, {}
        for index in range(rng.choice((1, 1, 2, 5, 30, 400))):
            name = self.text() if rng.random() < 0.1 else f"model.layers.{index}.{rng.choice(('self_attn.q_proj', 'mlp.up_proj', 'norm', 'lora_A', 'lora_B'))}.weight"
            out[name] = (rng.choice(list(DTYPES)), [rng.choice((0, 1, 2, 3, 8)) for _ in range(rng.randint(0, 3))])
        return out

    def safetensors(self, tensors: dict) -> bytes:
        rng, at, header = self.rng, 0, {}
        if rng.random() < 0.6:
            header["__metadata__"] = {"format": rng.choice(("pt", "tf", "mlx")), self.text() or "k": self.text()}
        for name, (dtype, shape) in tensors.items():
            size = DTYPES[dtype]
            for one in shape:
                size *= one
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
            at += size
        text = json.dumps(header, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
        whole = struct.pack("<Q", len(text)) + text + bytes(at)
        broken = (whole[: rng.randint(0, len(whole))], struct.pack("<Q", 2**63 - 1) + text, struct.pack("<Q", 0), whole + b"more",
                  struct.pack("<Q", len(text)) + b"[" * len(text), b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n", b"")
        return rng.choice(broken) if rng.random() < 0.2 else whole

    def put_safetensors(self) -> None:
        rng, folder = self.rng, self.rng.choice(("", "", "", "unet/", "a/b/c/"))
        if rng.random() < 0.6:
            self.write(f"{folder}model.safetensors", self.safetensors(self.tensors()))
            return
        shards = rng.randint(2, 5)
        weight_map = {}
        for shard in range(1, shards + 1):
            name = f"model-{shard:05}-of-{shards:05}.safetensors"
            tensors = self.tensors()
            weight_map |= {tensor: name for tensor in tensors}
            if rng.random() > 0.1:  # else the shard is missing
                self.write(folder + name, self.safetensors(tensors))
        index = json.dumps({"metadata": {"total_size": rng.choice((1, 10**20, "many", None))}, "weight_map": weight_map})
        self.write(f"{folder}model.safetensors.index.json", index if rng.random() < 0.9 else index[:-20])

    def gguf_string(self, text: str) -> bytes:
        raw = text.encode("utf-8", "surrogatepass") if self.rng.random() < 0.95 else b"\xff\xfe\x80"
        return struct.pack("<Q", len(raw)) + raw

    def gguf_value(self) -> bytes:
        rng = self.rng
        return rng.choice((
            lambda: struct.pack("<II", 4, rng.choice((0, 1, 4096, 2**32 - 1))),
            lambda: struct.pack("<If", 6, rng.choice((0.5, float("nan"), float("inf"), -0.0))),
            lambda: struct.pack("<Id", 12, rng.choice((1e308, float("nan"), float("-inf")))),
            lambda: struct.pack("<IB", 7, 1),
            lambda: struct.pack("<I", 8) + self.gguf_string(self.text()),
            lambda: struct.pack("<IIQ", 9, 8, 3) + b"".join(self.gguf_string(self.text()) for _ in range(3)),
            lambda: struct.pack("<IQ", 10, 2**64 - 1),
        ))()

    def put_gguf(self) -> None:
        rng, family = self.rng, self.rng.choice(FAMILIES)
        pairs = [("general.architecture", struct.pack("<I", 8) + self.gguf_string(family))]
        for key in ("general.name", "general.license", "general.tags", "general.languages", "general.author", "general.file_type", "general.quantized_by", "general.base_model.count",
                    "general.base_model.0.name", "general.base_model.0.repo_url", "general.description", "general.size_label", f"{family}.context_length", f"{family}.embedding_length",
                    f"{family}.block_count", f"{family}.expert_count", "tokenizer.ggml.model", "tokenizer.ggml.tokens", "tokenizer.chat_template"):
            if rng.random() < 0.6:
                pairs.append((key, self.gguf_value()))
        infos, at = b"", 0
        count = rng.choice((0, 1, 3, 20))
        for index in range(count):
            kind, block, size = rng.choice(((0, 1, 4), (1, 1, 2), (2, 32, 18), (8, 32, 34), (12, 256, 144), (14, 256, 210), (999, 1, 1)))
            width = block * rng.randint(1, 2)
            infos += self.gguf_string(f"blk.{index}.weight") + struct.pack("<IQIQ", 1, width, kind, at)
            at += (width // block * size + 31) // 32 * 32
        head = b"GGUF" + struct.pack("<IQQ", rng.choice((3, 3, 3, 2, 99)), count, len(pairs))
        whole = head + b"".join(self.gguf_string(key) + value for key, value in pairs) + infos
        whole += bytes(-len(whole) % 32) + bytes(at)
        self.write(f"{self.word()}.{rng.choice(('Q4_K_M', 'Q8_0', 'f16', 'x'))}.gguf", whole if rng.random() < 0.8 else whole[: rng.randint(0, len(whole))])

    @staticmethod
    def proto(field: int, value: bytes | int) -> bytes:
        def varint(number: int) -> bytes:
            out = b""
            while number > 127:
                out, number = out + bytes([number & 127 | 128]), number >> 7
            return out + bytes([number])
        if isinstance(value, int):
            return varint(field << 3) + varint(value)
        return varint(field << 3 | 2) + varint(len(value)) + value

    def put_onnx(self) -> None:
        rng, proto = self.rng, self.proto
        graph = b""
        for index in range(rng.randint(0, 4)):
            tensor = b"".join(proto(1, rng.choice((0, 1, 4, 2**62))) for _ in range(rng.randint(0, 3)))
            tensor += proto(2, rng.choice((1, 10, 7, 16, 77))) + proto(8, f"w{index}".encode())
            if rng.random() < 0.2:
                location = rng.choice(("weights.bin", "../outside.bin", "/etc/passwd", self.text())).encode("utf-8", "surrogatepass")
                tensor += proto(13, proto(1, b"location") + proto(2, location)) + proto(14, 1)
            graph += proto(5, tensor)
        whole = proto(1, rng.choice((8, 10, 2**40))) + proto(2, self.text().encode()) + proto(3, self.text().encode()) + proto(7, graph)
        whole += proto(8, proto(1, b"") + proto(2, 17)) + proto(14, proto(1, self.text().encode()) + proto(2, self.text().encode()))
        self.write(rng.choice(("model.onnx", "onnx/model_quantized.onnx")), whole if rng.random() < 0.8 else whole[: rng.randint(0, len(whole))])

    def put_pickle(self) -> None:
        rng, content = self.rng, pickle.dumps({"state": [1, 2.5, self.text()]}, protocol=self.rng.choice((0, 2, 4)))
        if rng.random() < 0.5:
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w") as archive:
                archive.writestr("archive/data.pkl", content)
                archive.writestr("archive/version", "3\n")
            content = held.getvalue()
        self.write(rng.choice(("pytorch_model.bin", "model.pt", "checkpoint.ckpt", "adapter_model.bin")), content if rng.random() < 0.8 else content[:7])

    # What people and tools write

    def json_text(self, keys: dict[str, object]) -> str:
        """Members with a value of their own, or an odd number, or anything; sometimes no JSON."""
        rng, members = self.rng, []
        for key, value in keys.items():
            if rng.random() < 0.25:
                continue
            shown = json.dumps(value)
            if rng.random() < 0.3:
                shown = rng.choice(ODD_NUMBERS) if rng.random() < 0.5 else json.dumps(self.anything())
            if rng.random() < 0.03:
                shown = rng.choice(('"\\ud800"', '"\\udfff x"', '"\\u0000"', '"\\ud83e\\udd99"'))
            members.append(f"{json.dumps(key)}: {shown}")
        if rng.random() < 0.05:
            members.append(members[0] if members else '"a": 1')
        whole = "{" + ", ".join(members) + "}"
        odd = ("", "[]", "null", "\ufeff" + whole, whole + whole, whole[:-1], "[" * 2000, "{" * 30 + "}" * 30, "\0", "// comment\n" + whole)
        return rng.choice(odd) if rng.random() < 0.12 else whole

    def put_configs(self) -> None:
        rng, family = self.rng, self.rng.choice(FAMILIES)
        if rng.random() < 0.8:
            self.write("config.json", self.json_text({
                "architectures": [rng.choice(("LlamaForCausalLM", "BertForMaskedLM", self.text()))], "model_type": family, "hidden_size": 96, "num_hidden_layers": 2,
                "num_attention_heads": 8, "num_key_value_heads": 4, "vocab_size": 256, "max_position_embeddings": 2048, "intermediate_size": 64, "hidden_act": "silu",
                "torch_dtype": rng.choice(("bfloat16", "float32", self.text())), "rope_theta": 10000.0, "auto_map": {"AutoModel": "modeling.Model"} if rng.random() < 0.2 else {},
                "quantization_config": {"quant_method": rng.choice(("gptq", "awq", self.text())), "bits": 4}, "_name_or_path": self.text(), "num_local_experts": 8}))
        if rng.random() < 0.5:
            self.write("tokenizer_config.json", self.json_text({"tokenizer_class": rng.choice(("LlamaTokenizer", self.text())), "bos_token": self.text(), "eos_token": {"content": self.text()},
                                                               "pad_token": None, "padding_side": "left", "model_max_length": 1000000000000000019884624838656, "chat_template": self.text()}))
        for name in ("generation_config.json", "tokenizer.json", "special_tokens_map.json", "adapter_config.json", "model_index.json"):
            if rng.random() < 0.2:
                self.write(name, self.json_text({"base_model_name_or_path": rng.choice(("meta-llama/Llama-3", "./local", self.text())), "peft_type": "LORA", "r": 8, "lora_alpha": 16,
                                                 "temperature": 0.7, "revision": self.text(), "target_modules": [self.text()], "task_type": "CAUSAL_LM"}))
        if rng.random() < 0.2:
            self.write("chat_template.jinja", self.text() + "{{ messages }}")

    def yaml_value(self, value: object, odd: bool) -> str:
        rng = self.rng
        if not odd:
            return json.dumps(self.anything() if rng.random() < 0.1 else value, ensure_ascii=False)
        if rng.random() < 0.25:
            value = self.anything()
        if rng.random() < 0.1:
            return rng.choice((".nan", ".inf", "1e999", "~", "2024-05-17", "2024-05-17 01:02:03", "0o17", "1_000", "!!binary aGk=", "&a [1]", "no", "12:30:45", "|\n  a\n  b", "- - -", "{a: [b"))
        return json.dumps(value, ensure_ascii=rng.random() < 0.5)

    def card(self) -> str:
        rng = self.rng
        odd = rng.random() < 0.4  # as YAML; else only what it says
        many = rng.choice((1, 3, 3, 3000)) if rng.random() < 0.3 else 3
        metrics = [{"type": self.text(), "value": rng.choice((0.5, 1e300, "0.7", None, [1], True, 10**25)), "name": self.text()} for _ in range(rng.randint(0, 3))]
        fields = {
            "license": rng.choice((rng.choice(LICENSES), [rng.choice(LICENSES), rng.choice(LICENSES)])), "license_name": self.text(), "license_link": rng.choice(("LICENSE", "https://example.com/l", self.text())),
            "language": rng.choice(("en", ["en", "de", self.text()], ["zh-Hans"] * 5)), "tags": [self.word() if rng.random() < 0.8 else self.text() for _ in range(many)],
            "datasets": rng.choice((["example/a", "b", self.text()], self.text(), [f"owner/set-{i}" for i in range(many)])), "pipeline_tag": rng.choice(("text-generation", "image-classification", self.text())),
            "library_name": rng.choice(("transformers", self.text())), "base_model": rng.choice(("meta-llama/Llama-3.1-8B", ["a/b", "c/d", "a/b"], self.text(), "./merged")),
            "base_model_relation": rng.choice(("finetune", "quantized", "adapter", "merge", self.text())), "metrics": ["accuracy", self.text()], "thumbnail": self.text(),
            "co2_eq_emissions": rng.choice((12.5, {"emissions": rng.choice((0.3, "12 g", -1, 1e308)), "source": self.text()}, self.text())), "model_name": self.text(), "inference": False,
            "model-index": [{"name": self.text(), "results": [{"task": {"type": self.text()}, "dataset": {"name": self.text(), "type": "x", "split": "test"}, "metrics": metrics}]}],
        }
        lines = [f"{key}: {self.yaml_value(value, odd)}" for key, value in fields.items() if rng.random() < 0.6]
        if odd and rng.random() < 0.4:
            lines.insert(rng.randint(0, len(lines)), rng.choice(("\tbad: tab", "unclosed: [1, 2", "a: b: c", "key: 'open", "%YAML 9.9", "license: mit\nlicense: mit", "? - complex", "x: *nowhere", "\x07: bell",
                                                                 "a0: &a0 [x, x]\na1: &a1 [*a0, *a0]\na2: &a2 [*a1, *a1]\na3: [*a2, *a2]", "<<: {license: mit}", "no colon here")))
        body = "\n".join(f"{rng.choice(('#', '##', '###'))} {rng.choice(('Intended use', 'Limitations', 'Training data', 'Uses', 'Bias, Risks, and Limitations', self.text()))}\n\n{self.text()}\n- {self.text()}\n"
                         for _ in range(rng.randint(0, 6)))
        if rng.random() < 0.05:
            body += "Lorem ipsum dolor sit amet, 7B parameters. " * 40000
        head = "---\n" + "\n".join(lines) + "\n---\n"
        if not odd:
            return head + body
        return rng.choice((head + body, head + body, body, head[:-4], "---\n" + body, "\ufeff" + head + body, head.replace("\n", "\r\n") + body))

    def put_texts(self) -> None:
        rng = self.rng
        if rng.random() < 0.85:
            content: bytes | str = self.card()
            if rng.random() < 0.04:
                content = rng.choice((b"", b"\xff\xfe\x00\x80", b"---\n\xc3\x28: x\n---\n", b"\x00" * 100))
            self.write("README.md", content)
        if rng.random() < 0.4:
            self.write(rng.choice(("LICENSE", "LICENSE.txt", "COPYING", "license.md")), rng.choice((
                "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy", "Apache License\nVersion 2.0, January 2004\n", self.text(), "", "All rights reserved.\n" * 50)))

    def put_oddities(self) -> None:
        rng = self.rng
        for _ in range(rng.choice((0, 0, 1, 2, 5))):
            name = rng.choice(("名前 🦙.bin", "a b.txt", "100%.txt", "q?x#y.md", "quote\"'.json", "\u202eexe.txt", "e\u0301.txt", "\u00e9.txt", "-dash", "~tilde~", "a" * 200 + ".txt", "deep/" * 30 + "file.txt",
                               "UPPER.JSON", "dot.", "semi;colon&.txt", "café/README.md", "sub/config.json", "new+line.txt", "vocab.txt", "training_args.bin", "images/a.png", "data/train.csv", "run.py"))
            self.write(name, rng.choice((b"", b"x", self.text().encode("utf-8", "surrogatepass"), rng.randbytes(50))))
        if rng.random() < 0.03:
            for index in range(400):
                self.write(f"many/{index:03}.txt", b"")


def fill(root: pathlib.Path, seed: int) -> str:
    """Writes the model directory of this seed below `root`; says which formats of weights it has."""
    rng = random.Random(seed)
    name = rng.choice((f"model-{seed}", f"model-{seed}", f"Mödel {seed} 🦙", f"{seed}\u202e", f"m%20{seed}#?", f"{'n' * 180}{seed}"))
    writer = Writer(rng, root / name)
    writer.root.mkdir(parents=True)
    kinds = {"safetensors": writer.put_safetensors, "gguf": writer.put_gguf, "onnx": writer.put_onnx, "pickle": writer.put_pickle}
    chosen = [rng.choice(list(kinds))] if rng.random() < 0.75 else rng.sample(list(kinds), rng.choice((0, 0, 2)))
    for kind in chosen:
        kinds[kind]()
    writer.put_configs()
    writer.put_texts()
    writer.put_oddities()
    if not any(writer.root.iterdir()):  # there is no model of nothing
        writer.write("notes.txt", b"x")
    return "+".join(sorted(chosen)) or "no weights"
