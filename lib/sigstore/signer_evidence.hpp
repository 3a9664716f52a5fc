// What services say about a signature: log entries and timestamps; only for sign.cpp.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "http/transport.hpp"
#include "sigstore/services.hpp"
#include "sigstore/signing_config.hpp"

#include <functional>
#include <string>
#include <vector>

namespace mpk::sigstore {

/// The services that one signature is shown to; both lists may be empty.
struct Witnesses {
  std::vector<Service> logs, timestamp_authorities;
  bool empty() const { return logs.empty() && timestamp_authorities.empty(); }
};

/// By the signing config's own rules. A keyless signature needs a log, and a time: of the log
/// (Rekor v1) or of a timestamp authority. usage with a hint when the config does not name them.
Result<Witnesses> choose_witnesses(const SigningConfig& config, bool keyless, Timestamp now);

struct Evidenced {
  Bytes signature;
  std::vector<std::string> entries;  // one per log, in their order
  std::vector<Bytes> timestamps;
};

/// `make` signs: the answer is one LogRequest. It is called again, three times in all, when a log's
/// answer was lost or the log has the entry and does not give it out: a new signature is a new
/// entry. All services are asked at once: the imprint is over the signature, the entry over
/// signature and digest, so that neither waits for the other.
Result<Evidenced> show_to(const Witnesses& witnesses, http::Transport& transport,
                          crypto::Random& random, const Logger& logger,
                          const std::function<Result<LogRequest>()>& make);

}  // namespace mpk::sigstore
