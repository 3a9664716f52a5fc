// The signatures between the certificates of a path; known ones are not verified anew.
#include "crypto/chain_signatures.hpp"

#include "base/digest.hpp"
#include "crypto/chain.hpp"
#include "crypto/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace mpk::crypto {
namespace {

struct Link {
  X509* subject;
  X509* issuer;
};

bool signature_holds(const Link& link) {
  EVP_PKEY* const key = X509_get0_pubkey(link.issuer);
  const bool holds = key != nullptr && X509_verify(link.subject, key) == 1;
  ERR_clear_error();  // the queue is the thread's
  return holds;
}

/// Pairs of authorities whose signature holds. A root names few; of more, none is kept.
class KnownLinks {
 public:
  using Name = std::pair<Digest, Digest>;  // of both certificates

  bool contains(const Name& name) {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
  }
  void add(const Name& name) {
    const std::lock_guard lock(mutex_);
    if (names_.size() < kMost) names_.insert(name);
  }

 private:
  static constexpr std::size_t kMost = 256;
  std::mutex mutex_;
  std::set<Name> names_;
};

KnownLinks& known_links() {
  static KnownLinks links;
  return links;
}

Digest digest_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  const auto bytes = BytesView(der, size < 0 ? 0 : static_cast<std::size_t>(size));
  const auto digest = sha256(bytes);
  OPENSSL_free(der);
  return digest;
}

KnownLinks::Name name_of(const Link& link) {
  return {digest_of(link.subject), digest_of(link.issuer)};
}

// That of one authority by another is the same for each signer: verified once in a process.
bool authority_holds(const Link& link) {
  const auto name = name_of(link);
  if (known_links().contains(name)) return true;
  const bool holds = signature_holds(link);
  if (holds) known_links().add(name);
  return holds;
}

int fail(X509_STORE_CTX* context, int error) {
  X509_STORE_CTX_set_error(context, error);
  return 0;
}

}  // namespace

int verify_path_signatures(X509_STORE_CTX* context) {
  const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context);
  std::vector<Link> links;
  for (int i = 0; i + 1 < sk_X509_num(path); ++i) {
    const Link link{sk_X509_value(path, i), sk_X509_value(path, i + 1)};
    if ((X509_get_key_usage(link.issuer) & KU_KEY_CERT_SIGN) == 0) {
      return fail(context, X509_V_ERR_KEYUSAGE_NO_CERTSIGN);
    }
    links.push_back(link);
  }
  if (links.empty()) return 1;
  // The signer's first: meanwhile another thread may have proven the authorities.
  const bool hold = signature_holds(links.front()) &&
                    std::all_of(links.begin() + 1, links.end(), authority_holds);
  return hold ? 1 : fail(context, X509_V_ERR_CERT_SIGNATURE_FAILURE);
}

void prove_authorities(const std::vector<Certificate>& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i)
    static_cast<void>(authority_holds({chain[i].native(), chain[i + 1].native()}));
}

}  // namespace mpk::crypto
