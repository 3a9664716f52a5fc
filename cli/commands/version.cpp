// mpk version: the version and the libraries it runs with.
#include "version.hpp"

#include "commands/commands.hpp"
#include "crypto/library.hpp"
#include "http/library.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {

Command version_command() {
  return {.summary = "Print the version and the libraries in use",
          .description = {},
          .examples = {{"mpk version", "for a bug report"},
                       {"mpk version --format json", "for a script"},
                       {"mpk --version", "only the version"}},
          .bind = [](OptionSet&) -> Run {
            return [](Session& session) -> Result<int> {
              if (session.json()) {
                session.print_json({{"kind", "Version"},
                                    {"version", kVersion},
                                    {"openssl", crypto::library_version()},
                                    {"libcurl", http::library_version()}});
              } else {
                session.print(std::string("mpk ") + kVersion + "\n" + crypto::library_version() +
                              "\n" + http::library_version());
              }
              return 0;
            };
          }};
}

}  // namespace mpk::cli
