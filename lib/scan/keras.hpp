// Keras' configuration objects: {"module", "class_name", "config", "registered_name"}.
#pragma once

#include "json/value.hpp"
#include "scan/finding.hpp"

#include <string>

namespace mpk::scan {

/// One object; those inside of it are the caller's.
void scan_keras_object(const Json& object, const std::string& member, Findings& findings);

}  // namespace mpk::scan
