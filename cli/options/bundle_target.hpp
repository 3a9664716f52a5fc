// TARGET and --bundle: what is verified, an artifact by its reference or a file with its bundle.
#pragma once

#include "base/result.hpp"
#include "flow/read_bundle.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

struct BundleTarget {
  std::string target;
  std::optional<std::string> bundle;

  void add_to(OptionSet& set);
  /// With --bundle only.
  struct Read {
    std::string text;
    std::vector<flow::ReadBundle> bundles;
  };
  Result<Read> read(Session& session) const;
};

}  // namespace mpk::cli
