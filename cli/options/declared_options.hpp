// --training, --evaluation, --base-aibom: what aibom create and ship take from people.
#pragma once

#include "flow/declared.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

/// What --training names. usage: it can't be read or is wrong.
Result<model::TrainingFile> read_training(const std::string& file, Session& session);

struct DeclaredOptions {
  std::optional<std::string> training, base_aibom;
  std::vector<std::string> evaluations;
  void add_to(OptionSet& set);
  /// Reads the files, before anything else is done. usage: a file that can't be read or is wrong.
  Result<flow::Declared> resolve(Session& session) const;
};

}  // namespace mpk::cli
