// The group in an apiVersion of Kubernetes: "apps" of "apps/v1", nothing of "v1".
#pragma once

#include <string_view>

namespace mpk::admit {

inline std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

}  // namespace mpk::admit
