// mpk logout: forget a registry's credential.
#include "commands/commands.hpp"
#include "oci/credentials.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {

Command logout_command() {
  return {.summary = "Forget the credential of a registry",
          .description = {},
          .examples = {{"mpk logout ghcr.io", "remove it from the helper or from docker's config"},
                       {"mpk logout 127.0.0.1:5000", "of a registry on this machine"},
                       {"mpk logout docker.io", "of Docker Hub"}},
          .bind = [](OptionSet& set) -> Run {
            auto registry = std::make_shared<std::string>();
            set.positional("REGISTRY", *registry, "Host of the registry");
            return [registry](Session& session) -> Result<int> {
              auto where = oci::erase_credential(*registry, session.env());
              if (!where && where.error().kind() == ErrorKind::not_found)
                return Error(ErrorKind::usage, "not logged in to " + *registry);
              if (!where) return std::move(where).error();
              if (session.json()) {
                session.print_json(
                    {{"kind", "LoggedOut"}, {"registry", *registry}, {"removedFrom", *where}});
              } else {
                session.print("logged out of " + *registry);
              }
              return 0;
            };
          }};
}

}  // namespace mpk::cli
