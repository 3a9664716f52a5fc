// What the registry's handlers share, and the handlers, one a kind of route.
#pragma once

#include "http/server.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/registry_auth.hpp"
#include "sandbox/registry_index.hpp"
#include "sandbox/registry_route.hpp"
#include "sandbox/registry_storage.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace mpk::sandbox {

struct RegistryState {
  explicit RegistryState(std::filesystem::path directory) : storage(std::move(directory)) {}
  RegistrySwitches switches;
  Storage storage;
  RepositoryIndex index;
  RegistryAuth auth;
  std::mutex uploads_mutex;
  std::map<std::string, std::shared_ptr<Upload>> uploads;  // by id
};

http::ServerResponse serve_blob(RegistryState& state, const Route& route,
                                const http::ServerRequest& request);
/// POST …/blobs/uploads/
http::ServerResponse start_upload(RegistryState& state, const Route& route,
                                  const http::ServerRequest& request);
/// GET, PATCH, PUT, DELETE …/blobs/uploads/ID
http::ServerResponse serve_upload(RegistryState& state, const Route& route,
                                  const http::ServerRequest& request);
http::ServerResponse serve_manifest(RegistryState& state, const Route& route,
                                    const http::ServerRequest& request);
http::ServerResponse serve_tags(RegistryState& state, const Route& route,
                                const http::ServerRequest& request);
http::ServerResponse serve_referrers(RegistryState& state, const Route& route,
                                     const http::ServerRequest& request);

}  // namespace mpk::sandbox
