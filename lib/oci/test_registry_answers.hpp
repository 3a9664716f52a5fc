// For tests: answers of a registry in memory, and what was asked of it.
#pragma once

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/remote_store.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mpk::oci::test {

inline http::Response answer(int status, http::Headers headers = {}, std::string body = {}) {
  http::Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

// Always the same answer.
inline auto always(http::Response response) {
  return
      [response = std::move(response)](
          const http::Request&, const std::string&) -> Result<http::Response> { return response; };
}

inline const std::string kManifestBytes = serialize(Manifest{
    .artifact_type = "application/vnd.example", .config = Descriptor::of(kEmptyType, "{}")});
inline const Descriptor kManifest = Descriptor::of(kManifestType, kManifestBytes);

inline Url url(std::string_view text) { return Url::parse(text).take(); }

/// Of a request that a fake transport has seen.
std::string authorization(const auto& seen) {
  return seen.headers.get("Authorization").value_or("");
}

/// "METHOD URL" of every request, in order.
std::vector<std::string> requests(const auto& transport) {
  std::vector<std::string> out;
  for (const auto& seen : transport.seen()) out.push_back(seen.method + " " + seen.url);
  return out;
}

/// A remote store over a fake transport (a parameter, for headers here may not include testing/);
/// pauses are counted, not made.
template <class Transport>
struct RemoteOver {
  explicit RemoteOver(typename Transport::Answer function, const Logger& log = {})
      : transport(std::move(function)), logger(log) {
    RemoteOptions options;
    options.sleep = [this](unsigned milliseconds) {
      ++pauses;
      slept += milliseconds;
    };
    store = make_remote_store(Reference::parse("reg.example/acme/llm").take(), transport, env,
                              logger, options)
                .take();
  }
  ~RemoteOver() = default;
  RemoteOver(const RemoteOver&) = delete;
  RemoteOver& operator=(const RemoteOver&) = delete;

  Transport transport;
  MapEnv env;
  Logger logger;
  std::atomic<int> pauses{0};
  std::atomic<unsigned> slept{0};  // milliseconds
  std::unique_ptr<Store> store;
};

}  // namespace mpk::oci::test
