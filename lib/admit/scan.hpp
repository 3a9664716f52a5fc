// Scan: the objects of a cluster's dump, each judged as the gate would judge it if it came now.
#pragma once

#include "admit/gate.hpp"
#include "admit/verdicts.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::admit {

/// What kubectl prints: JSON, or YAML of any number of documents; lists in it are taken apart.
/// Errors name the place. malformed: neither of both, something that is no object of Kubernetes, a
/// list of which there is more, no document at all; too_large: limits::kDumpBytes, kDumpValues.
Result<std::vector<Json>> objects_of(std::string_view text, std::string_view name);

/// An object; or, with an empty apiVersion, what a registry has (admit/registry_scan.hpp): a Tag by
/// its reference, a Repository.
struct ScannedObject {
  /// none: it names nothing that the policy is about. exempt: it names something, and its namespace
  /// is one that nobody looks at.
  enum class Outcome { none, exempt, allowed, refused, undecided };
  std::string api_version, kind, name_space, name, uid;
  Outcome outcome = Outcome::none;
  std::vector<Finding> findings;
  std::string message;  // why not, or why unseen
};
std::string_view to_string(ScannedObject::Outcome outcome);

struct Scan {
  std::vector<ScannedObject> objects;  // in the dump's order

  std::size_t count(ScannedObject::Outcome outcome) const;
  /// 0, or 1: something is refused, or 3: something could not be decided.
  int exit_code() const;
};

/// Each reference is asked for once, whichever objects name it. `rules` neither warn nor pin.
/// Error: cancelled.
Result<Scan> scan_objects(const std::vector<Json>& objects,
                          const std::shared_ptr<const Rules>& rules, Verdicts& verdicts,
                          const CancelToken& cancel);

/// {"kind":"AdmitScan","version":1,…}: objects but those of outcome none, which are counted only.
Json to_json(const Scan& scan, const policy::PolicyFile& policy);
/// A List of Reports, one for each namespace, and a ClusterReport; several where one would be over
/// what `kubectl apply` takes.
Json openreports(const Scan& scan, const policy::PolicyFile& policy, Timestamp now);

}  // namespace mpk::admit
