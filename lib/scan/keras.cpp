// Keras: Lambda layers, modules that are none of Keras', and both as text in binary files.
#include "scan/keras.hpp"

#include "scan/config.hpp"
#include "scan/search.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::scan {
namespace {

// Where Keras 2 and 3 keep what their own models are made of. Modules like keras.utils or
// keras.config are not here: a model has no business with them.
constexpr auto kModules = std::to_array<std::string_view>(
    {"keras", "keras.layers", "keras.models", "keras.initializers", "keras.regularizers",
     "keras.constraints", "keras.activations", "keras.optimizers", "keras.optimizers.schedules",
     "keras.losses", "keras.metrics", "keras.random", "keras.dtype_policies", "keras.ops",
     "keras.quantizers", "builtins"});
constexpr auto kBelow = std::to_array<std::string_view>(
    {"keras.src.layers.", "keras.src.models.", "keras.src.engine.", "keras.src.initializers.",
     "keras.src.optimizers.", "keras.src.losses.", "keras.src.metrics.", "keras.src.regularizers.",
     "keras.src.constraints.", "keras.src.ops.", "keras.src.backend.common.keras_tensor",
     "keras.src.dtype_policies."});

std::string text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool is_keras(std::string_view module) {
  return std::ranges::find(kModules, module) != kModules.end() ||
         std::ranges::any_of(kBelow, [&](auto prefix) { return module.starts_with(prefix); });
}

/// `,"class_name": "Lambda"`: the string behind a key, escapes undone as far as letters go.
std::string string_after(std::string_view text) {
  const auto colon = text.find_first_not_of(" \t\r\n\\");
  if (colon == std::string_view::npos || text[colon] != ':') return {};
  const auto quote = text.find_first_not_of(" \t\r\n\\", colon + 1);
  if (quote == std::string_view::npos || text[quote] != '"') return {};
  std::string out;
  for (std::size_t i = quote + 1; i < text.size() && text[i] != '"' && out.size() < 200; ++i) {
    if (text.substr(i, 4) == "\\u00" && i + 5 < text.size()) {
      static constexpr std::string_view kDigits = "0123456789abcdef";
      const auto high = kDigits.find(static_cast<char>(text[i + 4] | 0x20)),
                 low = kDigits.find(static_cast<char>(text[i + 5] | 0x20));
      if (high != std::string_view::npos && low != std::string_view::npos) {
        out += static_cast<char>(high * 16 + low);
        i += 5;
        continue;
      }
    }
    if (text[i] != '\\') out += text[i];
  }
  return out;
}

}  // namespace

void scan_keras_object(const Json& object, const std::string& member, Findings& findings) {
  const auto name = text_of(object, "class_name");
  if (name.empty()) return;
  if (name == "Lambda" || name == "__lambda__" || name == "TorchModuleWrapper")
    findings.add("keras.lambda", member, {}, name);
  const bool serialized = object.contains("config");
  const auto module = text_of(object, "module");
  const auto registered = text_of(object, "registered_name");
  if (serialized && object.contains("module") && !module.empty() && !is_keras(module)) {
    findings.add("keras.foreign-module", member, {}, module + "." + name);
  } else if (serialized && registered.find('>') != std::string::npos) {
    findings.add("keras.custom-object", member, {}, registered);
  }
}

Result<void> scan_keras_text(const Content& content, const std::string& member,
                             Findings& findings) {
  static constexpr std::string_view kKeys[] = {"\"class_name\"", "\"class\\u005fname\"",
                                               "\"class\\u005Fname\"", "\\\"class_name\\\""};
  static constexpr std::size_t kOverlap = 512;
  return for_each_window(
      content, kOverlap, [&](std::string_view window, std::uint64_t start) -> Result<void> {
        for (const auto key : kKeys) {
          for (auto at = window.find(key); at != std::string_view::npos;
               at = window.find(key, at + 1)) {
            const auto name = string_after(window.substr(at + key.size(), kOverlap));
            if (name == "Lambda" || name == "__lambda__")
              findings.add("keras.lambda", member, start + at, name);
          }
        }
        return {};
      });
}

}  // namespace mpk::scan
