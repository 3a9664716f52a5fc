// pull: (verify, then) an artifact's files into a directory.
#pragma once

#include "flow/verify.hpp"
#include "modelpack/selection.hpp"
#include "modelpack/unpack.hpp"

#include <optional>

namespace mpk::flow {

struct PullRequest {
  oci::Reference reference;
  std::filesystem::path directory;
  bool overwrite = false;
  modelpack::Selection selection;
  std::optional<VerifyRequest> verify;  // before the first layer byte
  bool from_local_store = false;        // by its whole reference; else from where it says
};

struct PullOutcome {
  oci::Descriptor manifest;
  std::optional<policy::Verdict> verdict;  // refused or undecided: nothing was fetched
  modelpack::UnpackOutcome files;
};

Result<PullOutcome> pull(const Context& context, const PullRequest& request);

}  // namespace mpk::flow
