// Tests of uploads under random schedules of faults: the right bytes, or one error, never a hang.
#include "base/file.hpp"
#include "http/resilient.hpp"
#include "oci/test_fault_registry.hpp"
#include "oci/test_schedules.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <utility>

using namespace mpk;
using namespace mpk::oci;
using test::Dice;
using test::Fault;
using test::FaultRegistry;
using test::UploadRun;

namespace {

// The real transport's retries, without its pauses.
class Retrying final : public http::Transport {
 public:
  explicit Retrying(http::Transport& inner)
      : outer_(http::make_resilient(std::make_unique<Wire>(inner), {},
                                    {[](auto) {}, [] { return 0.5; }})) {}
  Result<http::Response> send(http::Request request) override {
    return outer_->send(std::move(request));
  }

 private:
  struct Wire final : http::Sender {
    explicit Wire(http::Transport& to) : inner(to) {}
    http::Attempt send_once(const http::Request& request) override { return {inner.send(request)}; }
    http::Transport& inner;
  };
  std::unique_ptr<http::Transport> outer_;
};

Fault throw_dice(Dice& dice) {
  using Kind = Fault::Kind;
  constexpr std::array kKinds = {Kind::refuse,      Kind::reset_before, Kind::reset_in_body,
                                 Kind::reset_after, Kind::take_less,    Kind::lose_session,
                                 Kind::unauthorized};
  constexpr std::array kStatuses = {429, 500, 502, 503, 504, 408, 416};
  return {.kind = kKinds.at(dice.below(kKinds.size())),
          .status = kStatuses.at(dice.below(kStatuses.size())),
          .bytes = dice.below(1200)};
}

struct Schedule {
  explicit Schedule(unsigned seed) : dice(seed) {
    make_habits(registry, dice);
    // One that believes the client shows what the client really sent.
    registry.checks_digest = dice.one_in(2);
    if (registry.checks_digest) registry.says_range = !dice.one_in(5);
    faults_left = dice.one_in(10) ? UINT64_MAX : dice.below(12);
    chances = 2 + dice.below(6);
    registry.fault = [this](const http::Request&) {
      if (registry.log.size() > 4000)
        throw std::runtime_error("the upload does not come to an end");
      if (faults_left == 0 || !dice.one_in(chances)) return Fault();
      --faults_left;
      return throw_dice(dice);
    };
  }
  Dice dice;
  FaultRegistry registry;
  std::uint64_t faults_left = 0, chances = 1;
};

}  // namespace

TEST_CASE("whatever a registry does, an upload ends with the right bytes or one error") {
  const TempDir directory = TempDir::create("mpk-test").take();
  FixedClock clock(Timestamp::from_seconds(1'800'000'000));
  unsigned succeeded = 0;
  const auto [first, last] = test::seeds(600);
  for (unsigned seed = first; seed <= last; ++seed) {
    CAPTURE(seed);  // MPK_SEED
    const test::Watchdog watchdog(seed);
    Schedule schedule(seed);
    auto& dice = schedule.dice;
    Retrying transport(schedule.registry);
    RemoteOptions options;
    options.upload_sizes = {.chunk = 200 + dice.below(1500), .least = 50};
    const bool noted = dice.one_in(2);
    if (noted) {
      options.uploads = directory.path() / std::to_string(seed);
      options.clock = &clock;
    }
    const auto text = test::upload_text(dice.below(7000));
    const bool blob = dice.one_in(3);
    bool fell_back = false;
    Result<Pushed> pushed = Error(ErrorKind::cancelled, "not tried");
    // A run may be interrupted; the last one is not.
    for (unsigned left = static_cast<unsigned>(dice.below(3)) + 1; left > 0 && !pushed; --left) {
      const UploadRun run(transport, options);
      const auto cut = left > 1 ? dice.below(8000) : UINT64_MAX;
      const auto make_source = [&] {
        auto source = std::make_unique<test::NamedText>(text);
        source->poll = [cut, inner = source.get()]() -> Result<void> {
          if (inner->bytes_read < cut) return {};
          return Error(ErrorKind::cancelled, "interrupted");
        };
        return source;
      };
      const auto source = make_source();
      if (!blob) pushed = run.stream(text, *source);
      if (blob || (!pushed && pushed.error().kind() == ErrorKind::unsupported)) {
        fell_back = !blob;
        const auto again = make_source();
        pushed = run.store->push_blob(Descriptor::of("a/b", text), *again, {});
      }
    }
    const auto& blobs = schedule.registry.blobs;
    if (pushed) {
      ++succeeded;
      REQUIRE(blobs.contains(crypto::sha256(text).text()));
    } else {
      CHECK(pushed.error().kind() != ErrorKind::internal);
      CHECK_FALSE(pushed.error().message().empty());
    }
    CHECK(blobs.size() <= 1);
    for (const auto& [digest, bytes] : blobs) CHECK(bytes == text);
    // Nothing of a blob that is complete is kept, unless under the other of its two names.
    if (!noted || !pushed || fell_back || !std::filesystem::exists(options.uploads)) continue;
    for (const auto& found : std::filesystem::directory_iterator(options.uploads))
      CHECK(found.path().filename() == "hosts.json");
  }
  MESSAGE("seeds " << first << " to " << last << ": " << succeeded << " uploads succeeded");
  if (first != last) CHECK(succeeded > (last - first) / 2);
}
