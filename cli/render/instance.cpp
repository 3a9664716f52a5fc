// TUF roles as a line and as JSON.
#include "render/instance.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {

std::string roles_text(const std::vector<tuf::KeptRole>& roles, Timestamp now) {
  std::string out;
  for (const auto& role : roles) {
    out += (out.empty() ? "" : ", ") + role.name + " " + std::to_string(role.version) +
           (role.expires <= now ? " expired " : " until ") + role.expires.text().substr(0, 10);
  }
  return out;
}

Json roles_json(const std::vector<tuf::KeptRole>& roles, Timestamp now) {
  Json out = Json::array();
  for (const auto& role : roles) {
    out.push_back({{"name", role.name},
                   {"version", role.version},
                   {"expires", role.expires.text()},
                   {"expired", role.expires <= now}});
  }
  return out;
}

}  // namespace mpk::cli
