// A registry behind a real server, and the few requests that its tests are made of.
#pragma once

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/test_sandbox.hpp"

namespace mpk::sandbox::testing {

struct RegistryBench : Client {
  RegistryBench() = default;
  RegistryBench(const RegistryBench&) = delete;
  RegistryBench& operator=(const RegistryBench&) = delete;
  // First of all, so that the server does not have to wait for it.
  ~RegistryBench() { transport.reset(); }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + path;
  }
  http::Response call(const std::string& method, const std::string& path,
                      http::Headers headers = {}, const std::string& body = {}) const {
    return send(method, url(path), std::move(headers), body);
  }
  /// The path of a new upload.
  std::string start(const std::string& repository = "acme/llm",
                    const std::string& query = {}) const {
    const auto answer = call("POST", "/v2/" + repository + "/blobs/uploads/" + query);
    REQUIRE(answer.status == 202);
    return answer.headers.get("Location").value();
  }
  Digest push_blob(const std::string& content, const std::string& repository = "acme/llm") const {
    const auto digest = crypto::sha256(content);
    const auto answer =
        call("PUT", start(repository) + "?digest=" + percent_encode(digest.text()), {}, content);
    REQUIRE_MESSAGE(answer.status == 201, answer.body);
    return digest;
  }
  /// Config and one layer are pushed; the manifest is not.
  oci::Manifest manifest(const std::string& layer,
                         const std::string& repository = "acme/llm") const {
    push_blob("{}", repository);
    push_blob(layer, repository);
    return {.media_type = std::string(oci::kManifestType),
            .artifact_type = {},
            .config = oci::Descriptor::of(oci::kEmptyType, "{}"),
            .layers = {oci::Descriptor::of("text/plain", layer)},
            .subject = std::nullopt,
            .annotations = {}};
  }
  http::Response put(const std::string& target, const std::string& bytes,
                     const std::string& repository = "acme/llm",
                     std::string_view type = oci::kManifestType) const {
    return call("PUT", "/v2/" + repository + "/manifests/" + target,
                {{"Content-Type", std::string(type)}}, bytes);
  }

  TempDir directory = must(TempDir::create("mpk-registry-test"));
  Registry registry{directory.path() / "registry"};
  std::unique_ptr<http::Server> server = must(http::Server::start(
      0, [this](const http::ServerRequest& request) { return registry.handle(request); }, 16));
};

/// The code of the first error of a refusal.
inline std::string code_of(const http::Response& response) {
  const auto body = body_of(response);
  CHECK(body["errors"][0].contains("message"));
  CHECK(body["errors"][0].contains("detail"));
  return body["errors"][0]["code"].get<std::string>();
}

}  // namespace mpk::sandbox::testing
