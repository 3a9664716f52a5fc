// Names: the tables of extensions and well-known names.
#include "model/names.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace mpk::model {
namespace {

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& table, std::string_view word) {
  return std::find(table.begin(), table.end(), word) != table.end();
}

constexpr auto kCode = std::to_array<std::string_view>(
    {"py",    "pyx",   "pyi", "ipynb", "sh",  "bash", "zsh",   "fish", "ps1", "bat", "cmd",
     "c",     "h",     "cc",  "cpp",   "cxx", "hpp",  "hh",    "cu",   "cuh", "go",  "rs",
     "java",  "kt",    "js",  "mjs",   "cjs", "jsx",  "ts",    "tsx",  "rb",  "php", "pl",
     "lua",   "r",     "jl",  "m",     "mm",  "sql",  "scala", "zig",  "cs",  "vb",  "dart",
     "proto", "cmake", "mk",  "patch", "so",  "dll",  "dylib"});
constexpr auto kText = std::to_array<std::string_view>(
    {"json", "json5", "jsonc", "yaml", "yml", "toml", "ini", "cfg", "conf", "config", "properties",
     "xml", "md", "markdown", "rst", "txt", "jinja", "jinja2", "modelfile"});
constexpr auto kBinaryCode = std::to_array<std::string_view>({"so", "dll", "dylib"});

}  // namespace

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

std::string_view directory(std::string_view path) {
  return path.substr(0, path.size() - base_name(path).size());
}

std::string extension(std::string_view path) {
  const std::string_view name = base_name(path);
  const auto dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return {};
  return lower_ascii(name.substr(dot + 1));
}

bool is_license_name(std::string_view path) {
  const std::string name = lower_ascii(base_name(path));
  for (const std::string_view start : {"license", "licence", "copying", "unlicense"}) {
    if (!name.starts_with(start)) continue;
    // "LICENSE-MIT" and "LICENSE.txt" are licences; "license_plates.csv" and "license.py" are not.
    const std::string_view rest = std::string_view(name).substr(start.size());
    return rest.empty() || rest.front() == '-' || rest == ".txt" || rest == ".md" || rest == ".rst";
  }
  return false;
}

bool is_card_name(std::string_view path) { return iequals_ascii(base_name(path), "README.md"); }

bool is_code_name(std::string_view path) {
  if (contains(kCode, extension(path))) return true;
  const std::string name = lower_ascii(base_name(path));
  return name == "makefile" || name == "dockerfile" || name.starts_with("dockerfile.") ||
         name == "cmakelists.txt" || name == "pyproject.toml" || name == "setup.cfg" ||
         (name.starts_with("requirements") && name.ends_with(".txt"));
}

bool is_text_name(std::string_view path) {
  const std::string ending = extension(path);
  if (contains(kBinaryCode, ending)) return false;
  if (contains(kText, ending) || is_code_name(path) || is_license_name(path)) return true;
  const std::string name = lower_ascii(base_name(path));
  return name == "modelfile" || name == "readme" || name == "notice";
}

bool is_fact_name(std::string_view path) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"config.json", "adapter_config.json", "tokenizer_config.json", "generation_config.json",
       "chat_template.jinja", "preprocessor_config.json", "processor_config.json",
       "model_index.json", "croissant.json", "aibom.yaml"});
  return is_card_name(path) || is_license_name(path) || path.ends_with(".index.json") ||
         contains(kNames, lower_ascii(base_name(path)));
}

}  // namespace mpk::model
