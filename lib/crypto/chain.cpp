// Certificate path validation over X509_STORE_CTX.
#include "crypto/chain.hpp"

#include "crypto/chain_signatures.hpp"
#include "crypto/openssl.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <ctime>

namespace mpk::crypto {
namespace {

// 112 bits of security: no SHA-1 signature, no RSA key under 2048 bits anywhere in the path.
constexpr int kSecurityLevel = 2;

/// X509_V_FLAG_X509_STRICT also refuses what RFC 5280 §4 asks of an authority but path validation
/// (§6.1) does not, and what CAs made with `openssl req -x509` do not have. Nothing rests on these.
bool is_form_only(int error) {
  return error == X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER ||
         error == X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER ||
         error == X509_V_ERR_CA_CERT_MISSING_KEY_USAGE || error == X509_V_ERR_CA_BCONS_NOT_CRITICAL;
}

/// Validity is judged by `check_validity`: a fault there must not hide another one, and OpenSSL
/// excludes the last second that RFC 5280 §4.1.2.5 includes.
bool is_validity(int error) {
  return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

int judge(int ok, X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  return is_validity(error) || is_form_only(error) ? 1 : ok;
}

Result<void> check_validity(const std::vector<Certificate>& path, Timestamp at) {
  for (const Certificate& certificate : path) {
    if (at >= certificate.not_before() && at <= certificate.not_after()) continue;
    const std::string name =
        certificate.subject().empty() ? "of the signer" : "\"" + certificate.subject() + "\"";
    return Error{ErrorKind::expired, "certificate " + name + " is valid from " +
                                         certificate.not_before().text() + " to " +
                                         certificate.not_after().text() + ", not at " + at.text()};
  }
  return {};
}

struct Inputs {
  X509StoreHandle store{X509_STORE_new()};
  X509StackHandle untrusted{sk_X509_new_null()};
  X509StoreContextHandle context{X509_STORE_CTX_new()};
};

bool prepare(const Inputs& inputs, const Certificate& leaf,
             const std::vector<Certificate>& intermediates, const std::vector<Certificate>& anchors,
             Timestamp at) {
  if (!inputs.store || !inputs.untrusted || !inputs.context) return false;
  X509_STORE_set_verify(inputs.store.get(), verify_path_signatures);
  for (const Certificate& anchor : anchors) {
    if (X509_STORE_add_cert(inputs.store.get(), anchor.native()) != 1) return false;
  }
  for (const Certificate& intermediate : intermediates) {
    if (X509_add_cert(inputs.untrusted.get(), intermediate.native(), X509_ADD_FLAG_UP_REF) != 1) {
      return false;
    }
  }
  X509_STORE_CTX* context = inputs.context.get();
  if (X509_STORE_CTX_init(context, inputs.store.get(), leaf.native(), inputs.untrusted.get()) !=
      1) {
    return false;
  }
  X509_STORE_CTX_set_verify_cb(context, judge);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
  // The time also makes OpenSSL prefer, of two issuers with one name and key, the one valid then.
  X509_VERIFY_PARAM_set_time(param, static_cast<std::time_t>(at.seconds()));
  X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
  return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1 &&
         X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT) ==
             1;
}

// OpenSSL's path is made of what it was given; to parse it again costs as much as a signature.
const Certificate* find(const X509* link, const Certificate& leaf,
                        const std::vector<Certificate>& intermediates,
                        const std::vector<Certificate>& anchors) {
  if (leaf.native() == link) return &leaf;
  for (const auto* list : {&anchors, &intermediates}) {
    const auto found = std::ranges::find(*list, link, &Certificate::native);
    if (found != list->end()) return &*found;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<Certificate>> verify_chain(const Certificate& leaf,
                                              const std::vector<Certificate>& intermediates,
                                              const std::vector<Certificate>& anchors,
                                              Timestamp at) {
  const Inputs inputs;
  if (!prepare(inputs, leaf, intermediates, anchors, at)) {
    return openssl_error(ErrorKind::internal, "path validation cannot be started");
  }
  const int verdict = X509_verify_cert(inputs.context.get());
  ERR_clear_error();  // the context tells more than the queue
  if (verdict != 1) {
    const int error = X509_STORE_CTX_get_error(inputs.context.get());
    return Error{ErrorKind::untrusted,
                 std::string("certificate has no path to a trusted authority (") +
                     X509_verify_cert_error_string(error) + ")"};
  }
  std::vector<Certificate> path;
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(inputs.context.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const X509* link = sk_X509_value(chain, i);
    const Certificate* known = find(link, leaf, intermediates, anchors);
    if (known == nullptr) return Error{ErrorKind::internal, "path has a foreign certificate"};
    path.push_back(*known);
  }
  TRY(check_validity(path, at));
  return path;
}

}  // namespace mpk::crypto
