// Tracer and Span: work that is measured, when somebody wants it to be.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "trace/span_data.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace mpk::trace {

class Tracer;

/// Ends where it is destroyed. A default one is none: each call costs one branch. One that is not
/// sampled is passed on to others, and records nothing. Used by one thread at a time; move only.
class Span {
 public:
  Span() = default;
  Span(Span&&) noexcept = default;
  Span& operator=(Span&& other) noexcept;
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() { end(); }

  /// Whether anybody will read what is set: for what takes work to find out.
  bool recording() const;
  /// Not valid() of a default one, and after the end.
  SpanContext context() const;
  /// Who made it; null: nobody.
  const Tracer* tracer() const;
  Span child(std::string_view name, Kind kind = Kind::internal) const;

  // A key is set once.
  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, std::int64_t value);
  void flag(std::string_view key, bool value);
  void real(std::string_view key, double value);
  void event(std::string_view name);
  void link(const SpanContext& to);
  /// Status error, and `error.type`.
  void fail(std::string_view type, std::string_view message = {});
  /// The same, with an event of the error's text.
  void fail(const Error& error);

  void end();
  /// Ends without being told of.
  void drop();

 private:
  friend class Tracer;
  struct State;
  struct Destroy {
    void operator()(State* state) const;
  };
  void set(std::string_view key, Value value);
  std::unique_ptr<State, Destroy> state_;
};

/// Whether a trace that begins here, or one that a caller began, is recorded.
struct Sampler {
  double ratio = 1;          // of the traces: 0 none, 1 all
  bool parent_based = true;  // with a parent, its word counts and not `ratio`
};

/// Makes spans. Thread-safe.
class Tracer {
 public:
  /// All outlive it and its spans.
  Tracer(const Clock& clock, crypto::Random& random, Sampler sampler, SpanSink& sink)
      : clock_(clock), random_(random), sampler_(sampler), sink_(sink) {}
  /// Under `parent`, or the first of a trace when that is not valid().
  Span start(std::string_view name, Kind kind, const SpanContext& parent) const;

 private:
  friend class Span;
  bool samples(const SpanContext& parent, const TraceId& id) const;
  const Clock& clock_;
  crypto::Random& random_;
  const Sampler sampler_;
  SpanSink& sink_;
};

}  // namespace mpk::trace
