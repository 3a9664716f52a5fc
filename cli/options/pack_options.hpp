// Options and output that ship, pack, push and the aiBOM share.
#pragma once

#include "attest/slsa_provenance.hpp"
#include "json/value.hpp"
#include "modelpack/pack.hpp"
#include "option_set.hpp"
#include "session.hpp"

#include <optional>
#include <string>

namespace mpk::cli {

struct PackFlags {
  std::optional<std::string> modelfile, created;
  void add_to(OptionSet& set);
};

struct ProvenanceFlags {
  std::optional<std::string> builder_id, build_type, source_uri, source_commit, invocation_id;
  void add_to(OptionSet& set);
  attest::ProvenanceOverrides overrides() const;
};

/// {"files": […], "findings": […], "ignored": […]}
Json packed_json(const modelpack::PackOutcome& packed);
void say_ignored(const modelpack::PackOutcome& packed, Session& session);

}  // namespace mpk::cli
