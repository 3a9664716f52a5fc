// Fuzz entry: what the strict parser takes, PushParser takes with the same values, in any pieces.
#include "base/bytes.hpp"
#include "json/parse.hpp"
#include "json/push_parser.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace {

using mpk::Json;
using mpk::Result;

/// The document again; numbers that are no counts become null.
class Builder : public mpk::json::PushEvents {
 public:
  Result<void> begin(bool array) override {
    open_.push_back({array ? Json(Json::array()) : Json(Json::object()), key_});
    return {};
  }
  Result<void> end(bool /*array*/) override {
    auto done = std::move(open_.back());
    open_.pop_back();
    key_ = std::move(done.second);
    return put(std::move(done.first));
  }
  Result<void> key(std::string& text) override {
    key_ = text;
    return {};
  }
  Result<void> string(std::string& text) override { return put(Json(text)); }
  Result<void> number(std::optional<std::uint64_t> value) override {
    return put(value ? Json(*value) : Json());
  }
  Result<void> word(std::optional<bool> value) override {
    return put(value ? Json(*value) : Json());
  }
  Json out;

 private:
  Result<void> put(Json value) {
    if (open_.empty()) {
      out = std::move(value);
    } else if (Json& parent = open_.back().first; parent.is_array()) {
      parent.push_back(std::move(value));
    } else {
      parent[key_] = std::move(value);
    }
    return {};
  }
  std::vector<std::pair<Json, std::string>> open_;
  std::string key_;
};

void counts_only(Json& value) {
  if (value.is_number() && !value.is_number_unsigned()) value = nullptr;
  if (value.is_structured()) {
    for (Json& child : value) counts_only(child);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = mpk::as_text({data, size});
  bool accepted[2] = {};
  Json values[2];
  for (const std::size_t round : {0, 1}) {
    const std::size_t piece = round == 0 ? size + 1 : 2;
    Builder builder;
    mpk::json::PushParser parser(builder);
    bool good = true;
    for (std::size_t at = 0; good && at < size; at += piece) {
      good = parser.feed(text.substr(at, piece)).has_value();
    }
    accepted[round] = good && parser.finish();
    values[round] = std::move(builder.out);
  }
  if (accepted[0] != accepted[1] || (accepted[0] && values[0] != values[1])) std::abort();
  auto strict = mpk::json::parse(text);
  if (!strict) return 0;  // of what it refuses, duplicate keys and huge numbers are no errors here
  counts_only(*strict);
  // "-0" is an unsigned zero to one and no count to the other.
  if (!accepted[0] || (values[0] != *strict && text.find("-0") == text.npos)) std::abort();
  return 0;
}
