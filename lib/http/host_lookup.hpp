// Host look-up: tells "no such name" from "no answer now", for which libcurl has one code.
#pragma once

#include <string>

namespace mpk::http {

/// False only when the resolver says for certain that there is no such name. Blocks.
bool host_may_exist(const std::string& host);

}  // namespace mpk::http
