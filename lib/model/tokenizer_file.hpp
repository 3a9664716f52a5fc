// tokenizer.json (huggingface/tokenizers): what kind of model it is and how many tokens it has.
#pragma once

#include "base/result.hpp"
#include "model/head.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::model {

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

/// Read by several, and large in the worst case.
using SharedTokenizer = std::shared_ptr<const TokenizerFile>;

/// Reads the file while it streams by. Memory whatever its size: the added tokens (kAddedTokens,
/// kAddedText), one string of it (json::kPushString) and, only where the model stands before the
/// added tokens, eight bytes for each of kEarlyTokens. Not thread-safe.
class TokenizerScan {
 public:
  TokenizerScan();
  ~TokenizerScan();
  TokenizerScan(const TokenizerScan&) = delete;
  TokenizerScan& operator=(const TokenizerScan&) = delete;

  void feed(std::string_view piece);
  /// Whether what comes now would be ignored.
  bool failed() const;
  /// No more comes. malformed: no JSON, nested too deeply, neither a model nor added tokens, or
  /// these twice; too_large: a limit of those above. A token that the vocabulary lists twice is
  /// counted twice.
  void finish();
  /// Of finish().
  Result<SharedTokenizer> result() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::size_t kAddedTokens = 1U << 18;  // 131,072 are codes of speech or images
inline constexpr std::size_t kAddedText = 8U << 20;    // of all added tokens together
inline constexpr std::size_t kEarlyTokens = 1U << 21;  // the largest vocabularies have a million

/// What HeadTap's scan found, or of a small file its bytes. too_large also: only a part of the file
/// was fetched.
Result<SharedTokenizer> read_tokenizer_file(const FileHead& head);

/// tokenizer.json, in any directory.
bool is_tokenizer_file(std::string_view path);

}  // namespace mpk::model
