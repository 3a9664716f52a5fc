// A verdict on the screen: one line a check, then the outcome (notes in docs/verdict.md).
#pragma once

#include "policy/verdict.hpp"

#include <string>

namespace mpk::cli {

/// `quiet`: only the last line; `verbose`: every step of the client specification too.
std::string verdict_text(const policy::Verdict& verdict, bool quiet, bool verbose, bool color);

}  // namespace mpk::cli
