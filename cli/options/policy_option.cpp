// --policy FILE.
#include "options/policy_option.hpp"

#include "base/limits.hpp"

namespace mpk::cli {

void PolicyOption::add_to(OptionSet& set) {
  set.option("--policy", "FILE", file, "Policy (YAML) that must pass", ValueKind::file);
}

Result<std::shared_ptr<const policy::PolicyFile>> PolicyOption::resolve(Session& session) const {
  if (!file) return std::shared_ptr<const policy::PolicyFile>();
  auto text = TRY(session.flag_file("--policy", *file, limits::kYamlDocument));
  return std::make_shared<const policy::PolicyFile>(TRY(policy::parse_policy(text, *file)));
}

}  // namespace mpk::cli
