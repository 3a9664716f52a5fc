// For tests: answers of a registry in memory, and what was asked of it.
#pragma once

#include "oci/remote_store.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mpk::oci::test {

using mpk::testing::FakeTransport;

inline http::Response answer(int status, http::Headers headers = {}, std::string body = {}) {
  http::Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

inline Url url(std::string_view text) { return Url::parse(text).take(); }

inline std::string authorization(const FakeTransport::Seen& seen) {
  return seen.headers.get("Authorization").value_or("");
}

/// "METHOD URL" of every request, in order.
inline std::vector<std::string> requests(const FakeTransport& transport) {
  std::vector<std::string> out;
  for (const auto& seen : transport.seen()) out.push_back(seen.method + " " + seen.url);
  return out;
}

/// A remote store over a function that answers; pauses are counted, not made.
struct FakeRemote {
  explicit FakeRemote(FakeTransport::Answer function,
                      std::string_view reference = "reg.example/acme/llm")
      : transport(std::move(function)) {
    RemoteOptions options;
    options.sleep = [this](unsigned) { ++pauses; };
    store =
        make_remote_store(Reference::parse(reference).take(), transport, env, logger, options);
  }
  FakeRemote(const FakeRemote&) = delete;
  FakeRemote& operator=(const FakeRemote&) = delete;

  FakeTransport transport;
  MapEnv env;
  Logger logger;
  std::atomic<int> pauses{0};
  std::unique_ptr<Store> store;
};

}  // namespace mpk::oci::test
