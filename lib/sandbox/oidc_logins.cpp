// Codes of log-ins: given out, and taken back once.
#include "sandbox/oidc_logins.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

#include <utility>

namespace mpk::sandbox {
namespace {

constexpr std::int64_t kLifeSeconds = 600;

Error oauth(const char* code, const char* description) {
  return Error(ErrorKind::denied, code, description);
}

// RFC 7636 §4.6. No challenge: the client did not ask for the proof.
bool proves(const std::string& verifier, const std::string& challenge) {
  return challenge.empty() || base64url_encode(crypto::sha256(verifier).bytes()) == challenge;
}

std::string random_text(std::size_t size) {
  crypto::SystemRandom random;
  return hex_encode(random.bytes(size));
}

}  // namespace

std::string OidcLogins::next_code(std::string_view prefix) {
  constexpr std::size_t kSize = 16;
  return std::string(prefix) + random_text(kSize);
}

std::string OidcLogins::give_code(CodeRequest request) {
  const std::lock_guard lock(mutex_);
  auto code = next_code("code-");
  codes_[code] = {.request = std::move(request),
                  .expires = clock_.now().plus_seconds(kLifeSeconds)};
  return code;
}

Result<OidcGrant> OidcLogins::redeem_code(const std::string& code, const std::string& client,
                                          const std::string& redirect,
                                          const std::string& verifier) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(code);
  if (found == codes_.end()) return oauth("invalid_grant", "no such code, or it was used before");
  const Code given = std::move(found->second);
  codes_.erase(found);  // also when the rest is wrong: a code is tried once
  if (clock_.now() >= given.expires) return oauth("invalid_grant", "the code is too old");
  if (given.request.client != client) return oauth("invalid_grant", "another client's code");
  if (given.request.redirect != redirect)
    return oauth("invalid_grant", "another redirect_uri than the code was sent to");
  if (!proves(verifier, given.request.challenge))
    return oauth("invalid_grant", "the code_verifier is not the code_challenge's");
  return OidcGrant{.client = client,
                   .subject = given.request.email,
                   .email = given.request.email,
                   .nonce = given.request.nonce};
}

OidcLogins::DeviceCodes OidcLogins::give_device_code(const std::string& client,
                                                     const std::string& challenge) {
  const std::lock_guard lock(mutex_);
  constexpr std::size_t kTyped = 4;
  DeviceCodes out{.device_code = next_code("device-"), .user_code = random_text(kTyped)};
  devices_[out.device_code] = {.client = client,
                               .challenge = challenge,
                               .user_code = out.user_code,
                               .email = {},
                               .expires = clock_.now().plus_seconds(kLifeSeconds)};
  return out;
}

bool OidcLogins::decide_device(const std::string& user_code, bool approve,
                               const std::string& email) {
  const std::lock_guard lock(mutex_);
  for (auto& [code, device] : devices_) {
    if (device.user_code != user_code || device.decision != Decision::pending) continue;
    device.decision = approve ? Decision::approved : Decision::denied;
    device.email = email;
    return true;
  }
  return false;
}

Result<OidcGrant> OidcLogins::poll_device(const std::string& device_code, const std::string& client,
                                          const std::string& verifier) {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(device_code);
  if (found == devices_.end()) return oauth("invalid_grant", "no such device code");
  auto slow = OidcFault::slow_down;
  if (fault_.compare_exchange_strong(slow, OidcFault::none))
    return oauth("slow_down", "poll less often");
  const Device device = found->second;
  if (clock_.now() >= device.expires || fault_ == OidcFault::device_expired)
    return oauth("expired_token", "the device code is too old");
  if (device.client != client) return oauth("invalid_grant", "another client's code");
  if (!proves(verifier, device.challenge))
    return oauth("invalid_grant", "the code_verifier is not the code_challenge's");
  if (device.decision == Decision::pending)
    return oauth("authorization_pending", "nobody has opened the page yet");
  devices_.erase(found);
  if (device.decision == Decision::denied) return oauth("access_denied", "the user said no");
  return OidcGrant{.client = client, .subject = device.email, .email = device.email, .nonce = {}};
}

}  // namespace mpk::sandbox
