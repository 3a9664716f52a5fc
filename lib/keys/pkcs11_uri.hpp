// A pkcs11: URI (RFC 7512): which token and object, by which module, and where its PIN is.
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <memory>
#include <optional>
#include <string>

struct p11_kit_uri;  // p11-kit's P11KitUri

namespace mpk::keys {

/// A pkcs11: URI without what may hold a PIN, for screens.
std::string without_query(const std::string& uri);

class Pkcs11Uri {
 public:
  /// usage: not a URI of this scheme, or an attribute that RFC 7512 does not have.
  static Result<Pkcs11Uri> parse(const std::string& text);

  /// The URI's path: the query, which may hold a PIN, is left out.
  const std::string& description() const { return description_; }
  /// module-path, or COSIGN_PKCS11_MODULE_PATH.
  std::optional<std::string> module_path(const Env& env) const;
  std::optional<std::string> module_name() const;
  /// pin-value, pin-source (a file), or COSIGN_PKCS11_PIN. usage: the file cannot be read;
  /// unsupported: a pin-source that is a program.
  Result<std::optional<crypto::Secret<std::string>>> pin(const Env& env) const;

  p11_kit_uri* native() const { return uri_.get(); }

 private:
  Pkcs11Uri(std::shared_ptr<p11_kit_uri> uri, std::string description)
      : uri_(std::move(uri)), description_(std::move(description)) {}
  std::shared_ptr<p11_kit_uri> uri_;
  std::string description_;
};

}  // namespace mpk::keys
