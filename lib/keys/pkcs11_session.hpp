// A session with one token of one PKCS#11 module: objects, their attributes, signatures.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "keys/pkcs11_uri.hpp"
#include "keys/signing_key.hpp"

#include <p11-kit/pkcs11.h>

#include <memory>
#include <string>
#include <vector>

namespace mpk::keys {

/// Not thread-safe. On destruction the session is closed and the module given back.
class Pkcs11Session {
 public:
  /// The token that `uri` names. usage: no token, or more than one; not_found: no such module.
  static Result<std::unique_ptr<Pkcs11Session>> open(const Pkcs11Uri& uri, const KeyAccess& access);
  Pkcs11Session(const Pkcs11Session&) = delete;
  Pkcs11Session& operator=(const Pkcs11Session&) = delete;
  ~Pkcs11Session();

  /// Whether private objects show only after login().
  bool login_required() const;
  /// With the URI's PIN, or the one that is asked for; once is enough. usage: there is none, or it
  /// is wrong; denied: it is locked.
  Result<void> login(const KeyAccess& access);

  /// Objects of `type` that have the attributes of `like` (empty ones do not count).
  struct Like {
    Bytes label, id;
  };
  Result<std::vector<CK_OBJECT_HANDLE>> find(CK_OBJECT_CLASS type, const Like& like);
  /// The label and id that the URI asks for.
  Like wanted() const;
  /// Empty: the object has no such attribute, or does not show it.
  Bytes attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
  /// Of CK_ULONG attributes; CK_UNAVAILABLE_INFORMATION: none.
  CK_ULONG number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

  /// unsupported: the token does not have the mechanism for this key.
  Result<Bytes> sign(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE mechanism, BytesView data);

 private:
  struct Modules;
  Pkcs11Session(Pkcs11Uri uri, std::unique_ptr<Modules> modules);
  Result<void> choose_token();
  Result<void> enter(CK_USER_TYPE user, const std::string* pin);
  Error error(CK_RV code, const std::string& what) const;

  Pkcs11Uri uri_;
  std::unique_ptr<Modules> modules_;
  CK_FUNCTION_LIST* module_ = nullptr;  // of modules_
  CK_TOKEN_INFO token_{};
  CK_SESSION_HANDLE session_ = 0;
  crypto::Secret<std::string> pin_;  // for keys that want it before each signature
  bool logged_in_ = false;
};

}  // namespace mpk::keys
