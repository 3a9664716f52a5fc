// The pauses of one store, and when an upload is worth another try.
#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "oci/remote_store.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace mpk::oci {

/// Thread-safe. A pause ends early, with kind cancelled, when the store's token is cancelled.
class RemotePauses {
 public:
  RemotePauses(const RemoteOptions& options, const Logger& logger)
      : sleep_(options.sleep), cancel_(options.cancel), logger_(logger) {}
  Result<void> pause(std::chrono::milliseconds time) const;
  /// The same; `why` is told, loudly if it is long.
  Result<void> pause(std::chrono::milliseconds time, const std::string& why) const;

 private:
  std::function<void(unsigned)> sleep_;
  CancelToken cancel_;
  Logger logger_;
};

/// The tries of one upload: five without any headway.
class UploadTries {
 public:
  UploadTries(const RemotePauses& pauses, std::string subject)
      : pauses_(pauses), subject_(std::move(subject)) {}
  /// The registry's answer to the try, if that is why it failed: its status and Retry-After decide.
  void refused(const http::Response& response) { refusal_ = response; }
  /// Bytes are there that never were before: the count begins again.
  void advanced() { made_ = 0; }
  /// The upload is tried in another way: why the one before ended says nothing about it.
  void begin_anew() {
    made_ = 0;
    refusal_.reset();
  }
  /// After a failed try: pauses, or returns the error.
  Result<void> again(Error error);

 private:
  const RemotePauses& pauses_;
  std::string subject_;
  std::optional<http::Response> refusal_;
  unsigned made_ = 0;
};

/// In [0,1).
double jitter();

}  // namespace mpk::oci
