// Options of model signing, named as the reference client's where it has them.
#pragma once

#include "base/result.hpp"
#include "flow/model_signing.hpp"
#include "option_set.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct ModelRuleOptions {
  std::vector<std::string> ignore_paths;
  bool no_ignore_git_paths = false, allow_symlinks = false;
  void add_to(OptionSet& set);
  flow::ModelRules rules(const std::string& signature) const;
  bool given() const { return !ignore_paths.empty() || no_ignore_git_paths || allow_symlinks; }
};

/// Of `mpk sign`: a directory or, with --oms, an artifact or a single file.
struct ModelSignOptions {
  ModelRuleOptions rules;
  std::string method = "files", hash = "sha256";
  std::optional<std::string> shard_size;
  bool oms = false;
  void add_to(OptionSet& set);
  /// usage: a shard size that is none, or that is given without shards.
  Result<flow::ModelSigning> resolve(const std::string& signature) const;
  /// Whether an option was given that only models have.
  bool given() const;
  /// --oms and nothing else.
  bool only_oms() const;
};

/// Of `mpk verify DIR --bundle FILE`.
struct ModelVerifyOptions {
  ModelRuleOptions rules;
  bool ignore_unsigned_files = false;
  std::vector<std::string> only;
  void add_to(OptionSet& set);
  flow::ModelVerifying resolve(const std::string& signature) const;
  bool given() const { return rules.given() || ignore_unsigned_files || !only.empty(); }
};

}  // namespace mpk::cli
