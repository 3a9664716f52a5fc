// A verdict on the screen: one line a check, then the outcome (notes in docs/verdict.md).
#pragma once

#include "policy/verdict.hpp"
#include "session.hpp"

#include <string>

namespace mpk::cli {

struct VerdictStyle {
  bool quiet = false;    // only the last line
  bool verbose = false;  // every step of the client specification too
  bool color = false;
};

/// `evidence`: what was waived is named. Everything from outside is escaped.
std::string verdict_text(const policy::Verdict& verdict, const VerdictStyle& style,
                         const sigstore::Evidence& evidence);

/// The same by the session's options, or the document where JSON is asked for.
void print_verdict(Session& session, const policy::Verdict& verdict,
                   const sigstore::Evidence& evidence);

}  // namespace mpk::cli
