// Where a key file's password comes from.
#include "keys/password.hpp"

#include <optional>
#include <utility>

namespace mpk::keys {

Result<Password> find_password(const std::string& source, const KeyAccess& access) {
  for (const char* name : {"MPK_KEY_PASSWORD", "COSIGN_PASSWORD"}) {
    std::optional<std::string> value = access.env.get(name);
    if (value) return Password{crypto::Secret(std::move(*value)), name};
  }
  if (!access.ask) return Password{};
  return Password{crypto::Secret(TRY(access.ask("password of " + source))), {}};
}

Error explain(Error error, const Password& password, const KeyAccess& access) {
  if (error.kind() != ErrorKind::usage) return error;
  if (!password.origin.empty()) {
    return std::move(error).with_hint("the password was taken from " + password.origin);
  }
  if (access.ask) return error;
  return Error{ErrorKind::usage, "private key is encrypted and its password is not known",
               "set COSIGN_PASSWORD or MPK_KEY_PASSWORD, or run mpk on a terminal"};
}

}  // namespace mpk::keys
