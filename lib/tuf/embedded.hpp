// The repositories that mpk knows by itself, each with the root.json that is trusted from the
// start.
#pragma once

#include <array>
#include <string_view>

namespace mpk::tuf {

struct EmbeddedRepository {
  std::string_view name;  // "public", "staging"
  std::string_view url;   // of the metadata; targets are below targets/
  std::string_view root;  // bytes of root.json
  std::string_view date;  // when it was taken
};
const std::array<EmbeddedRepository, 2>& embedded_repositories();

}  // namespace mpk::tuf
