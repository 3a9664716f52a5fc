// Job: what one piece of work is busy with, for whoever works on it.
#pragma once

#include "trace/tracer.hpp"

#include <memory>
#include <string_view>

namespace mpk::trace {

class Phase;

/// Copies are the same job. A default one is traced by nobody. Thread-safe.
class Job {
 public:
  Job() = default;
  /// One whose phases and requests are children of a span that is yet to be given.
  static Job make();

  /// What begins from now on is under it; a default span: nothing is traced.
  void under(const Span& span) const;
  /// A span under what the job is busy with, for one that begins and ends anywhere.
  Span start(std::string_view name, Kind kind) const;
  /// Until the phase ends, what begins is under it. Phases of a job enclose or follow each other.
  Phase phase(std::string_view name) const;
  /// `work()` as a phase, which fails when its Result does.
  template <class Work>
  auto run(std::string_view name, const Work& work) const;

 private:
  friend class Phase;
  struct State;
  std::shared_ptr<State> state_;
};

class Phase {
 public:
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;
  ~Phase();
  Span* operator->() { return &span_; }

 private:
  friend class Job;
  Phase(Job job, std::string_view name);
  Job job_;
  SpanContext before_;
  Span span_;
};

template <class Work>
auto Job::run(std::string_view name, const Work& work) const {
  auto phase = this->phase(name);
  auto result = work();
  if (!result) phase->fail(result.error());
  return result;
}

}  // namespace mpk::trace
