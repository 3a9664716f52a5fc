// Verdicts: a queue, its workers, and what they found out.
#include "admit/verdicts.hpp"

#include "admit/spans.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mpk::admit {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = policy::Verdict::Outcome;

std::string key_of(const oci::Reference& reference, const Rules& rules) {
  auto name =
      reference.digest ? reference.name() + "@" + reference.digest->text() : reference.text();
  return std::to_string(rules.generation) + " " + std::move(name);
}

}  // namespace

struct Verdicts::Impl {
  struct Job {
    std::string key;
    oci::Reference reference;
    std::shared_ptr<const Rules> rules;
    std::promise<Result<Shared>> promise;
    trace::Span span;
  };
  struct Busy {
    Asked asked;
    trace::SpanContext span;  // that of its job
  };
  struct Kept {
    std::string key;
    Shared verdict;
    SteadyTime until;
  };

  explicit Impl(const VerdictsOptions& given) : options(given) {}

  // Under the mutex.
  Shared find(const std::string& key) {
    const auto at = index.find(key);
    if (at == index.end()) return nullptr;
    if (at->second->until <= Clock::now()) {
      kept.erase(at->second);
      index.erase(at);
      return nullptr;
    }
    kept.splice(kept.begin(), kept, at->second);
    return at->second->verdict;
  }

  void keep(const std::string& key, const Shared& verdict) {
    const auto outcome = verdict->outcome();
    if (outcome == Outcome::undecided) return;
    const auto life = outcome == Outcome::passed ? options.passed_for : options.refused_for;
    if (life.count() <= 0 || options.remembered == 0) return;
    const std::scoped_lock lock(mutex);
    if (const auto at = index.find(key); at != index.end()) {
      kept.erase(at->second);
      index.erase(at);
    }
    kept.push_front({key, verdict, Clock::now() + life});
    index[key] = kept.begin();
    if (kept.size() > options.remembered) {
      index.erase(kept.back().key);
      kept.pop_back();
    }
  }

  void count(const Result<policy::Verdict>& result, Clock::duration time) {
    counts.microseconds += static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(time).count());
    if (!result) {
      ++counts.failed;
    } else if (result->outcome() == Outcome::passed) {
      ++counts.passed;
    } else if (result->outcome() == Outcome::refused) {
      ++counts.refused;
    } else {
      ++counts.undecided;
    }
  }

  Result<Shared> judge(Judge& judge, const Job& job, SteadyTime end) {
    auto reference = job.reference;
    auto key = job.key;
    if (!reference.digest) {
      const auto digest = judge.resolve(reference, end);
      // Whether that is a refusal or leaves the question open is said as for every artifact.
      if (!digest) return judged(judge, reference, *job.rules, end);
      reference = reference.with_digest(*digest);
      key = key_of(reference, *job.rules);
      const std::scoped_lock lock(mutex);
      if (auto found = find(key)) return found;
    }
    auto verdict = TRY(judged(judge, reference, *job.rules, end));
    keep(key, verdict);
    return verdict;
  }

  Result<Shared> judged(Judge& judge, const oci::Reference& reference, const Rules& rules,
                        SteadyTime end) {
    const auto begun = Clock::now();
    auto verdict = judge.verify(reference, rules, end);
    count(verdict, Clock::now() - begun);
    if (!verdict) return std::move(verdict).error();
    return std::make_shared<const policy::Verdict>(verdict.take());
  }

  void work(Judge& judge_with) {
    while (true) {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return stopping || !queue.empty(); });
      if (stopping) return;
      auto job = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      job.span.event("started");
      judge_with.under(job.span);
      auto result = [&]() -> Result<Shared> {
        try {
          return judge(judge_with, job, Clock::now() + options.limit);
        } catch (const std::exception& e) {
          ++counts.failed;
          return Error(ErrorKind::internal, e.what());
        }
      }();
      note_verdict(result, job.span);
      job.span.end();
      {
        const std::scoped_lock again(mutex);
        under_way.erase(job.key);
      }
      job.promise.set_value(std::move(result));
    }
  }

  const VerdictsOptions options;
  mutable std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::deque<Job> queue;
  std::unordered_map<std::string, Busy> under_way;  // and waiting
  std::list<Kept> kept;                             // what was asked for last is first
  std::unordered_map<std::string, std::list<Kept>::iterator> index;
  VerdictCounts counts;
  std::vector<std::unique_ptr<Judge>> judges;
  std::vector<std::thread> threads;
};

bool judge_alike(const flow::VerifyRequest& one, const flow::VerifyRequest& other) {
  for (const auto* each : {&one, &other}) {
    if (!each->policies || each->rego || !each->evidence.witnesses.empty()) return false;
  }
  return one.policies->digest == other.policies->digest &&
         one.trusted_root.digest == other.trusted_root.digest &&
         std::ranges::equal(one.anchors, other.anchors, {}, &crypto::Certificate::der,
                            &crypto::Certificate::der);
}

Verdicts::Verdicts(const VerdictsOptions& options,
                   const std::function<std::unique_ptr<Judge>()>& make_judge)
    : impl_(std::make_unique<Impl>(options)) {
  for (std::size_t i = 0; i < std::max<std::size_t>(options.workers, 1); ++i)
    impl_->judges.push_back(make_judge());
  for (auto& judge : impl_->judges)
    impl_->threads.emplace_back([this, &judge] { impl_->work(*judge); });
}

Verdicts::~Verdicts() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  for (auto& thread : impl_->threads) thread.join();
  for (auto& job : impl_->queue)
    job.promise.set_value(Error(ErrorKind::cancelled, "the gate is being stopped"));
}

Verdicts::Asked Verdicts::ask(const oci::Reference& reference,
                              const std::shared_ptr<const Rules>& rules, trace::Span* span) {
  const auto from = [&](std::string_view place) {
    if (span != nullptr) span->text("mpk.verdict.from", place);
  };
  auto key = key_of(reference, *rules);
  std::promise<Result<Shared>> promise;
  Asked asked = promise.get_future().share();
  {
    const std::scoped_lock lock(impl_->mutex);
    if (auto found = impl_->find(key)) {
      ++impl_->counts.remembered;
      from("memory");
      promise.set_value(std::move(found));
      return asked;
    }
    if (const auto at = impl_->under_way.find(key); at != impl_->under_way.end()) {
      ++impl_->counts.joined;
      from("under_way");
      if (span != nullptr) span->link(at->second.span);
      return at->second.asked;
    }
    if (impl_->queue.size() >= impl_->options.waiting) {
      ++impl_->counts.turned_away;
      from("turned_away");
      promise.set_value(
          Error(ErrorKind::timeout, "too many references wait to be verified; try again"));
      return asked;
    }
    ++impl_->counts.started;
    from("registry");
    auto work = span != nullptr ? span->child("make a verdict") : trace::Span();
    impl_->under_way.emplace(key, Impl::Busy{asked, work.context()});
    impl_->queue.push_back({std::move(key),
                            reference.digest ? reference.with_digest(*reference.digest) : reference,
                            rules, std::move(promise), std::move(work)});
  }
  impl_->wake.notify_one();
  return asked;
}

Result<Verdicts::Shared> Verdicts::wait(const Asked& asked, SteadyTime end) {
  if (asked.wait_until(end) != std::future_status::ready)
    return Error(ErrorKind::timeout, "not verified in time; the work goes on: try again");
  return asked.get();
}

const VerdictCounts& Verdicts::counts() const { return impl_->counts; }
std::size_t Verdicts::under_way() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->under_way.size();
}
std::size_t Verdicts::size() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->kept.size();
}

}  // namespace mpk::admit
