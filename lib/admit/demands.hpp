// Demands: what the annotations of a Kubernetes object ask for beyond the policy.
#pragma once

#include "admit/gate.hpp"
#include "json/value.hpp"
#include "policy/verdict.hpp"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace mpk::admit {

/// Whoever writes a workload may be stricter than the gate, never milder.
struct Demands {
  struct Signer {
    std::string identity, issuer;
    auto operator<=>(const Signer&) const = default;
  };
  struct Problem {
    std::string pointer, text;
    auto operator<=>(const Problem&) const = default;
  };

  bool digest = false;            // tags are refused, also where the gate takes or pins them
  bool rule = false;              // each container's image needs a rule, too
  bool pinned_agents = false;     // as GateOptions::pinned_agents
  bool enforce = false;           // refused also where the gate warns only
  unsigned slsa_level = 0;        // that the verdict must have reached, 0 to 3
  std::vector<Signer> signers;    // each must have signed
  std::vector<Problem> problems;  // annotations under "mpk/" that ask for nothing that is known

  auto operator<=>(const Demands&) const = default;
};

/// Of `metadata.annotations` at whatever depth, so those of Pod templates count, too: all of them
/// together (docs/admission.md, "Annotations"). Total.
Demands demands_of(const Json& object);

/// The gate's options with what the demands say of them.
GateOptions tightened(const GateOptions& options, const Demands& demands);

/// Why a verdict that passed is not enough. nullopt: it is. "annotation-signer",
/// "annotation-slsa-level".
std::optional<Objection> objection_to(const policy::Verdict& verdict, const Demands& demands);

}  // namespace mpk::admit
