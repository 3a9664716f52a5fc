// The span that a job's requests and phases belong under.
#include "trace/job.hpp"

#include <mutex>
#include <utility>

namespace mpk::trace {

struct Job::State {
  std::mutex mutex;
  const Tracer* tracer = nullptr;
  SpanContext current;

  SpanContext exchange(SpanContext next) {
    const std::scoped_lock lock(mutex);
    return std::exchange(current, std::move(next));
  }
};

Job Job::make() {
  Job out;
  out.state_ = std::make_shared<State>();
  return out;
}

void Job::under(const Span& span) const {
  if (!state_) return;
  const std::scoped_lock lock(state_->mutex);
  state_->tracer = span.tracer();
  state_->current = span.context();
}

Span Job::start(std::string_view name, Kind kind) const {
  if (!state_) return {};
  std::unique_lock lock(state_->mutex);
  const auto* tracer = state_->tracer;
  if (tracer == nullptr) return {};
  const auto parent = state_->current;
  lock.unlock();
  return tracer->start(name, kind, parent);
}

Phase Job::phase(std::string_view name) const { return {*this, name}; }

Phase::Phase(Job job, std::string_view name)
    : job_(std::move(job)), span_(job_.start(name, Kind::internal)) {
  if (const auto context = span_.context(); context.valid())
    before_ = job_.state_->exchange(context);
}

Phase::~Phase() {
  if (before_.valid()) job_.state_->exchange(std::move(before_));
}

}  // namespace mpk::trace
