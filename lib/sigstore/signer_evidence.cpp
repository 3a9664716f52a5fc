// Showing a signature to logs and timestamp authorities.
#include "sigstore/signer_evidence.hpp"

#include "base/parallel.hpp"

#include <algorithm>

namespace mpk::sigstore {
namespace {

constexpr unsigned kLogAttempts = 3;
constexpr std::size_t kNonceBytes = 16;

bool gives_time(const Service& log) { return log.major_api_version == 1; }

bool may_be_logged(const Error& error) {
  return error.kind() == ErrorKind::exists || error.kind() == ErrorKind::network ||
         error.kind() == ErrorKind::timeout;
}

// RSA signs the same bytes the same way every time: signing again is no way out.
Error already_logged(Error error) {
  return std::move(error).with_hint(
      "RSA signs the same content the same way each time; use an ECDSA key, or the bundle that was "
      "made then");
}

}  // namespace

Result<Witnesses> choose_witnesses(const SigningConfig& config, bool keyless, Timestamp now) {
  Witnesses out;
  if (keyless || !config.rekor.empty()) {
    out.logs = TRY(select_services(config.rekor, config.rekor_selector, config.rekor_count, {1, 2},
                                   now, "transparency log"));
  }
  const bool time_needed = keyless && !std::ranges::any_of(out.logs, gives_time);
  if (!config.tsa.empty() || time_needed) {
    auto chosen = select_services(config.tsa, config.tsa_selector, config.tsa_count, {1}, now,
                                  "timestamp authority");
    if (!chosen) {
      return std::move(chosen).error().with_hint(
          "the log gives no time, so nothing would prove when this was signed: tsaUrls of the "
          "signing config has to name a timestamp authority that is in use");
    }
    out.timestamp_authorities = chosen.take();
  }
  return out;
}

Result<Evidenced> show_to(const Witnesses& witnesses, http::Transport& transport,
                          crypto::Random& random, const Logger& logger,
                          const std::function<Result<LogRequest>()>& make) {
  const auto& logs = witnesses.logs;
  const auto& authorities = witnesses.timestamp_authorities;
  for (unsigned attempt = 1;; ++attempt) {
    const auto sent = TRY(make());
    Evidenced out{.signature = sent.signature,
                  .entries = {},
                  .timestamps = std::vector<Bytes>(authorities.size())};
    std::vector<Result<std::string>> entries(logs.size(), std::string());
    const auto ask = [&](std::size_t i) -> Result<void> {
      if (i < authorities.size()) {
        out.timestamps[i] = TRY(request_timestamp(transport, authorities[i].url, sent.signature,
                                                  random.bytes(kNonceBytes)));
      } else {
        const auto log = i - authorities.size();
        entries[log] = log_signature(transport, logs[log], sent);
      }
      return {};
    };
    const auto count = authorities.size() + logs.size();
    if (count > 0) TRY(parallel_for(count, count, CancelToken(), ask));
    const auto failed = std::ranges::find_if(entries, [](const auto& entry) { return !entry; });
    if (failed == entries.end()) {
      for (auto& entry : entries) out.entries.push_back(entry.take());
      return out;
    }
    const bool stuck =
        failed->error().kind() == ErrorKind::exists && sent.key.type() == crypto::KeyType::rsa;
    if (stuck) return already_logged(std::move(*failed).error());
    if (!may_be_logged(failed->error()) || attempt == kLogAttempts)
      return std::move(*failed).error();
    logger.info("the log's answer was lost; signing again");
  }
}

}  // namespace mpk::sigstore
