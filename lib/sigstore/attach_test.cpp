// Bundles beside an artifact: what others attach must not hide the one that is sought.
#include "sigstore/attach.hpp"

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"
#include "sigstore/test_bundles.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mpk::sigstore {
namespace {

using namespace testing;

TEST_CASE("a referrer that names a bundle's blob with a wrong size does not hide the bundle") {
  oci::MemoryStore store;
  const auto subject = must(oci::push_text(store, oci::kManifestType, "subject"));
  const std::string bundle = R"({"some": "bundle"})";
  const auto good = must(attach_bundle(store, subject, bundle, "https://example.com/type",
                                       Timestamp::from_seconds(1)));
  auto manifest = must(oci::parse_manifest(must(store.fetch_manifest(good))));
  manifest.layers.front().data.reset();
  ++manifest.layers.front().size;
  manifest.annotations.clear();
  // Whichever order the store lists them in, one of them comes first.
  constexpr int kPlanted = 32;
  for (int i = 0; i < kPlanted; ++i) {
    manifest.annotations["i"] = std::to_string(i);
    const auto bytes = oci::serialize(manifest);
    REQUIRE(store.push_manifest(oci::Descriptor::of(oci::kManifestType, bytes), bytes, {}));
  }
  int found = 0;
  int broken = 0;
  REQUIRE(each_bundle(store, subject.digest, [&](const FoundBundle& one) {
    ++(one.problem.empty() ? found : broken);
    if (one.problem.empty()) CHECK(one.text == bundle);
    return true;
  }));
  CHECK(found == 1);
  CHECK(broken > 0);  // those after it are left out: the blob is known
}

// A registry far away: a request waits until another one has come, or for a long time.
class FarStore final : public oci::test::WatchedStore {
 public:
  using WatchedStore::WatchedStore;
  Result<std::string> fetch_manifest(const oci::Descriptor& descriptor) override {
    meet();
    return WatchedStore::fetch_manifest(descriptor);
  }
  Result<void> fetch_blob(const oci::Descriptor& descriptor, const oci::Sink& sink) override {
    meet();
    return WatchedStore::fetch_blob(descriptor, sink);
  }
  int together() const { return together_; }

 private:
  void meet() {
    std::unique_lock lock(mutex_);
    ++under_way_;
    met_.notify_all();
    if (met_.wait_for(lock, std::chrono::seconds(2), [&] { return under_way_ > 1; })) ++together_;
    // The other one sees it, too, before it is gone.
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    lock.lock();
    --under_way_;
  }
  std::mutex mutex_;
  std::condition_variable met_;
  int under_way_ = 0, together_ = 0;
};

TEST_CASE("bundles that others have attached are fetched together, each once, in their order") {
  oci::MemoryStore store;
  const auto subject = must(oci::push_text(store, oci::kManifestType, "subject"));
  // As cosign does it: nothing is in the annotations or in the layer's descriptor.
  std::map<std::string, std::string> texts;  // by the referrer's digest
  for (const auto* text : {"one", "two", "three", "two"}) {
    const auto layer = must(oci::push_text(store, kBundleType, text));
    oci::Manifest manifest{
        .media_type = std::string(oci::kManifestType),
        .artifact_type = std::string(kBundleType),
        .config = must(oci::push_text(store, oci::kEmptyType, std::string(oci::kEmptyBlob))),
        .layers = {layer}};
    manifest.subject = subject;
    manifest.annotations = {{"n", std::to_string(texts.size())}};
    const auto bytes = oci::serialize(manifest);
    const auto descriptor = oci::Descriptor::of(oci::kManifestType, bytes);
    must(store.push_manifest(descriptor, bytes, {}));
    texts[descriptor.digest.text()] = text;
  }
  FarStore far(store);
  std::vector<std::string> seen, expected;
  must(each_bundle(far, subject.digest, [&](const FoundBundle& one) {
    CHECK(one.problem.empty());
    CHECK(texts[one.referrer.digest.text()] == one.text);
    seen.push_back(one.text);
    return true;
  }));
  for (const auto& [digest, text] : texts) {
    if (std::ranges::find(expected, text) == expected.end()) expected.push_back(text);
  }
  CHECK(seen == expected);
  CHECK(far.fetched == 3);
  CHECK(far.together() >= 6);
}

}  // namespace
}  // namespace mpk::sigstore
