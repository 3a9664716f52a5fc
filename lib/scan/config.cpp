// scan_json: the document as a tree, or as text where it is none.
#include "scan/config.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "scan/allowlist.hpp"
#include "scan/keras.hpp"
#include "scan/template.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string>

namespace mpk::scan {
namespace {

class Reader {
 public:
  Reader(const std::string& member, Findings& findings) : member_(member), findings_(findings) {}

  void walk(const Json& value) {
    if (value.is_array()) {
      for (const auto& each : value) walk(each);
    }
    if (!value.is_object()) return;
    scan_keras_object(value, member_, findings_);
    for (const auto& [key, each] : value.items()) {
      if (key == "auto_map" || key == "custom_pipelines") remote_code(each);
      if (key == "trust_remote_code" && each.is_boolean() && each.get<bool>())
        findings_.add("config.remote-code", member_, {}, "trust_remote_code: true");
      if (key == "chat_template" || key == "default_chat_template") templates(each);
      if (key == "_target_" && each.is_string()) target(each.get<std::string>());
      walk(each);
    }
  }

 private:
  // Modules as "module.Class", of another repository "owner/name--module.Class".
  void remote_code(const Json& value) {
    if (value.is_string()) {
      const auto text = value.get<std::string>();
      const bool other = text.find("--") != std::string::npos;
      findings_.add(other ? "config.other-code" : "config.remote-code", member_, {}, text);
    }
    if (value.is_structured()) {
      for (const auto& each : value) remote_code(each);
    }
  }

  // One, or several as {"name": …, "template": …}, or by name.
  void templates(const Json& value) {
    if (value.is_string()) scan_template(value.get<std::string>(), member_, {}, findings_);
    if (value.is_structured()) {
      for (const auto& each : value) templates(each);
    }
  }

  void target(const std::string& name) {
    const auto dot = name.rfind('.');
    if (dot == std::string::npos) return;
    if (is_notorious(name.substr(0, dot), name.substr(dot + 1)))
      findings_.add("config.target", member_, {}, name);
  }

  const std::string& member_;
  Findings& findings_;
};

/// "\u0061" is "a": keys can be spelled so.
std::string without_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 5 < text.size() && text[i + 1] == 'u' && text[i + 2] == '0' &&
        text[i + 3] == '0') {
      static constexpr std::string_view kDigits = "0123456789abcdef";
      const auto high = kDigits.find(static_cast<char>(text[i + 4] | 0x20)),
                 low = kDigits.find(static_cast<char>(text[i + 5] | 0x20));
      const bool high_digit = text[i + 4] >= '0' && text[i + 4] <= '7';
      if (high_digit && low != std::string_view::npos) {
        out += static_cast<char>(high * 16 + low);
        i += 5;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

struct Word {
  std::string_view text, code;
};
constexpr auto kWords = std::to_array<Word>({{"\"auto_map\"", "config.remote-code"},
                                             {"\"custom_pipelines\"", "config.remote-code"},
                                             {"\"trust_remote_code\"", "config.remote-code"},
                                             {"\"Lambda\"", "keras.lambda"},
                                             {"\"__lambda__\"", "keras.lambda"}});

}  // namespace

void scan_json(std::string_view text, const std::string& member, Findings& findings) {
  auto document = json::parse(text, {.max_depth = 256, .max_bytes = kDocument});
  if (document) {
    Reader(member, findings).walk(*document);
    return;
  }
  findings.add("config.unreadable", member, {}, document.error().message());
  const auto plain = without_escapes(text);
  for (const auto& [word, code] : kWords) {
    if (const auto at = plain.find(word); at != std::string::npos)
      findings.add(code, member, {}, std::string(word));
  }
  // A template in it stands in quotes and with escapes: its blocks are found all the same.
  if (plain.find("chat_template") != std::string::npos) scan_template(plain, member, {}, findings);
}

void scan_yaml(std::string_view text, const std::string& member, Findings& findings) {
  for (const std::string_view tag : {"!!python/", "tag:yaml.org,2002:python/"}) {
    const auto at = text.find(tag);
    if (at == std::string_view::npos) continue;
    const auto end = text.find_first_of(" \t\r\n>", at);
    findings.add("config.yaml-tag", member, at, std::string(text.substr(at, end - at)));
  }
  static constexpr std::string_view kTarget = "_target_";
  for (auto at = text.find(kTarget); at != std::string_view::npos;
       at = text.find(kTarget, at + 1)) {
    auto value = text.substr(at + kTarget.size());
    value = trim(value.substr(0, value.find('\n')));
    while (!value.empty() &&
           std::string_view(":'\" ").find(value.front()) != std::string_view::npos)
      value.remove_prefix(1);
    value = value.substr(0, value.find_first_of("'\" #,}"));
    const auto dot = value.rfind('.');
    if (dot != std::string_view::npos && is_notorious(value.substr(0, dot), value.substr(dot + 1)))
      findings.add("config.target", member, at, std::string(value));
  }
}

}  // namespace mpk::scan
