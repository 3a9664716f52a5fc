// Signing and verifying a model's directory from the command line.
#include "commands/model_targets.hpp"

#include "base/text.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

namespace mpk::cli {

bool is_model_directory(const std::string& target) {
  std::error_code failure;
  return std::filesystem::is_directory(target, failure);
}

Result<int> sign_model_target(Session& session, const std::string& target,
                              flow::SigningRequest request, const ModelSignOptions& options,
                              const std::optional<std::string>& bundle) {
  const auto path = bundle.value_or(kModelSignature);
  const auto signing = TRY(options.resolve(path));
  TRY(check_output(path));
  request.whole_chain = true;
  auto context = session.context();
  auto signer = TRY(flow::prepare_signer(context, request));
  const auto done = TRY(flow::sign_model(context, target, *signer, signing));
  TRY(write_output(path, done.bundle.text));
  for (const auto& link : done.links_outside) {
    session.warn(printable(link, 120) + ": a symlink to a file outside of the model");
  }
  if (session.json()) {
    session.print_json({{"kind", "SignedModel"},
                        {"model", done.name},
                        {"digest", done.root.text()},
                        {"files", done.files},
                        {"bytes", done.bytes},
                        {"bundle", path},
                        {"identity", signer->identity()},
                        {"issuer", signer->issuer()},
                        {"log", done.bundle.log_url},
                        {"logIndex", done.bundle.log_index},
                        {"linksOutside", done.links_outside}});
    return 0;
  }
  auto line = "signed  " + target + " (" + std::to_string(done.files) +
              (done.files == 1 ? " file, " : " files, ") + human_size(done.bytes) + ") as " +
              signer->identity();
  if (!signer->issuer().empty()) line += " (issuer " + signer->issuer() + ")";
  if (!done.bundle.log_url.empty()) {
    line += " · " + done.bundle.log_url + " #" + done.bundle.log_index;
  }
  session.print(line + " · " + path);
  return 0;
}

Result<policy::Verdict> verify_model_target(Session& session, const std::string& target,
                                            const std::string& bundle_path,
                                            const std::string& bundle,
                                            const flow::VerifyRequest& request,
                                            const ModelVerifyOptions& options) {
  return flow::verify_model(session.context(), target, bundle, request,
                            options.resolve(bundle_path));
}

}  // namespace mpk::cli
