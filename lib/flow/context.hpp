// Context: what every use case needs from the outside, handed in once.
#pragma once

#include "base/env.hpp"
#include "base/log.hpp"
#include "base/parallel.hpp"
#include "base/progress.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "http/transport.hpp"
#include "oci/store.hpp"
#include "trace/job.hpp"

#include <functional>
#include <memory>
#include <string>

namespace mpk::flow {

/// Non-owning; everything outlives the call. The members are thread-safe.
struct Context {
  http::Transport& transport;
  const Clock& clock;
  const Env& env;
  crypto::Random& random;
  Logger logger;
  Progress& progress;
  Stats& stats;
  CancelToken cancel;
  bool plain_http = false;
  std::size_t workers = 4;
  std::string mpk_version;
  trace::Job trace = {};  // whose requests and phases these are
};

/// What mirrors of a registry are asked for (oci/mirrored_store.hpp).
enum class Mirrors {
  any,    // bytes, and tags where hosts.toml lets them: for reading
  bytes,  // what has a digest: the registry itself says what a tag names
  none,   // nothing: for what is signed, named, removed or checked against a tag
};

struct StoreUse {
  bool create = false;        // make a layout that is not there; implies Mirrors::none
  bool by_reference = false;  // files enter a layout by reference (oci/layout_store.hpp)
  Mirrors mirrors = Mirrors::any;
};

/// The store that a reference names.
Result<std::unique_ptr<oci::Store>> open_store(const Context& context,
                                               const oci::Reference& reference, StoreUse use = {});

/// Digest of a reference: given, or resolved from its tag. not_found, or usage without either.
Result<oci::Descriptor> resolve(oci::Store& store, const oci::Reference& reference);

}  // namespace mpk::flow
