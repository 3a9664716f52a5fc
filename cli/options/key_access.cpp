// Passwords and PINs for keys.
#include "options/key_access.hpp"

#include <string>

namespace mpk::cli {

keys::KeyAccess key_access(Session& session) {
  keys::AskSecret ask;
  if (session.stdin_is_terminal()) {
    ask = [&session](const std::string& what) { return session.ask_secret(what + ": "); };
  }
  return {session.env(), ask};
}

}  // namespace mpk::cli
