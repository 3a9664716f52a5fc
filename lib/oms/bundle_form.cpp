// Small changes to bundles that leave what is signed alone.
#include "oms/bundle_form.hpp"

#include "base/limits.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace mpk::oms {
namespace {

Result<Json> read(std::string_view text) {
  return json::parse(text, {.max_bytes = limits::kBundle, .max_values = limits::kBundleValues})
      .with("bundle");
}

// repr() of a bytes object (CPython, bytesobject.c): double quotes only where they save escapes.
std::string python_bytes(std::string_view bytes) {
  const bool doubled =
      bytes.find('\'') != std::string_view::npos && bytes.find('"') == std::string_view::npos;
  const char quote = doubled ? '"' : '\'';
  std::string out = {'b', quote};
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out += {'\\', c};
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace

Result<std::string> modern_bundle(std::string_view text) {
  auto document = TRY(read(text));
  const auto material =
      document.is_object() ? document.find("verificationMaterial") : document.end();
  if (!document.is_object() || material == document.end() || !material->is_object()) {
    return std::string(text);
  }
  const auto key = material->find("publicKey");
  if (key == material->end() || !key->is_object()) return std::string(text);
  // Never what the signature is checked with: whoever verifies names the key.
  key->erase("rawBytes");
  key->erase("keyDetails");
  return json::compact(document);
}

std::string historical_message(std::string_view payload_type, std::string_view payload) {
  return fmt::format("DSSEV1 {} {} {} {}", payload_type.size(), payload_type, payload.size(),
                     python_bytes(payload));
}

Result<std::string> without_key_hint(std::string_view bundle) {
  auto document = TRY(read(bundle));
  const json::Field top(document);
  const auto material = TRY(top.at("verificationMaterial"));
  if (!TRY(material.find("publicKey"))) return std::string(bundle);
  document["verificationMaterial"]["publicKey"] = Json::object();
  return json::compact(document);
}

}  // namespace mpk::oms
