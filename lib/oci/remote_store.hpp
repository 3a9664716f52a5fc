// RemoteStore: one repository of an OCI registry (distribution-spec 1.1).
#pragma once

#include "base/env.hpp"
#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "http/transport.hpp"
#include "oci/credentials.hpp"
#include "oci/store.hpp"
#include "oci/upload_policy.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace mpk::oci {

struct RemoteOptions {
  bool plain_http = false;                           // loopback hosts use plain HTTP by themselves
  std::function<void(unsigned milliseconds)> sleep;  // between tries and rounds; empty: really
  CancelToken cancel;                                // ends such a pause
  /// Where it is noted how far uploads are and which way hosts take them, so that another run goes
  /// on with what this one leaves; nowhere if empty, or without the clock (not owned).
  std::filesystem::path uploads;
  const Clock* clock = nullptr;
  UploadSizes upload_sizes;
  std::optional<Url> base;  // where to ask; else what the reference's registry says
  std::string mirrored;     // the registry of which this one is a mirror (RemoteClient)
};

/// `transport`, `env` and `logger` must outlive the store. No request is made here. The credential
/// is looked up with find_credential. Writes of a fallback tag keep every descriptor ever seen and
/// repeat until ours and all of them are there (no registry offers compare-and-swap). usage: the
/// registry is no host that a URL can have. A fetch that breaks off goes on where it was. While a
/// fetched blob stands still its sink is called now and then with no bytes, so that it can end the
/// transfer. A large blob is uploaded in pieces, of which only the one that failed is sent again.
Result<std::unique_ptr<Store>> make_remote_store(const Reference& reference,
                                                 http::Transport& transport, const Env& env,
                                                 const Logger& logger,
                                                 const RemoteOptions& options = {});

/// GET /v2/ with a credential that is not stored yet: is it accepted? unauthorized otherwise.
Result<void> check_login(const std::string& registry, const Credential& credential,
                         http::Transport& transport, const RemoteOptions& options = {});

}  // namespace mpk::oci
