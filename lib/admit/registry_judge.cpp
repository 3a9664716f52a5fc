// A Judge that looks into registries.
#include "admit/registry_judge.hpp"

#include "http/bounded_transport.hpp"
#include "oci/store.hpp"
#include "trace/traced_transport.hpp"

#include <map>
#include <string>
#include <utility>

namespace mpk::admit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kStores = 32;
constexpr std::chrono::minutes kStoreLife{5};

class RegistryJudge final : public Judge {
 public:
  explicit RegistryJudge(const flow::Context& context)
      : traced_(context.transport, job_),
        transport_(traced_, &stats_),
        context_{.transport = transport_,
                 .clock = context.clock,
                 .env = context.env,
                 .random = context.random,
                 .logger = context.logger,
                 .progress = context.progress,
                 .stats = stats_,
                 .cancel = context.cancel,
                 .plain_http = context.plain_http,
                 .workers = context.workers,
                 .mpk_version = context.mpk_version,
                 .trace = job_} {}

  void under(const trace::Span& span) override { job_.under(span); }

  Result<Digest> resolve(const oci::Reference& reference, SteadyTime end) override {
    transport_.end_by(end);
    auto& store = *TRY(store_of(reference));
    auto descriptor = job_.run("resolve", [&] { return flow::resolve(store, reference); });
    if (!descriptor) {
      stores_.erase(reference.name());
      return std::move(descriptor).error();
    }
    return descriptor->digest;
  }

  Result<policy::Verdict> verify(const oci::Reference& reference, const Rules& rules,
                                 SteadyTime end) override {
    transport_.end_by(end);
    auto& store = *TRY(store_of(reference));
    auto verdict = flow::verify_in_store(context_, store, reference, rules.request);
    if (!verdict || verdict->outcome() == policy::Verdict::Outcome::undecided)
      stores_.erase(reference.name());
    return verdict;
  }

 private:
  struct Kept {
    std::unique_ptr<oci::Store> store;
    SteadyTime until;
  };

  Result<oci::Store*> store_of(const oci::Reference& reference) {
    const auto now = Clock::now();
    std::erase_if(stores_, [&](const auto& each) { return each.second.until <= now; });
    const auto name = reference.name();
    if (const auto at = stores_.find(name); at != stores_.end()) return at->second.store.get();
    if (stores_.size() >= kStores) stores_.erase(stores_.begin());
    auto store = TRY(flow::open_store(context_, reference));
    return stores_.emplace(name, Kept{std::move(store), now + kStoreLife})
        .first->second.store.get();
  }

  Stats stats_;
  const trace::Job job_ = trace::Job::make();
  trace::TracedTransport traced_;
  http::BoundedTransport transport_;
  flow::Context context_;
  std::map<std::string, Kept> stores_;  // by name; they use the transport
};

}  // namespace

std::unique_ptr<Judge> make_registry_judge(const flow::Context& context) {
  return std::make_unique<RegistryJudge>(context);
}

}  // namespace mpk::admit
