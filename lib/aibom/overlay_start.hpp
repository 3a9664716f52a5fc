// overlay_start: the aibom.yaml that a person fills in.
#pragma once

#include "json/value.hpp"

#include <string>

namespace mpk::aibom {

/// Where the Debian package installs the form of aibom.yaml, for editors.
inline constexpr const char* kInstalledSchema = "/usr/share/mpk/overlay.schema.json";

/// Every key of the form, in its order, with the elements of the profiles that it answers. A key
/// that `bom` answers is commented out and says what was read, and how far it is proven; the others
/// are placeholders. parse_overlay() takes it as it is, and merged as it is it changes nothing.
std::string start_overlay(const Json& bom);

}  // namespace mpk::aibom
