// tokenizer.json (huggingface/tokenizers): what kind of model it is and how many tokens it has.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

/// Real files have 1 to 35 MiB.
inline constexpr std::size_t kTokenizerFile = 48U << 20;

struct TokenizerFile {
  struct AddedToken {
    std::string content;
    std::uint64_t id = 0;
    bool special = false;
  };
  std::string type;              // "BPE", "Unigram", "WordPiece", "WordLevel"
  std::uint64_t vocabulary = 0;  // tokens of the model
  std::uint64_t tokens = 0;      // with the added ones, as get_vocab_size(with_added_tokens=True)
  std::optional<std::uint64_t> largest_id;        // of the model's tokens
  std::optional<std::uint64_t> largest_added_id;  // of the added ones
  std::vector<AddedToken> added;                  // in their order
  const AddedToken* find(std::string_view content) const;
};

/// malformed: no JSON, nested too deeply, neither a model nor added tokens; too_large:
/// kTokenizerFile, a million added tokens. Read as a stream of events: memory for the added tokens
/// only. A token that the vocabulary lists twice is counted twice.
Result<TokenizerFile> read_tokenizer_file(const FileHead& head);

/// tokenizer.json, in any directory.
bool is_tokenizer_file(std::string_view path);

}  // namespace mpk::model
