// Starting the sandbox.
#include "options/sandbox_start.hpp"

#include "options/output_file.hpp"

#include <filesystem>

namespace mpk::cli {

Result<RunningSandbox> start_sandbox(Session& session, const std::optional<std::string>& directory,
                                     std::uint16_t registry_port, bool rekor_v1) {
  RunningSandbox out;
  std::filesystem::path path;
  if (directory) {
    TRY(check_output_directory(*directory));
    path = std::filesystem::absolute(*directory);
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure) return errno_error(failure.value(), "make", path);
  } else {
    out.own_directory = TRY(TempDir::create("mpk-sandbox"));
    path = out.own_directory->path();
  }
  out.services = TRY(sandbox::Sandbox::start({.directory = path,
                                              .clock = &session.clock(),
                                              .registry_port = registry_port,
                                              .rekor_v1 = rekor_v1}));
  session.say(
      "sandbox: a Sigstore and a registry on loopback; its keys prove nothing to anybody else");
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> sandbox_variables(
    const sandbox::Sandbox& services) {
  auto token = TRY(services.issuer().mint(std::string(sandbox::Sandbox::kIdentity)));
  return std::vector<std::pair<std::string, std::string>>{
      {"MPK_SANDBOX_DIR", services.directory().string()},
      {"MPK_SANDBOX_REGISTRY", services.registry_host()},
      {"MPK_SANDBOX_ISSUER", services.issuer().url()},
      {"MPK_SANDBOX_IDENTITY", std::string(sandbox::Sandbox::kIdentity)},
      {"MPK_SANDBOX_CTLOG", services.ctlog_url()},
      {"SIGSTORE_ID_TOKEN", token}};
}

}  // namespace mpk::cli
