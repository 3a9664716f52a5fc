// OidcLogins: the codes that the sandbox's issuer has given out, each good once.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace mpk::sandbox {

/// How the issuer misbehaves in log-ins; the names of POST /fault?is=… in oidc_pages.cpp.
enum class OidcFault {
  none,
  deny,         // the user says no
  wrong_state,  // the browser comes back with another log-in's state
  error_page,   // the token endpoint answers 500 with HTML
  no_id_token,  // only an access token
  wrong_nonce,  // and the rest: claims of the token
  wrong_audience,
  wrong_issuer,
  expired_token,
  future_token,
  slow_down,       // the next poll of a device is told to slow down, once
  device_expired,  // device codes are too old
};

/// What a code stands for.
struct OidcGrant {
  std::string client, subject, email, nonce;
};

/// Thread-safe. Errors have the OAuth code as message (RFC 6749 §5.2, RFC 8628 §3.5), the hint is
/// its description.
class OidcLogins {
 public:
  explicit OidcLogins(const Clock& clock) : clock_(clock) {}

  struct CodeRequest {
    std::string client, redirect, challenge, nonce, email;
  };
  /// A code for /token, ten minutes of life.
  std::string give_code(CodeRequest request);
  /// invalid_grant: unknown, used before, too old, of another client or redirect, or the verifier
  /// is not the challenge's (RFC 7636 §4.6).
  Result<OidcGrant> redeem_code(const std::string& code, const std::string& client,
                                const std::string& redirect, const std::string& verifier);

  struct DeviceCodes {
    std::string device_code, user_code;
  };
  DeviceCodes give_device_code(const std::string& client, const std::string& challenge);
  /// False: no such code.
  bool decide_device(const std::string& user_code, bool approve, const std::string& email);
  /// authorization_pending, slow_down, expired_token, access_denied, invalid_grant.
  Result<OidcGrant> poll_device(const std::string& device_code, const std::string& client,
                                const std::string& verifier);

  void set_fault(OidcFault fault) { fault_ = fault; }
  OidcFault fault() const { return fault_; }

 private:
  enum class Decision { pending, approved, denied };
  struct Device {
    std::string client, challenge, user_code, email;
    Timestamp expires;
    Decision decision = Decision::pending;
  };
  struct Code {
    CodeRequest request;
    Timestamp expires;
  };
  std::string next_code(std::string_view prefix);
  const Clock& clock_;
  std::atomic<OidcFault> fault_{OidcFault::none};
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Code> codes_;
  std::map<std::string, Device> devices_;
};

}  // namespace mpk::sandbox
