// Tests of push and pull under random schedules of faults: the right bytes or one right error,
// never wrong bytes, never a hang. MPK_SEED=N replays one, MPK_SCHEDULES=N plays more.
#include "base/file.hpp"
#include "base/part_file.hpp"
#include "crypto/hash.hpp"
#include "oci/copy.hpp"
#include "oci/downloads.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_artifacts.hpp"
#include "oci/test_schedules.hpp"
#include "oci/test_transfer_registry.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::oci;
using test::Dice;
using test::TransferRegistry;
using test::Trouble;
using Plan = TransferRegistry::Plan;

namespace {

constexpr std::array kAnywhere = {Trouble::busy, Trouble::reset_before, Trouble::reset_after,
                                  Trouble::silent, Trouble::expired_token};
constexpr std::array kUpward = {Trouble::reset_in_body, Trouble::stall_in_body, Trouble::take_less,
                                Trouble::lose_session,  Trouble::spoil,         Trouble::drip};
constexpr std::array kDownward = {Trouble::cut,           Trouble::stall,         Trouble::drip,
                                  Trouble::short_body,    Trouble::wrong_byte,    Trouble::whole,
                                  Trouble::foreign_range, Trouble::missing_range, Trouble::encoded,
                                  Trouble::expired_url};
constexpr std::array kStatuses = {429, 500, 502, 503, 504, 408};
constexpr std::array kRetryAfter = {"", "0", "1", "7", "120", "soon"};

// What it may be called when a transfer ends by it.
std::vector<ErrorKind> fitting(Trouble trouble) {
  using enum ErrorKind;
  switch (trouble) {
    case Trouble::none:
    case Trouble::drip:
      return {};
    case Trouble::silent:
    case Trouble::stall_in_body:
    case Trouble::stall:
      return {timeout};
    case Trouble::expired_token:
      return {unauthorized};
    case Trouble::spoil:
    case Trouble::short_body:
      return {mismatch};
    case Trouble::wrong_byte:
      return {mismatch, malformed};
    case Trouble::take_less:  // a PUT that lacks some has not the digest
      return {network, mismatch};
    case Trouble::encoded:
      return {malformed};
    case Trouble::expired_url:
      return {denied};
    case Trouble::whole:
    case Trouble::foreign_range:
    case Trouble::missing_range:
      return {unsupported};
    default:
      return {network};
  }
}

// What a client that tries again gets over, if it comes once.
bool passes(Trouble trouble) {
  switch (trouble) {
    case Trouble::spoil:
    case Trouble::take_less:
    case Trouble::wrong_byte:
    case Trouble::encoded:
      return false;
    default:
      return true;
  }
}

/// Registries of one schedule, and what was played on them.
class Schedule {
 public:
  explicit Schedule(unsigned seed) : dice(seed) {
    left_ = dice.one_in(10) ? UINT64_MAX : dice.below(12);
    chances_ = 2 + dice.below(8);
  }

  std::unique_ptr<TransferRegistry> registry() {
    auto made = std::make_unique<TransferRegistry>(
        [this](const http::Request& request) { return next(request); });
    make_habits(made->uploads, dice);
    made->redirects = dice.one_in(2);
    made->has_ranges = !dice.one_in(5);
    made->piece = 100 + dice.below(5000);
    return made;
  }

  /// Little enough that a client has to get over it.
  bool mild() const { return only_passing_ && weight_ <= 2; }
  std::size_t played() const { return played_; }
  bool fits(ErrorKind kind) const { return kinds_.contains(kind); }
  /// The requests, with the number of what went wrong with them.
  const std::string& story() const { return story_; }

  Dice dice;
  bool begun = false;    // before, all goes well
  bool threads = false;  // several share a token

 private:
  Plan next(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    if (!begun) return {};
    story_ += "\n" + request.method + " " + request.url.path;
    if (left_ == 0 || !dice.one_in(chances_)) return {};
    --left_;
    Plan plan{.trouble = choose(request),
              .at = static_cast<double>(dice.below(1001)) / 1000.0,
              .status = dice.of(kStatuses),
              .retry_after = dice.of(kRetryAfter),
              .gap = static_cast<unsigned>(1 + dice.below(59))};
    ++played_;
    // A token that no request has proven may be refused for good: one is that dies between the
    // thread that fetched it and its request, or after an answer that was lost.
    weight_ += plan.trouble != Trouble::expired_token ? 1 : threads ? 3 : 2;
    story_ += " #" + std::to_string(static_cast<int>(plan.trouble));
    only_passing_ = only_passing_ && passes(plan.trouble);
    for (const auto kind : fitting(plan.trouble)) kinds_.insert(kind);
    return plan;
  }

  Trouble choose(const http::Request& request) {
    if (dice.one_in(3)) return dice.of(kAnywhere);
    if (request.method == "GET" && request.sink != nullptr) return dice.of(kDownward);
    const bool carries = request.bulk && request.body != nullptr;
    return carries ? dice.of(kUpward) : dice.of(kAnywhere);
  }

  std::mutex mutex_;
  std::uint64_t left_ = 0, chances_ = 1;
  std::size_t played_ = 0, weight_ = 0;
  bool only_passing_ = true;
  std::set<ErrorKind> kinds_;
  std::string story_;
};

struct Model {
  explicit Model(Dice& dice) : root(test::push(store, test::make_model(store, layers(dice)), "1")) {
    if (dice.one_in(3)) test::push(store, test::make_referrer(store, root, "signature"));
    const auto manifest = parse_manifest(store.fetch_manifest(root).take()).take();
    blobs = manifest.layers;
    blobs.push_back(manifest.config);
  }
  static std::vector<std::string> layers(Dice& dice) {
    std::vector<std::string> out(1 + dice.below(4));
    for (auto& layer : out) {
      layer = test::upload_text(dice.below(dice.one_in(3) ? 60'000 : 6000));
      if (!layer.empty()) layer.front() = static_cast<char>(dice.below(256));
    }
    return out;
  }
  MemoryStore store;
  Descriptor root;
  std::vector<Descriptor> blobs;  // without the referrer's
};

struct Run {
  Schedule& schedule;
  const TempDir& directory;
  Model& model;

  std::unique_ptr<Store> store(TransferRegistry& registry) const {
    static const MapEnv env;
    static const Logger logger;
    RemoteOptions options;
    options.sleep = [&registry](unsigned time) { registry.pass(std::chrono::milliseconds(time)); };
    options.upload_sizes = {.chunk = 200 + schedule.dice.below(9000), .least = 50};
    return make_remote_store(Reference::parse("reg.example/acme/llm").take(), registry, env, logger,
                             options)
        .take();
  }

  Result<void> copy(Store& from, Store& to) const {
    const std::size_t workers = 1 + schedule.dice.below(4);
    schedule.threads = workers > 1;
    TRY(copy_artifact(from, model.root, to, {.tag = "1", .workers = workers}));
    return {};
  }

  // As pull does it: ranges by several threads, into part files.
  Result<void> download(Store& from) const {
    schedule.threads = true;
    const auto root = TRY(from.resolve("1"));
    REQUIRE(root.digest == model.root.digest);
    const auto manifest = TRY(parse_manifest(TRY(from.fetch_manifest(root))));
    auto blobs = manifest.layers;
    blobs.push_back(manifest.config);
    Downloads downloads(from, blobs.size(),
                        {.split_from = 8000, .piece = 3000, .window = 20'000, .stats = nullptr});
    const std::size_t helpers = schedule.dice.below(4);
    return parallel_for(blobs.size() + helpers, blobs.size() + helpers, CancelToken(),
                        [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                          if (i < blobs.size()) return save(downloads, blobs[i], i, stop);
                          downloads.help(stop);
                          return {};
                        });
  }

  Result<void> save(Downloads& downloads, const Descriptor& blob, std::size_t number,
                    const CancelToken& stop) const {
    const Downloads::Turn turn(downloads);
    auto folder = TRY(Directory::open(directory.path()));
    auto part =
        TRY(PartFile::open(folder, "00000000000000" + std::to_string(10 + number), blob.size));
    TRY(downloads.fetch(blob, part, stop, nullptr));
    return part.commit_in(folder, name(number), 0644);
  }

  static std::string name(std::size_t number) { return "blob-" + std::to_string(number); }

  /// What has its name is whole; all of it is there if `complete`.
  void check_files(bool complete) const {
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      const auto file = entry.path().filename().native();
      if (!file.starts_with("blob-")) continue;
      ++found;
      const auto number = parse_u64(std::string_view(file).substr(5)).value_or(0);
      // The config comes last here as there.
      CHECK(crypto::sha256(read_file(entry.path(), 1U << 20).take()) == model.blobs[number].digest);
    }
    if (complete) CHECK(found == model.blobs.size());
  }

  void check_store(Store& store, bool complete) const {
    for (const auto& blob : model.blobs) {
      const auto text = fetch_text(store, blob, 1U << 20);
      if (complete || text) CHECK(crypto::sha256(text.value_or("")) == blob.digest);
    }
    const auto root = store.resolve("1");
    if (complete) REQUIRE(root.has_value());
    if (root) CHECK(root->digest == model.root.digest);
  }

  /// What is visible is complete, and nothing has a name that is not its own.
  void check_registry(const TransferRegistry& registry, bool complete) const {
    for (const auto& [digest, bytes] : registry.uploads.blobs)
      CHECK(crypto::hash(DigestAlgorithm::sha256, as_bytes(bytes)).text() == digest);
    for (const auto& [tag, digest] : registry.tags) CHECK(digest == model.root.digest.text());
    if (complete) CHECK(registry.tags.contains("1"));
    CHECK_FALSE(registry.leaked);
    if (registry.tags.empty()) return;
    for (const auto& blob : model.blobs) CHECK(registry.uploads.blobs.contains(blob.digest.text()));
  }
};

Result<void> push(const Run& run) {
  const auto registry = run.schedule.registry();
  run.schedule.begun = true;
  auto outcome = run.copy(run.model.store, *run.store(*registry));
  run.check_registry(*registry, outcome.has_value());
  return outcome;
}

// As push does it: each blob hashed while it is sent, or before where the host wants that.
Result<void> stream(const Run& run) {
  const auto registry = run.schedule.registry();
  run.schedule.begun = true;
  const auto store = run.store(*registry);
  const auto all = [&]() -> Result<void> {
    for (const auto& blob : run.model.blobs) {
      const auto text = fetch_text(run.model.store, blob, 1U << 20).take();
      http::TextSource source(text);
      const auto pushed =
          store->push_stream(source, text.size(), [&]() -> Result<Digest> { return blob.digest; });
      if (pushed) continue;
      if (pushed.error().kind() != ErrorKind::unsupported) return pushed.error();
      TRY(source.rewind());
      TRY(store->push_blob(blob, source, {}));
    }
    const auto& root = run.model.root;
    return store->push_manifest(root, run.model.store.fetch_manifest(root).take(), "1");
  };
  auto outcome = all();
  run.check_registry(*registry, outcome.has_value());
  return outcome;
}

// `there` gets the artifact in peace.
std::unique_ptr<TransferRegistry> filled(const Run& run) {
  auto there = run.schedule.registry();
  REQUIRE(run.copy(run.model.store, *run.store(*there)));
  return there;
}

Result<void> pull(const Run& run) {
  const auto registry = filled(run);
  run.schedule.begun = true;
  MemoryStore store;
  auto outcome = run.copy(*run.store(*registry), store);
  run.check_store(store, outcome.has_value());
  return outcome;
}

Result<void> pull_files(const Run& run) {
  const auto registry = filled(run);
  run.schedule.begun = true;
  auto outcome = run.download(*run.store(*registry));
  run.check_files(outcome.has_value());
  return outcome;
}

Result<void> push_and_pull(const Run& run) {
  const auto registry = run.schedule.registry();
  run.schedule.begun = true;
  const auto store = run.store(*registry);
  auto outcome = run.copy(run.model.store, *store);
  run.check_registry(*registry, outcome.has_value());
  if (!outcome) return outcome;
  outcome = run.download(*store);
  run.check_files(outcome.has_value());
  return outcome;
}

Result<void> from_one_to_another(const Run& run) {
  const auto from = filled(run);
  const auto to = run.schedule.registry();
  run.schedule.begun = true;
  auto outcome = run.copy(*run.store(*from), *run.store(*to));
  run.check_registry(*to, outcome.has_value());
  return outcome;
}

constexpr std::array kWays = {push, stream, pull, pull_files, push_and_pull, from_one_to_another};

}  // namespace

TEST_CASE("1000 random schedules of faults end in the right bytes or in one right error") {
  const auto [first, last] = test::seeds(1000);
  std::size_t succeeded = 0, failed = 0, played = 0;
  for (unsigned seed = first; seed <= last; ++seed) {
    CAPTURE(seed);  // MPK_SEED
    const test::Watchdog watchdog(seed);
    const auto directory = TempDir::create("mpk-test").take();
    Schedule schedule(seed);
    Model model(schedule.dice);
    const auto way = seed % kWays.size();
    CAPTURE(way);
    const auto outcome = kWays.at(way)({schedule, directory, model});
    played += schedule.played();
    ++(outcome ? succeeded : failed);
    if (outcome) continue;
    CAPTURE(outcome.error().text());
    CAPTURE(to_string(outcome.error().kind()));
    CAPTURE(schedule.story());
    CHECK(schedule.fits(outcome.error().kind()));
    CHECK_FALSE(outcome.error().message().empty());
    CHECK_FALSE(schedule.mild());
  }
  MESSAGE("seeds " << first << " to " << last << ": " << played << " faults, " << succeeded
                   << " schedules succeeded, " << failed << " failed");
  if (first == last) return;
  CHECK(succeeded > failed);
  CHECK(failed > 0);
}
