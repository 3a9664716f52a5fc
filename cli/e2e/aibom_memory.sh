#!/usr/bin/env bash
# A tokenizer.json of any size costs aibom create no memory: it is read as it streams by.
. "$(dirname "$0")/common.sh"
if grep -q __asan_init "$MPK"; then
  echo "SKIPPED: a sanitizer's memory is not mpk's"
  exit 77
fi

cp -r "$model" "$work/model"
created() { python3 "$here/peak_memory.py" "$work/peak" "$MPK" aibom create "$work/model" --output "$work/bom.json" --quiet; }
tokens() { grep -A1 'tokenizer:hyperparameter:vocab_size' "$work/bom.json" | grep -oE '[0-9]+'; }
for size in 43 80; do
  python3 "$here/big_tokenizer.py" "$work/model/tokenizer.json" "$size"
  accepts "aibom create with a tokenizer of $size MiB" created
  accepts "its tokens and the added ones are counted" is "$(tokens)" $(((size << 20) / 90 + 1000))
  accepts "it took $(cat "$work/peak") KiB, at most 32 MiB" at_most "$(cat "$work/peak")" $((32 << 10))
done
close_steps "aibom memory"
