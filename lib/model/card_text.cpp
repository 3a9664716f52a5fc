// card_text: a card is cut into sections at its headings; sections are found by their headings.
#include "model/card_text.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "model/collect.hpp"

#include <algorithm>
#include <array>

namespace mpk::model {
namespace {

constexpr std::size_t kBody = 1U << 20;  // as much prose as is looked at

struct Section {
  std::size_t level = 0;  // 0: before the first heading
  std::string heading;    // as written
  std::string words;      // lower case, for comparing
  std::string text;
};

/// The template of model cards explains each section in a comment.
std::string without_comments(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto start = text.find("<!--");
    out += text.substr(0, start);
    if (start == text.npos) break;
    const auto end = text.find("-->", start);
    if (end == text.npos) break;
    text.remove_prefix(end + 3);
  }
  return out;
}

std::string words_of(std::string_view text) {
  std::string out;
  for (const char c : lower_ascii(text)) {
    const bool word = is_lower(c) || is_digit(c);
    if (word) out += c;
    if (!word && !out.empty() && out.back() != ' ') out += ' ';
  }
  return std::string(trim(out));
}

/// "## Intended use ##" → 2; 0: no heading (CommonMark §4.2).
std::size_t heading_level(std::string_view line) {
  const auto level = std::min(line.find_first_not_of('#'), line.size());
  const bool heading = level >= 1 && level <= 6 && level < line.size() &&
                       (line[level] == ' ' || line[level] == '\t');
  return heading ? level : 0;
}

std::string_view heading_text(std::string_view line, std::size_t level) {
  line = trim(line.substr(level));
  while (line.ends_with('#')) line.remove_suffix(1);
  return trim(line);
}

std::vector<Section> sections_of(std::string_view body) {
  std::vector<Section> out(1);
  char fence = 0;
  for (const std::string_view raw : split(body, '\n')) {
    const std::string_view line = trim(raw);
    if (line.starts_with("```") || line.starts_with("~~~")) {
      if (fence == 0 || fence == line.front()) fence = fence == 0 ? line.front() : '\0';
      continue;
    }
    if (fence != 0) continue;  // code is no prose, and its comments are no headings
    if (const std::size_t level = heading_level(line); level != 0) {
      const std::string_view heading = heading_text(line, level);
      out.push_back({level, std::string(heading), words_of(heading), {}});
      continue;
    }
    std::string_view kept = raw;
    while (kept.ends_with('\r') || kept.ends_with(' ') || kept.ends_with('\t')) {
      kept.remove_suffix(1);
    }
    if (kept.empty() && (out.back().text.empty() || out.back().text.ends_with("\n\n"))) continue;
    out.back().text += kept;
    out.back().text += '\n';
  }
  return out;
}

std::string text_of(const Section& section) {
  const std::string_view text = trim(section.text);
  if (text == "[More Information Needed]") return {};  // the template's gap
  return std::string(trim(cut(text, kLongText)));
}

/// The first paragraph that is prose: no table, image, badge, list, quote or HTML.
std::string first_prose(const Section& section) {
  std::string_view text = section.text;
  while (!text.empty()) {
    const auto end = std::min(text.find("\n\n"), text.size());
    const std::string_view paragraph = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
    const bool list =
        paragraph.starts_with("- ") || paragraph.starts_with("* ") || paragraph.starts_with("+ ");
    const bool prose = !paragraph.empty() && !list && !paragraph.starts_with("[![") &&
                       std::string_view("|<!>:").find(paragraph.front()) == std::string_view::npos;
    if (!prose || paragraph == "[More Information Needed]") continue;
    std::string out = cut(paragraph, kLongText);
    std::replace(out.begin(), out.end(), '\n', ' ');
    return std::string(trim(out));
  }
  return {};
}

/// The text of the first section, not empty, whose heading one of `tests` accepts; earlier tests
/// are better ones.
template <std::size_t N>
std::string find_text(const std::vector<Section>& sections,
                      const std::array<bool (*)(std::string_view), N>& tests) {
  for (const auto test : tests) {
    for (const Section& section : sections) {
      if (section.level == 0 || !test(section.words)) continue;
      if (std::string text = text_of(section); !text.empty()) return text;
    }
  }
  return {};
}

std::string find_intended_use(const std::vector<Section>& sections) {
  return find_text(sections, std::to_array<bool (*)(std::string_view)>({
                                 [](std::string_view words) {
                                   return words.starts_with("intended use") ||
                                          words == "intended purpose";
                                 },
                                 [](std::string_view words) { return words == "direct use"; },
                                 [](std::string_view words) {
                                   return words == "uses" || words == "use" ||
                                          words == "use cases" || words == "primary use cases";
                                 },
                             }));
}

std::string find_limitations(const std::vector<Section>& sections) {
  return find_text(
      sections, std::to_array<bool (*)(std::string_view)>({
                    [](std::string_view words) {
                      return words.starts_with("limitation") || words == "known limitations";
                    },
                    [](std::string_view words) {
                      return words.find("limitation") != words.npos &&
                             !words.starts_with("intended use");
                    },
                    [](std::string_view words) { return words.find("limitation") != words.npos; },
                }));
}

std::string find_risks(const std::vector<Section>& sections) {
  return find_text(
      sections, std::to_array<bool (*)(std::string_view)>({
                    [](std::string_view words) {
                      return words.starts_with("ethical consideration") || words == "ethics";
                    },
                    [](std::string_view words) {
                      return words.starts_with("risks") || words == "safety" ||
                             words.starts_with("bias risks") || words.starts_with("bias and risk");
                    },
                }));
}

std::string find_description(const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    if (section.level > 1) continue;
    if (std::string text = first_prose(section); !text.empty()) return text;
  }
  for (const Section& section : sections) {
    const std::string& words = section.words;
    if (words != "model description" && words != "model summary" && words != "introduction" &&
        words != "overview" && words != "model overview" && words != "description") {
      continue;
    }
    if (std::string text = first_prose(section); !text.empty()) return text;
  }
  return {};
}

/// "| Parameters | 8B |", "- **Number of parameters:** 8.03B".
std::vector<std::string> find_parameters(const std::vector<Section>& sections) {
  static constexpr auto kLabels = std::to_array<std::string_view>(
      {"parameters", "number of parameters", "parameter count", "total parameters"});
  std::vector<std::string> out;
  for (const Section& section : sections) {
    for (std::string_view line : split(section.text, '\n')) {
      line.remove_prefix(std::min(line.find_first_not_of("|*-_ \t"), line.size()));
      const auto end = line.find_first_of(":|");
      if (end == line.npos || end > 64) continue;
      const std::string label = words_of(line.substr(0, end));
      if (std::find(kLabels.begin(), kLabels.end(), label) == kLabels.end()) continue;
      line.remove_prefix(end + 1);
      line = trim(line.substr(0, line.find('|')));
      add_unique(out, cut(line, kShortText));
    }
  }
  return out;
}

}  // namespace

CardText read_card_text(std::string_view body) {
  const std::vector<Section> sections = sections_of(without_comments(cut(body, kBody)));
  CardText out;
  for (const Section& section : sections) {
    if (section.level != 1) continue;
    out.title = cut(section.heading, kShortText);
    break;
  }
  out.description = find_description(sections);
  out.intended_use = find_intended_use(sections);
  out.limitations = find_limitations(sections);
  out.risks = find_risks(sections);
  out.parameters = find_parameters(sections);
  return out;
}

}  // namespace mpk::model
