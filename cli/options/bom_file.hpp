// A CycloneDX document that a command reads from a file.
#pragma once

#include "agent/pins.hpp"
#include "base/result.hpp"
#include "json/value.hpp"
#include "session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::cli {

inline constexpr int kAibomNotValid = 21;

/// How a message calls it: "-" is standard input.
std::string input_name(const std::string& path);

/// Its text, not parsed; `flag` is empty for an argument. usage: can't be read, a directory.
Result<std::string> read_bom_text(Session& session, std::string_view flag, const std::string& path);

/// The parsed document. usage: can't be read; unsupported: a reference to an artifact; malformed:
/// no JSON, no CycloneDX document (then exit code 21 is the answer).
Result<Json> read_bom(Session& session, const std::string& path, std::string_view flag = "--aibom");

/// The answer to an error of the document: malformed is refused with kAibomNotValid.
Result<int> bom_answer(Session& session, Error error);

/// The MCP servers that it pins, at least one. usage: none; else as read_bom(), and malformed: pins
/// that do not agree with themselves.
Result<std::vector<agent::Server>> read_pinned(Session& session, const std::string& path);

}  // namespace mpk::cli
