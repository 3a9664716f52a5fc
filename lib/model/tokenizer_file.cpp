// tokenizer_file: a SAX handler that knows where it stands, and keeps the added tokens only.
#include "model/tokenizer_file.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/value.hpp"
#include "model/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kAddedTokens = 1'000'000;

/// Positions by depth: {"added_tokens": [{…}], "model": {"type": …, "vocab": {…} or [[…]]}}.
class Events : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return value(); }
  bool boolean(bool given) override {
    if (in_added() && key_ == "special") token_.special = given;
    return value();
  }
  bool number_integer(number_integer_t given) override {
    if (given >= 0) number(static_cast<std::uint64_t>(given));
    return value();
  }
  bool number_unsigned(number_unsigned_t given) override {
    number(given);
    return value();
  }
  bool number_float(number_float_t /*given*/, const string_t& /*text*/) override { return value(); }
  bool string(string_t& given) override {
    if (in_added() && key_ == "content") {
      token_.content = std::move(given);
    } else if (depth_ == 2 && section_ == Section::model && key_ == "type") {
      out.type = given.substr(0, kTypeLength);
    } else if (depth_ == 4 && listed_ && first_) {
      count(given);
    }
    return value();
  }
  bool binary(binary_t& /*given*/) override { return false; }

  bool start_object(std::size_t /*elements*/) override { return enter(false); }
  bool start_array(std::size_t /*elements*/) override { return enter(true); }
  bool end_object() override {
    if (in_added()) {
      if (out.added.size() >= kAddedTokens) return refuse("a million added tokens");
      if (!token_.content.empty() || token_.id != 0) out.added.push_back(std::move(token_));
      token_ = {};
    }
    return leave();
  }
  bool end_array() override { return leave(); }

  bool key(string_t& given) override {
    if (depth_ == 1) {
      section_ = given == "added_tokens" ? Section::added
                 : given == "model"      ? Section::model
                                         : Section::other;
    } else if (in_vocabulary()) {
      count(given);
    } else if (depth_ == 2 && section_ == Section::model) {
      vocabulary_ = given == "vocab";
    }
    key_ = depth_ <= 3 && !in_vocabulary() ? std::move(given) : string_t();
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    problem = Error(ErrorKind::malformed, "no JSON at byte " + std::to_string(position));
    return false;
  }

  TokenizerFile out;
  /// The added tokens, in a second pass, until the vocabulary has them, too.
  std::set<std::string, std::less<>> missing;
  bool seen = false;  // a model or added tokens
  std::optional<Error> problem;

 private:
  enum class Section { other, added, model };
  static constexpr std::size_t kTypeLength = 64;

  bool in_added() const { return depth_ == 3 && section_ == Section::added; }
  bool in_vocabulary() const {
    return depth_ == 3 && section_ == Section::model && vocabulary_ && !listed_;
  }

  void number(std::uint64_t given) {
    if (in_added() && key_ == "id") token_.id = given;
    if (in_vocabulary()) out.largest_id = std::max(out.largest_id.value_or(0), given);
  }
  void count(const string_t& token) {
    if (listed_) out.largest_id = out.vocabulary;
    ++out.vocabulary;
    if (const auto found = missing.find(token); found != missing.end()) missing.erase(found);
  }
  bool value() {
    first_ = false;
    return true;
  }
  bool refuse(const char* what) {
    problem = Error(ErrorKind::too_large, std::string("tokenizer has more than ") + what);
    return false;
  }
  bool enter(bool array) {
    if (depth_ >= limits::kJsonDepth) {
      problem = Error(ErrorKind::malformed,
                      "nested deeper than " + std::to_string(limits::kJsonDepth) + " levels");
      return false;
    }
    ++depth_;
    if (depth_ == 3 && section_ == Section::model && vocabulary_) listed_ = array;
    first_ = array;
    seen = seen || section_ != Section::other;
    return true;
  }
  bool leave() {
    if (depth_ == 3) listed_ = false;
    --depth_;
    if (depth_ <= 1) vocabulary_ = false;
    first_ = false;
    return true;
  }

  std::size_t depth_ = 0;
  Section section_ = Section::other;
  bool vocabulary_ = false, listed_ = false, first_ = false;
  string_t key_;
  TokenizerFile::AddedToken token_;
};

Result<void> run(std::string_view text, Events& events) {
  const bool done = nlohmann::json::sax_parse(text.begin(), text.end(), &events);
  if (events.problem) return std::move(*events.problem);
  if (!done) return Error(ErrorKind::malformed, "no JSON");
  return {};
}

}  // namespace

const TokenizerFile::AddedToken* TokenizerFile::find(std::string_view content) const {
  const auto found = std::find_if(added.begin(), added.end(), [&](const AddedToken& token) {
    return token.content == content;
  });
  return found == added.end() ? nullptr : &*found;
}

Result<TokenizerFile> read_tokenizer_file(const FileHead& head) {
  if (head.size <= kTokenizerFile && head.bytes.size() < head.size)
    return Error(ErrorKind::too_large, "the whole file was not fetched");
  if (head.size > kTokenizerFile) {
    return Error(ErrorKind::too_large, "file is larger than " + human_size(kTokenizerFile));
  }
  Events first;
  TRY(run(head.bytes, first));
  if (!first.seen) return Error(ErrorKind::malformed, "neither a model nor added tokens");
  TokenizerFile out = std::move(first.out);
  // Which of the vocabulary's tokens are added ones is known in a second pass only.
  Events second;
  for (const auto& token : out.added) {
    second.missing.insert(token.content);
    out.largest_added_id = std::max(out.largest_added_id.value_or(0), token.id);
  }
  TRY(run(head.bytes, second));
  out.tokens = out.vocabulary + second.missing.size();
  return out;
}

bool is_tokenizer_file(std::string_view path) {
  return iequals_ascii(base_name(path), "tokenizer.json");
}

}  // namespace mpk::model
