// Opening the user's browser.
#include "oidc/open_browser.hpp"

#include "base/text.hpp"

#include <vector>

namespace mpk::oidc {
namespace {

// Words of one command; %s becomes the address, which else is the last word.
std::vector<std::string> command(std::string_view text, const std::string& url) {
  std::vector<std::string> argv;
  bool placed = false;
  for (const auto part : split(text, ' ')) {
    if (part.empty()) continue;
    std::string word(part);
    if (const auto at = word.find("%s"); at != std::string::npos) {
      word.replace(at, 2, url);
      placed = true;
    }
    argv.push_back(std::move(word));
  }
  if (!argv.empty() && !placed) argv.push_back(url);
  return argv;
}

}  // namespace

bool has_browser(const Env& env) {
  return env.get("BROWSER") || env.get("DISPLAY") || env.get("WAYLAND_DISPLAY");
}

Result<void> open_browser(const Surroundings& around, const std::string& url) {
  const auto wanted = around.env.get("BROWSER").value_or("xdg-open");
  for (const auto each : split(wanted, ':')) {
    const auto argv = command(each, url);
    if (argv.empty()) continue;
    const auto started = around.start(argv);
    if (started) return {};
    around.logger.debug("browser: " + started.error().text());
  }
  return Error(ErrorKind::not_found, "no browser could be started",
               "open the address yourself, or use --oidc-flow device");
}

}  // namespace mpk::oidc
