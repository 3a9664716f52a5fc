// Verdicts: each digest is judged once at a time, by a bounded number of workers, and remembered.
#pragma once

#include "admit/gate.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "flow/verify.hpp"
#include "oci/reference.hpp"
#include "policy/verdict.hpp"
#include "trace/tracer.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>

namespace mpk::admit {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What references are judged by; never changes.
struct Rules {
  flow::VerifyRequest request;  // with `policies`
  GateOptions gate;
  std::uint64_t generation = 0;  // of another one nothing counts that is remembered
};

/// Whether a verdict by the one is a verdict by the other. Never of Rego, whose rules lie
/// elsewhere, and of witnesses, whose keys are no part of a digest.
bool judge_alike(const flow::VerifyRequest& one, const flow::VerifyRequest& other);

/// What one worker judges with; used by one thread. Every call ends by `end`, or soon after.
class Judge {
 public:
  virtual ~Judge() = default;
  /// What is done from now on is part of that span.
  virtual void under(const trace::Span& span) { static_cast<void>(span); }
  /// What a tag names now.
  virtual Result<Digest> resolve(const oci::Reference& reference, SteadyTime end) = 0;
  /// By its digest; by its tag only when resolve() could not tell what that names.
  virtual Result<policy::Verdict> verify(const oci::Reference& reference, const Rules& rules,
                                         SteadyTime end) = 0;
};

struct VerdictsOptions {
  std::size_t workers = 16;  // verdicts under way at a time
  std::size_t waiting = 1024;
  std::size_t remembered = 1024;  // verdicts; that which was asked for longest ago goes first
  std::chrono::milliseconds passed_for{60'000}, refused_for{5'000};
  std::chrono::milliseconds limit{20'000};  // of one verdict, however long anybody waits for it
};

struct VerdictCounts {
  std::atomic<std::uint64_t> remembered{0}, joined{0}, started{0}, turned_away{0};
  std::atomic<std::uint64_t> passed{0}, refused{0}, undecided{0}, failed{0};
  std::atomic<std::uint64_t> microseconds{0};  // all that were started and ended
};

/// Thread-safe. What could not be decided is never remembered, and a tag only as long as it is
/// asked.
class Verdicts {
 public:
  using Shared = std::shared_ptr<const policy::Verdict>;
  using Asked = std::shared_future<Result<Shared>>;

  Verdicts(const VerdictsOptions& options,
           const std::function<std::unique_ptr<Judge>()>& make_judge);
  Verdicts(const Verdicts&) = delete;
  Verdicts& operator=(const Verdicts&) = delete;
  /// Those under way are waited for; those that only wait are given up.
  ~Verdicts();

  /// Never waits. The verdict is of the digest, and its `reference` names that alone. Its error is
  /// a timeout when too many wait already. `span` (may be null) is told where the verdict comes
  /// from, and is the parent of making it, or linked to that.
  Asked ask(const oci::Reference& reference, const std::shared_ptr<const Rules>& rules,
            trace::Span* span = nullptr);
  /// timeout: not known by then. The work goes on for whoever asks next.
  static Result<Shared> wait(const Asked& asked, SteadyTime end);

  const VerdictCounts& counts() const;
  std::size_t under_way() const;  // and waiting
  std::size_t size() const;       // remembered

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpk::admit
