// Step log.witness: those who were named have cosigned the log's checkpoint.
#include "base/text.hpp"
#include "sigstore/verify_steps.hpp"

#include <algorithm>

namespace mpk::sigstore {
namespace {

constexpr std::int64_t kClockSkew = 300;  // seconds

struct Counted {
  std::vector<std::string> names;
  std::string problem;  // of a cosignature that is there and does not hold
};

// Who runs the log can't be the one who watches it.
bool is_log(const Case& c, const Witness& witness) {
  return std::ranges::any_of(c.root.tlogs,
                             [&](const TransparencyLog& log) { return log.key == witness.key; });
}

Counted count(const Case& c, const WitnessQuorum& quorum, std::size_t entry) {
  Counted out;
  const auto& proof = c.bundle.log_entries[entry].proof;
  if (!proof || proof->checkpoint.empty()) return out;
  const auto checkpoint = parse_checkpoint(proof->checkpoint);
  if (!checkpoint) return out;
  for (const auto& witness : quorum.witnesses) {
    if (is_log(c, witness)) {
      out.problem = printable(witness.name, 80) + " has the key of a log, which is no witness";
      continue;
    }
    const auto time = verify_cosignature(checkpoint->note, witness);
    if (time && *time <= c.now.plus_seconds(kClockSkew)) {
      out.names.push_back(witness.name);
    } else if (out.problem.empty()) {
      out.problem = time ? "cosignature of " + printable(witness.name, 80) + " is of the future"
                         : time.error().text();
    }
  }
  return out;
}

}  // namespace

Step check_witnesses(Case& c) {
  const std::string id = "log.witness";
  if (c.evidence.witnesses.empty()) return skipped(id, "none named");
  std::vector<std::string> messages;
  for (const auto& quorum : c.evidence.witnesses) {
    Counted best;
    std::vector<Source> witnessed;
    for (const auto& entry : c.proven_entries) {
      auto counted = count(c, quorum, entry.index);
      if (counted.names.size() >= quorum.needed) witnessed.push_back(entry.log);
      if (counted.names.size() >= best.names.size()) best = std::move(counted);
    }
    // Where several logs are asked for, one that nobody watches does not count.
    if (count_different(witnessed) < std::max(1U, c.evidence.logs.value_or(1))) {
      std::vector<std::string> wanted;
      for (const auto& witness : quorum.witnesses) wanted.push_back(witness.name);
      return failed(id, {.code = "witness-quorum",
                         .message = "too few witnesses have cosigned the log's checkpoint" +
                                    (best.problem.empty() ? "" : ": " + best.problem),
                         .expected = {std::to_string(quorum.needed) + " of " + join(wanted, ", ")},
                         .found = best.names.empty() ? "none" : join(best.names, ", "),
                         .hint = "only Rekor v2 logs carry cosignatures; are these witnesses of "
                                 "this log?"});
    }
    for (auto& name : best.names) c.facts.witnesses.push_back(std::move(name));
    const auto all = quorum.witnesses.size();
    messages.push_back(std::to_string(best.names.size()) + " of " + std::to_string(all) +
                       (all == 1 ? " witness" : " witnesses"));
  }
  return passed(id, join(messages, "; "));
}

}  // namespace mpk::sigstore
