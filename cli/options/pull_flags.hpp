// Options and output that pull and unpack share.
#pragma once

#include "flow/pull.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct PullFlags {
  std::optional<std::string> output;
  bool overwrite = false;
  std::vector<std::string> include, exclude, kinds;

  void add_to(OptionSet& set);
  /// usage: no directory, one that can't be written, a pattern or kind that is none.
  Result<flow::PullRequest> request(const std::string& reference) const;
};

/// The JSON object of `kind`, without the verdict.
Json pulled_json(const char* kind, const flow::PullRequest& request,
                 const flow::PullOutcome& outcome);
/// "pulled 3 files (12 MiB) into ./model, 2 were there already"
std::string pulled_line(const char* verb, const flow::PullRequest& request,
                        const flow::PullOutcome& outcome);

}  // namespace mpk::cli
