// A CycloneDX document from a file.
#include "options/bom_file.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "oci/reference.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace mpk::cli {

std::string input_name(const std::string& path) { return path == "-" ? "standard input" : path; }

Result<std::string> read_bom_text(Session& session, std::string_view flag,
                                  const std::string& path) {
  std::error_code ignored;
  if (path != "-" && std::filesystem::is_directory(path, ignored)) {
    return Error(
        ErrorKind::usage,
        (flag.empty() ? "" : std::string(flag) + " ") + path + ": a directory, expected an aiBOM",
        "mpk aibom create " + path + " writes the aiBOM of a model's directory");
  }
  return session.flag_file(flag, path, limits::kJsonDocument);
}

Result<Json> read_bom(Session& session, const std::string& path, std::string_view flag) {
  if (oci::Reference::looks_like(path)) {
    return Error(ErrorKind::unsupported,
                 "--aibom " + printable(path, 200) + ": a reference is not supported here",
                 "give a file; mpk aibom show REF --format json prints the attached one");
  }
  const auto text = TRY(read_bom_text(session, flag, path));
  auto document = json::parse(text, {.max_depth = 128});
  if (!document) return std::move(document).error().with(input_name(path));
  const auto format = document->is_object() ? document->find("bomFormat") : document->end();
  if (!document->is_object() || format == document->end() || *format != Json("CycloneDX")) {
    return Error(ErrorKind::malformed, input_name(path) + ": not a CycloneDX document",
                 "mpk aibom create writes one");
  }
  return document;
}

Result<int> bom_answer(Session& session, Error error) {
  if (error.kind() != ErrorKind::malformed) return error;
  return session.refuse(error, kAibomNotValid);
}

Result<std::vector<agent::Server>> read_pinned(Session& session, const std::string& path) {
  const auto bom = TRY(read_bom(session, path));
  auto pins = TRY(agent::read_pins(bom).with(path));
  if (pins.empty()) {
    return Error(ErrorKind::usage, path + ": no MCP server is pinned", "mpk agent pin pins one");
  }
  return pins;
}

}  // namespace mpk::cli
