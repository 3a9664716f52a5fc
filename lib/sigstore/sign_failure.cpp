// What went wrong with a signature that does not verify.
#include "sigstore/sign_failure.hpp"

#include <array>
#include <string_view>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kOtherInstance =
    "do --trusted-root and --signing-config describe the same Sigstore instance?";
constexpr std::string_view kClocks =
    "compare this machine's clock with those of the certificate authority and the timestamp "
    "authority (timedatectl), then run the command again";

struct Advice {
  std::string_view code, hint;
};
constexpr std::array kAdvice = {
    Advice{"log-unknown", kOtherInstance},
    Advice{"log-key-expired",
           "the trusted root knows this log, but not for this time: is it of "
           "today? (mpk trust show)"},
    Advice{"log-entry-missing",
           "the trusted root lists transparency logs and the signing config "
           "none (rekorTlogUrls); every verifier would ask for an entry"},
    Advice{"certificate-untrusted", kOtherInstance},
    Advice{"certificate-authority-expired", kOtherInstance},
    Advice{"certificate-authority-not-valid", kOtherInstance},
    Advice{"sct-untrusted", kOtherInstance},
    Advice{"sct-missing",
           "this certificate authority gives no SCT inside the certificate; every "
           "verifier with this trusted root would ask for one"},
    Advice{"timestamp-untrusted", kOtherInstance},
    Advice{"timestamp-authority-expired", kOtherInstance},
    Advice{"timestamp-missing", "name a timestamp authority in the signing config (tsaUrls)"},
    Advice{"time-not-proven",
           "name a timestamp authority in the signing config (tsaUrls), and in "
           "the trusted root"},
    Advice{"time-in-future", kClocks},
    Advice{"certificate-outside-validity", kClocks},
};

}  // namespace

Error sign_failure(const Report& report) {
  const auto* failure = report.first_failure();
  std::string message = "what the services signed does not verify under the trusted root: ";
  std::string_view hint = kOtherInstance;
  if (failure == nullptr) {
    message += "unknown reason";
  } else {
    message += failure->message;
    for (const auto& advice : kAdvice) {
      if (advice.code == failure->code) hint = advice.hint;
    }
  }
  return {ErrorKind::untrusted, std::move(message),
          std::string(hint) + "; nothing was written or attached"};
}

}  // namespace mpk::sigstore
