#!/usr/bin/env python3
"""Writes a tokenizer.json as huggingface/tokenizers does: big_tokenizer.py FILE MIB; BPE, a token for each 90 bytes."""
import json
import sys

path, size = sys.argv[1], int(sys.argv[2]) << 20
count = size // 90
words = [f"{i * 2654435761 % (1 << 32):08x}\u0120{i}" for i in range(count)]
document = {
    "version": "1.0",
    "added_tokens": [{"id": count + i, "content": f"<|extra_{i}|>", "single_word": False, "special": True} for i in range(1000)],
    "model": {"type": "BPE", "vocab": {word: i for i, word in enumerate(words)},
              "merges": [[word[:8], word[8:]] for word in words]},
}
text = json.dumps(document, ensure_ascii=False, indent=2)
with open(path, "w", encoding="utf-8") as file:
    file.write(text + " " * max(0, size - len(text.encode())))
