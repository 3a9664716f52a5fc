// Answers of the registry: errors in the distribution-spec's form.
#pragma once

#include "http/server.hpp"

#include <string>
#include <string_view>

namespace mpk::sandbox {

/// {"errors":[{"code","message","detail"}]} (distribution-spec, Error Codes).
http::ServerResponse refusal(int status, std::string_view code, std::string_view message);
/// A bare status without a body.
http::ServerResponse empty_answer(int status);

}  // namespace mpk::sandbox
