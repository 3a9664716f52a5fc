// Whose signature counts and how much evidence is asked: what verify and pull have in common.
#pragma once

#include "base/result.hpp"
#include "flow/verify.hpp"
#include "option_set.hpp"
#include "options/legacy_tags_option.hpp"
#include "options/options.hpp"
#include "options/policy_option.hpp"
#include "options/rego_options.hpp"
#include "session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpk::cli {

/// TRUST, WHO and the evidence of DESIGN.md §2.
struct JudgeOptions {
  PolicyOption policy;
  RegoOptions rego;
  WhoOptions who;
  std::optional<std::string> key, certificate_chain;
  TrustOptions trust;
  EvidenceOptions evidence;
  LegacyTagsOption legacy_tags;

  void add_to(OptionSet& set);
  /// Somebody is named: an identity, a key or a policy.
  bool names_somebody() const;
  /// An option is there that only means something to who verifies.
  bool asks_for_something() const;
  /// Reads the files. With a key or an authority of one's own, and no trusted root named, the root
  /// is empty: nobody else's log or timestamp is asked for. usage: nobody named, a contradiction.
  Result<flow::VerifyRequest> resolve(Session& session) const;
};

}  // namespace mpk::cli
