// How keys get at passwords and PINs: the environment, and a question on the terminal.
#pragma once

#include "keys/signing_key.hpp"
#include "session.hpp"

namespace mpk::cli {

/// Where standard input is no terminal nobody is asked. The session must outlive it.
keys::KeyAccess key_access(Session& session);

}  // namespace mpk::cli
