// Strict JSON: nlohmann's tokeniser under a SAX builder that refuses while it reads.
#include "json/parse.hpp"

#include "base/text.hpp"
#include "json/path.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace mpk::json {
namespace {

std::string position(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = start == before.npos ? before.size() : before.size() - start - 1;
  return std::to_string(line) + ":" + std::to_string(std::max<std::size_t>(column, 1));
}

/// "… syntax error while parsing value - invalid literal; last read: 'nul'; expected …" → the
/// reason alone: what was read last is hostile text of any length.
std::string reason(std::string_view what) {
  if (const auto dash = what.find(" - "); dash != what.npos) what.remove_prefix(dash + 3);
  what = what.substr(0, what.find("; last read: "));
  return printable(what, 200);
}

/// nlohmann's parse callback is quadratic in the length of an array, and its own SAX builder keeps
/// the last of two equal keys: hence this one.
class Builder {
 public:
  using number_integer_t = Json::number_integer_t;
  using number_unsigned_t = Json::number_unsigned_t;
  using number_float_t = Json::number_float_t;
  using string_t = Json::string_t;
  using binary_t = Json::binary_t;

  Builder(std::string_view text, const ParseOptions& options)
      : text_(text), max_depth_(options.max_depth), values_left_(options.max_values) {}

  bool null() { return add(Json()) != nullptr; }
  bool boolean(bool value) { return add(Json(value)) != nullptr; }
  bool number_integer(number_integer_t value) { return add(Json(value)) != nullptr; }
  bool number_unsigned(number_unsigned_t value) { return add(Json(value)) != nullptr; }
  bool number_float(number_float_t value, const string_t&) { return add(Json(value)) != nullptr; }
  bool string(string_t& value) { return add(Json(std::move(value))) != nullptr; }
  bool binary(binary_t&) { return false; }  // only BSON, CBOR, … have it
  bool start_object(std::size_t) { return enter(Json::object()); }
  bool start_array(std::size_t) { return enter(Json::array()); }
  bool end_object() { return leave(); }
  bool end_array() { return leave(); }

  bool key(string_t& name) {
    auto [place, inserted] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
    if (!inserted) {
      error_ =
          Error(ErrorKind::malformed, path() + ": duplicate key \"" + printable(name, 80) + "\"");
      return false;
    }
    member_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const Json::exception& exception) {
    const bool overflow = exception.id == 406;  // out_of_range: not a finite double
    error_ = Error(ErrorKind::malformed,
                   "invalid JSON at " + position(text_, byte) + ": " +
                       (overflow ? "number does not fit a double" : reason(exception.what())));
    return false;
  }

  Result<Json> finish(bool complete) {
    if (error_) return std::move(*error_);
    if (!complete) return Error(ErrorKind::malformed, "invalid JSON");
    return std::move(root_);
  }

 private:
  Json* add(Json&& value) {
    if (values_left_ == 0) {
      error_ = Error(ErrorKind::too_large, "JSON document has too many values");
      return nullptr;
    }
    --values_left_;
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_array()) {
      return &open_.back()->get_ref<Json::array_t&>().emplace_back(std::move(value));
    }
    return &(*member_ = std::move(value));
  }
  bool enter(Json&& container) {
    if (open_.size() >= max_depth_) {
      error_ = Error(ErrorKind::too_large,
                     "JSON is nested deeper than " + std::to_string(max_depth_) + " levels");
      return false;
    }
    Json* const added = add(std::move(container));
    if (added != nullptr) open_.push_back(added);
    return added != nullptr;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }
  /// Where the innermost open container is; found by search, as it is needed once.
  std::string path() const {
    std::string out = "$";
    for (std::size_t i = 1; i < open_.size(); ++i) {
      const Json& parent = *open_[i - 1];
      if (parent.is_array()) {
        out = item_path(out, parent.size() - 1);
        continue;
      }
      for (const auto& [name, value] : parent.get_ref<const Json::object_t&>()) {
        if (&value == open_[i]) out = member_path(out, name);
      }
    }
    return out;
  }

  std::string_view text_;
  std::size_t max_depth_, values_left_;
  Json root_;
  std::vector<Json*> open_;  // only the innermost container grows, so the pointers stay good
  Json* member_ = nullptr;
  std::optional<Error> error_;
};

}  // namespace

Result<Json> parse(std::string_view text, const ParseOptions& options) {
  if (text.size() > options.max_bytes) {
    return Error(ErrorKind::too_large, "JSON document has " + std::to_string(text.size()) +
                                           " bytes, the limit is " +
                                           std::to_string(options.max_bytes));
  }
  // RFC 8259 §8.1 lets a parser skip the mark; what is signed must have one reading only.
  if (text.starts_with("\xef\xbb\xbf")) {
    return Error(ErrorKind::malformed, "invalid JSON at 1:1: starts with a byte order mark");
  }
  // The tokeniser takes NUL for the end of input and would ignore what follows.
  if (const auto nul = text.find('\0'); nul != text.npos) {
    return Error(ErrorKind::malformed,
                 "invalid JSON at " + position(text, nul + 1) + ": contains a NUL byte");
  }
  Builder builder(text, options);
  try {
    const bool complete = Json::sax_parse(text, &builder);
    return builder.finish(complete);
  } catch (const std::exception& exception) {
    return Error(ErrorKind::internal, "JSON parser: " + printable(exception.what(), 200));
  }
}

}  // namespace mpk::json
