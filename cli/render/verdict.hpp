// A verdict on the screen: one line a check, then the outcome (notes in docs/verdict.md).
#pragma once

#include "policy/verdict.hpp"
#include "session.hpp"

#include <string>
#include <vector>

namespace mpk::cli {

struct VerdictStyle {
  bool quiet = false;    // only the last line
  bool verbose = false;  // every step of the client specification too
  bool color = false;
};

/// `evidence`: what was waived is named. Everything from outside is escaped.
std::string verdict_text(const policy::Verdict& verdict, const VerdictStyle& style,
                         const sigstore::Evidence& evidence);

/// What --format takes of a command that verifies: text, json, and those of other tools.
std::vector<std::string> verdict_formats();
/// In the format that is asked for; as text by the session's options.
void print_verdict(Session& session, const policy::Verdict& verdict,
                   const sigstore::Evidence& evidence);

}  // namespace mpk::cli
