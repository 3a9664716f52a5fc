// Tests of memory_store and of the helpers in store: tampering, caps, inline data.
#include "oci/memory_store.hpp"

#include "oci/test_artifacts.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;

TEST_CASE("tampered bytes never come out of a memory store") {
  MemoryStore store;
  const auto model = test::make_model(store, {"weights"});
  const Descriptor layer = Descriptor::of("a/b", "weights");
  test::push(store, model, "1");
  CHECK(fetch_text(store, layer, 100).take() == "weights");
  CHECK(store.fetch_manifest(model.descriptor).take() == model.bytes);

  store.corrupt(layer.digest, "weightz");
  CHECK(fetch_text(store, layer, 100).error().kind() == ErrorKind::mismatch);
  store.corrupt(layer.digest, "much longer weights");
  CHECK(fetch_text(store, layer, 100).error().kind() == ErrorKind::mismatch);
  store.corrupt(model.descriptor.digest, model.bytes + " ");
  CHECK(store.fetch_manifest(model.descriptor).error().kind() == ErrorKind::mismatch);
  CHECK(store.referrers(model.descriptor.digest, {}).error().kind() == ErrorKind::mismatch);
}

TEST_CASE("text of exactly the cap is fetched, one byte more is refused") {
  MemoryStore store;
  const Descriptor blob = push_text(store, "a/b", "12345").take();
  CHECK(fetch_text(store, blob, 5).take() == "12345");
  CHECK(fetch_text(store, blob, 4).error().kind() == ErrorKind::too_large);
}

TEST_CASE("inline data needs no request, and is proven") {
  MemoryStore store;
  Descriptor blob = Descriptor::of("a/b", "hello");
  CHECK(fetch_text(store, blob, 10).error().kind() == ErrorKind::not_found);
  blob.data = to_bytes("hello");
  CHECK(fetch_text(store, blob, 10).take() == "hello");
  blob.data = to_bytes("hellp");
  CHECK(fetch_text(store, blob, 10).error().kind() == ErrorKind::mismatch);
}

TEST_CASE("a sink's error stops the transfer and is returned") {
  MemoryStore store;
  const Descriptor blob = push_text(store, "a/b", "hello").take();
  const auto result = store.fetch_blob(
      blob, [](BytesView) -> Result<void> { return Error(ErrorKind::io, "disk full"); });
  REQUIRE_FALSE(result);
  CHECK(result.error().message() == "disk full");
}
