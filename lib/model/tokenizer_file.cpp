// tokenizer_file: events with the place where they stand; of the tokens only the added ones stay.
#include "model/tokenizer_file.hpp"

#include "base/text.hpp"
#include "json/push_parser.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <numeric>
#include <utility>

namespace mpk::model {
namespace {

/// Positions by depth: {"added_tokens": [{…}], "model": {"type": …, "vocab": {…} or [[…]]}}.
class Events : public json::PushEvents {
 public:
  Result<void> begin(bool array) override {
    ++depth_;
    if (depth_ == 2) TRY(begin_section());
    if (depth_ == 3 && section_ == Section::model && vocabulary_) listed_ = array;
    first_ = array;
    seen_ = seen_ || (depth_ > 1 && section_ != Section::other);
    return {};
  }
  Result<void> end(bool array) override {
    if (in_added() && !array) TRY(end_added());
    if (depth_ == 3) listed_ = false;
    if (depth_ == 2 && section_ == Section::added) index_added();
    --depth_;
    if (depth_ <= 1) vocabulary_ = false;
    first_ = false;
    return {};
  }
  Result<void> key(std::string& given) override {
    if (depth_ == 1) {
      section_ = given == "added_tokens" ? Section::added
                 : given == "model"      ? Section::model
                                         : Section::other;
    } else if (in_vocabulary()) {
      count(given);
    } else if (depth_ == 2 && section_ == Section::model) {
      vocabulary_ = given == "vocab";
    }
    key_ = depth_ <= 3 && !in_vocabulary() ? std::move(given) : std::string();
    return {};
  }
  Result<void> string(std::string& given) override {
    if (in_added() && key_ == "content") {
      token_.content = std::move(given);
      token_.content.shrink_to_fit();
    } else if (depth_ == 2 && section_ == Section::model && key_ == "type") {
      out->type = given.substr(0, kTypeLength);
    } else if (depth_ == 4 && listed_ && first_) {
      count(given);
    }
    first_ = false;
    return {};
  }
  Result<void> number(std::optional<std::uint64_t> given) override {
    first_ = false;
    if (!given) return {};
    if (in_added() && key_ == "id") token_.id = *given;
    if (in_vocabulary()) out->largest_id = std::max(out->largest_id.value_or(0), *given);
    return {};
  }
  Result<void> word(std::optional<bool> given) override {
    if (in_added() && key_ == "special" && given) token_.special = *given;
    first_ = false;
    return {};
  }

  Result<void> finish() {
    if (!seen_) return Error(ErrorKind::malformed, "neither a model nor added tokens");
    if (!early_.empty()) {
      std::sort(early_.begin(), early_.end());
      for (std::size_t i = 0; i < by_content_.size(); ++i) {
        const auto hash = std::hash<std::string>()(out->added[by_content_[i]].content);
        known_[i] = std::binary_search(early_.begin(), early_.end(), hash);
      }
    }
    const auto missing = std::count(known_.begin(), known_.end(), false);
    out->tokens = out->vocabulary + static_cast<std::uint64_t>(missing);
    return {};
  }

  std::shared_ptr<TokenizerFile> out = std::make_shared<TokenizerFile>();

 private:
  enum class Section { other, added, model };
  static constexpr std::size_t kTypeLength = 64;

  bool in_added() const { return depth_ == 3 && section_ == Section::added; }
  bool in_vocabulary() const {
    return depth_ == 3 && section_ == Section::model && vocabulary_ && !listed_;
  }

  Result<void> begin_section() {
    if (section_ != Section::added) return {};
    if (added_seen_) return Error(ErrorKind::malformed, "added_tokens is there twice");
    added_seen_ = true;
    if (out->vocabulary <= early_.size()) return {};
    return Error(ErrorKind::too_large,
                 "more than " + std::to_string(kEarlyTokens) + " tokens before the added ones");
  }
  Result<void> end_added() {
    AddedToken token = std::exchange(token_, {});
    if (token.content.empty() && token.id == 0) return {};
    text_ += token.content.size();
    if (out->added.size() >= kAddedTokens || text_ > kAddedText) {
      return Error(ErrorKind::too_large, "tokenizer has more than " + std::to_string(kAddedTokens) +
                                             " added tokens or " + human_size(kAddedText) +
                                             " of them");
    }
    out->largest_added_id = std::max(out->largest_added_id.value_or(0), token.id);
    out->added.push_back(std::move(token));
    return {};
  }

  /// The library lists the added tokens first: which of them the vocabulary has is then seen as it
  /// comes. Else a hash of each of its tokens is kept until they are known.
  void count(const std::string& token) {
    if (listed_) out->largest_id = out->vocabulary;
    ++out->vocabulary;
    if (!added_seen_) {
      if (early_.size() < kEarlyTokens) early_.push_back(std::hash<std::string>()(token));
      return;
    }
    const auto found = std::lower_bound(by_content_.begin(), by_content_.end(), token,
                                        [this](std::uint32_t at, const std::string& text) {
                                          return out->added[at].content < text;
                                        });
    if (found == by_content_.end() || out->added[*found].content != token) return;
    known_[static_cast<std::size_t>(found - by_content_.begin())] = true;
  }
  void index_added() {
    by_content_.resize(out->added.size());
    std::iota(by_content_.begin(), by_content_.end(), 0U);
    const auto content = [this](std::uint32_t at) -> const std::string& {
      return out->added[at].content;
    };
    std::ranges::sort(by_content_, {}, content);
    const auto twice = std::ranges::unique(by_content_, {}, content);
    by_content_.erase(twice.begin(), twice.end());
    known_.assign(by_content_.size(), false);
  }

  using AddedToken = TokenizerFile::AddedToken;
  std::size_t depth_ = 0, text_ = 0;
  Section section_ = Section::other;
  bool vocabulary_ = false, listed_ = false, first_ = false, seen_ = false, added_seen_ = false;
  std::string key_;
  AddedToken token_;
  std::deque<std::size_t> early_;          // of tokens before the added ones
  std::vector<std::uint32_t> by_content_;  // places in `added`, each content once
  std::vector<bool> known_;                // in the vocabulary; as by_content_
};

}  // namespace

struct TokenizerScan::Impl {
  Events events;
  json::PushParser parser{events};
  std::optional<Error> problem;

  void note(Result<void> outcome) {
    if (!outcome && !problem) problem = std::move(outcome).error();
  }
};

TokenizerScan::TokenizerScan() : impl_(std::make_unique<Impl>()) {}
TokenizerScan::~TokenizerScan() = default;

void TokenizerScan::feed(std::string_view piece) {
  if (!impl_->problem) impl_->note(impl_->parser.feed(piece));
}

bool TokenizerScan::failed() const { return impl_->problem.has_value(); }

void TokenizerScan::finish() {
  if (!impl_->problem) impl_->note(impl_->parser.finish());
  if (!impl_->problem) impl_->note(impl_->events.finish());
}

Result<SharedTokenizer> TokenizerScan::result() const {
  if (impl_->problem) return *impl_->problem;
  return SharedTokenizer(impl_->events.out);
}

const TokenizerFile::AddedToken* TokenizerFile::find(std::string_view content) const {
  const auto found = std::find_if(added.begin(), added.end(), [&](const AddedToken& token) {
    return token.content == content;
  });
  return found == added.end() ? nullptr : &*found;
}

Result<SharedTokenizer> read_tokenizer_file(const FileHead& head) {
  if (head.tokenizer) return head.tokenizer->result();
  if (head.bytes.size() < head.size)
    return Error(ErrorKind::too_large, "the whole file was not fetched");
  TokenizerScan scan;
  scan.feed(head.bytes);
  scan.finish();
  return scan.result();
}

bool is_tokenizer_file(std::string_view path) {
  return iequals_ascii(base_name(path), "tokenizer.json");
}

}  // namespace mpk::model
