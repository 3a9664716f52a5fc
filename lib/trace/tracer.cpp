// Spans: made, filled, handed on.
#include "trace/tracer.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mpk::trace {
namespace {

using Steady = std::chrono::steady_clock;

// §3.2.2.3: an id of zeros is none.
template <std::size_t kSize>
std::array<std::uint8_t, kSize> new_id(crypto::Random& random) {
  std::array<std::uint8_t, kSize> out{};
  std::ranges::copy(random.bytes(kSize), out.begin());
  if (out == std::array<std::uint8_t, kSize>{}) out.back() = 1;
  return out;
}

Timestamp plus(Timestamp time, Steady::duration more) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto nanoseconds =
      time.nanoseconds() + std::chrono::duration_cast<std::chrono::nanoseconds>(more).count();
  return Timestamp::from_parts(time.seconds() + nanoseconds / kSecond,
                               static_cast<std::int32_t>(nanoseconds % kSecond));
}

}  // namespace

struct Span::State {
  const Tracer& tracer;
  bool recording;
  Steady::time_point begun;
  SpanData data;
};

void Span::Destroy::operator()(State* state) const { delete state; }

Span& Span::operator=(Span&& other) noexcept {
  if (this != &other) {
    end();
    state_ = std::move(other.state_);
  }
  return *this;
}

bool Span::recording() const { return state_ && state_->recording; }

SpanContext Span::context() const { return state_ ? state_->data.context : SpanContext{}; }

const Tracer* Span::tracer() const { return state_ ? &state_->tracer : nullptr; }

Span Span::child(std::string_view name, Kind kind) const {
  return state_ ? state_->tracer.start(name, kind, state_->data.context) : Span{};
}

void Span::set(std::string_view key, Value value) {
  auto& data = state_->data;
  if (data.attributes.size() >= kAttributes) {
    ++data.attributes_dropped;
  } else {
    data.attributes.emplace_back(key, std::move(value));
  }
}

void Span::text(std::string_view key, std::string_view value) {
  if (recording()) set(key, printable(value, kText));
}
void Span::number(std::string_view key, std::int64_t value) {
  if (recording()) set(key, value);
}
void Span::flag(std::string_view key, bool value) {
  if (recording()) set(key, value);
}
void Span::real(std::string_view key, double value) {
  if (recording()) set(key, value);
}

void Span::event(std::string_view name) {
  if (!recording()) return;
  auto& data = state_->data;
  if (data.events.size() >= kEvents) {
    ++data.events_dropped;
  } else {
    data.events.push_back({std::string(name), plus(data.start, Steady::now() - state_->begun), {}});
  }
}

void Span::link(const SpanContext& to) {
  if (!recording() || !to.valid()) return;
  auto& data = state_->data;
  if (data.links.size() >= kLinks) {
    ++data.links_dropped;
  } else {
    data.links.push_back(to);
  }
}

void Span::fail(std::string_view type, std::string_view message) {
  if (!recording()) return;
  state_->data.status = Status::error;
  state_->data.message = printable(redact(message), kText);
  text("error.type", type);
}

void Span::fail(const Error& error) {
  if (!recording()) return;
  fail(to_string(error.kind()), error.text());
  event("exception");
  auto& data = state_->data;
  if (data.events_dropped > 0) return;
  data.events.back().attributes = {{"exception.type", std::string(to_string(error.kind()))},
                                   {"exception.message", data.message}};
}

void Span::end() {
  const auto state = std::move(state_);
  if (!state || !state->recording) return;
  auto& data = state->data;
  data.end = plus(data.start, Steady::now() - state->begun);
  state->tracer.sink_.take(std::move(data));
}

void Span::drop() { state_.reset(); }

bool Tracer::samples(const SpanContext& parent, const TraceId& id) const {
  if (parent.valid() && sampler_.parent_based) return parent.sampled();
  if (sampler_.ratio >= 1) return true;
  // As other SDKs do it, so that all programs of a trace decide the same.
  std::uint64_t low = 0;
  for (std::size_t i = 8; i < id.size(); ++i) low = low << 8 | id[i];
  return static_cast<double>(low >> 1) < sampler_.ratio * 0x1p63;
}

Span Tracer::start(std::string_view name, Kind kind, const SpanContext& parent) const {
  Span span;
  span.state_.reset(new Span::State{*this, false, {}, {}});
  auto& data = span.state_->data;
  auto& context = data.context;
  context.flags = kRandom;
  if (parent.valid()) {
    context = parent;
    context.remote = false;
    data.parent = parent.span_id;
    data.parent_remote = parent.remote;
  } else {
    context.trace_id = new_id<16>(random_);
  }
  context.span_id = new_id<8>(random_);
  span.state_->recording = samples(parent, context.trace_id);
  context.flags = static_cast<std::uint8_t>((context.flags & ~kSampled) |
                                            (span.state_->recording ? kSampled : 0));
  if (!span.state_->recording) return span;
  data.name = name;
  data.kind = kind;
  data.start = clock_.now();
  span.state_->begun = Steady::now();
  return span;
}

}  // namespace mpk::trace
