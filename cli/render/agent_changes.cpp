// Changes: subject first, then what it was and what it is.
#include "render/agent_changes.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::cli {

std::string agent_changes_text(const agent::Server& pinned,
                               const std::vector<agent::Change>& changes) {
  std::string out;
  for (const auto& change : changes) {
    out += "FAIL  " + printable(change.subject, 80) + "  " + printable(change.message, 400) + " [" +
           change.code + "]\n";
    for (const auto& detail : change.details) {
      auto label = printable(detail.label, 60);
      if (label.size() < 9) label.resize(9, ' ');
      out += "      " + label + " " + printable(detail.text, 240) + "\n";
    }
  }
  const auto what = printable(pinned.name, 80) + " · " +
                    counted(pinned.tools ? pinned.tools->size() : 0, "pinned tool") +
                    (pinned.prompts ? ", " + counted(pinned.prompts->size(), "prompt") : "");
  if (changes.empty()) return "unchanged: " + what;
  return out + "refused: " + counted(changes.size(), "change") + " · " + what;
}

Json agent_changes_json(const std::string& aibom, const agent::Server& pinned,
                        const std::vector<agent::Change>& changes) {
  Json list = Json::array();
  for (const auto& change : changes) {
    Json details = Json::array();
    for (const auto& detail : change.details)
      details.push_back({{"label", detail.label}, {"text", detail.text}});
    list.push_back({{"code", change.code},
                    {"subject", change.subject},
                    {"message", change.message},
                    {"details", std::move(details)}});
  }
  return {{"kind", "AgentVerification"},
          {"aibom", aibom},
          {"server", pinned.name},
          {"result", changes.empty() ? "unchanged" : "changed"},
          {"tools", pinned.tools ? pinned.tools->size() : 0},
          {"changes", std::move(list)}};
}

}  // namespace mpk::cli
