// Opening the user's browser.
#pragma once

#include "oidc/request.hpp"

#include <string>

namespace mpk::oidc {

/// A browser of this machine can be seen: BROWSER is set, or there is a display.
bool has_browser(const Env& env);

/// $BROWSER's commands in turn ("firefox:w3m %s", no shell), else xdg-open. not_found: none starts.
Result<void> open_browser(const Surroundings& around, const std::string& url);

}  // namespace mpk::oidc
