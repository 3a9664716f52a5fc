// Modelfile: one command a line.
#include "modelpack/modelfile.hpp"

#include "base/glob.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace mpk::modelpack {
namespace {

struct PatternWord {
  std::string_view word;
  model::Kind kind;
};
constexpr std::array<PatternWord, 5> kPatterns = {{{"config", model::Kind::config},
                                                   {"model", model::Kind::weight},
                                                   {"code", model::Kind::code},
                                                   {"dataset", model::Kind::dataset},
                                                   {"doc", model::Kind::doc}}};

struct ValueWord {
  std::string_view word;
  std::string Modelfile::* member;
};
constexpr std::array<ValueWord, 7> kValues = {{{"name", &Modelfile::name},
                                               {"arch", &Modelfile::architecture},
                                               {"family", &Modelfile::family},
                                               {"format", &Modelfile::format},
                                               {"paramsize", &Modelfile::param_size},
                                               {"precision", &Modelfile::precision},
                                               {"quantization", &Modelfile::quantization}}};

Error at(std::size_t line, const std::string& message, std::string hint = {}) {
  return Error(ErrorKind::usage, "line " + std::to_string(line) + ": " + message, std::move(hint));
}

// The one argument: bare, or in double quotes with '\' escapes.
Result<std::string> argument(std::string_view rest, std::size_t line, std::string_view command) {
  rest = trim(rest);
  if (rest.empty()) return at(line, printable(command) + " needs an argument");
  if (rest.front() != '"') {
    if (rest.find_first_of(" \t") != std::string_view::npos) {
      return at(line, printable(command) + " takes one argument",
                "put it in double quotes if it has spaces");
    }
    return std::string(rest);
  }
  std::string out;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      out += rest[++i];
    } else if (rest[i] == '"') {
      if (!trim(rest.substr(i + 1)).empty())
        return at(line, printable(command) + " takes one argument");
      if (out.empty()) return at(line, printable(command) + " has an empty argument");
      return out;
    } else {
      out += rest[i];
    }
  }
  return at(line, "a double quote is not closed");
}

Error unknown(std::string_view command, std::size_t line) {
  std::vector<std::string> words;
  for (const auto& each : kPatterns) words.emplace_back(each.word);
  for (const auto& each : kValues) words.emplace_back(each.word);
  auto lower = lower_ascii(command);
  auto suggestion = nearest(lower, words);
  return at(line, "unknown command " + printable(command, 40),
            suggestion.empty()
                ? "CONFIG, MODEL, CODE, DATASET, DOC, NAME, ARCH, FAMILY, FORMAT, PARAMSIZE, "
                  "PRECISION or QUANTIZATION"
                : "did you mean " + std::string(suggestion) + "?");
}

Result<void> add_pattern(Modelfile& out, model::Kind kind, const std::string& glob,
                         std::size_t line) {
  auto parts = split(glob, '/');
  bool leaves = std::find(parts.begin(), parts.end(), "..") != parts.end();
  if (glob.front() == '/' || leaves) {
    return at(line, printable(glob, 80) + " leaves the model directory",
              "patterns are relative to it");
  }
  out.patterns.push_back({kind, glob, line});
  return {};
}

}  // namespace

std::optional<model::Kind> Modelfile::kind_of(std::string_view path) const {
  for (const auto& pattern : patterns) {
    // modctl matches a bare pattern against the whole path (doublestar), so '*' stays in its
    // folder.
    if (glob_match(pattern.glob, path)) return pattern.kind;
  }
  return std::nullopt;
}

Result<Modelfile> parse_modelfile(std::string_view text) {
  Modelfile out;
  std::size_t number = 0;
  for (auto raw : split(text, '\n')) {
    ++number;
    auto line = trim(raw);
    if (line.empty() || line.front() == '#') continue;
    auto end = std::min(line.find_first_of(" \t"), line.size());
    auto command = line.substr(0, end);
    auto word = lower_ascii(command);
    auto pattern = std::find_if(kPatterns.begin(), kPatterns.end(),
                                [&](const auto& p) { return p.word == word; });
    auto value =
        std::find_if(kValues.begin(), kValues.end(), [&](const auto& v) { return v.word == word; });
    if (pattern == kPatterns.end() && value == kValues.end()) return unknown(command, number);
    auto text_argument = TRY(argument(line.substr(end), number, command));
    if (pattern != kPatterns.end()) {
      TRY(add_pattern(out, pattern->kind, text_argument, number));
    } else if (!(out.*value->member).empty()) {
      return at(number, printable(command) + " is given twice");
    } else {
      out.*value->member = text_argument;
    }
  }
  return out;
}

}  // namespace mpk::modelpack
