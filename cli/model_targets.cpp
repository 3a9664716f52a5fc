// Signing and verifying a model's directory from the command line.
#include "model_targets.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "options/bundle_file.hpp"
#include "render/signed_by.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>

namespace mpk::cli {

namespace {

bool is_directory(const std::string& path) {
  std::error_code failure;
  return std::filesystem::is_directory(path, failure);
}

}  // namespace

Result<bool> signs_model(const std::vector<std::string>& targets, const ModelSignOptions& options) {
  const bool alone = targets.size() == 1;
  if (alone && is_directory(targets.front())) return true;
  if (alone && options.oms && !oci::Reference::looks_like(targets.front())) return true;
  if (options.given() && !options.only_oms()) {
    return Error(ErrorKind::usage, "options of a model's directory beside other targets",
                 "mpk sign DIR signs a directory, alone");
  }
  return false;
}

bool verifies_model(const std::string& target, const std::vector<flow::ReadBundle>& bundles) {
  if (is_directory(target)) return true;
  std::error_code failure;
  return std::filesystem::is_regular_file(target, failure) && bundles.size() == 1 &&
         flow::is_model_bundle(bundles.front());
}

Result<flow::SignJob> sign_layers_job(const flow::Context& context, oci::Store& store,
                                      const oci::Reference& reference,
                                      const oci::Descriptor& subject,
                                      const std::optional<std::string>& bundle, bool overwrite) {
  if (bundle) TRY(check_bundle_file(*bundle, reference.text(), overwrite));
  return flow::SignJob([&context, &store, reference, subject, bundle,
                        overwrite](sigstore::Signer& signer) -> Result<flow::SignedTarget> {
    const auto done = TRY(flow::sign_layers(context, store, reference, subject, signer));
    if (bundle) TRY(write_bundle_file(*bundle, done.bundle, overwrite));
    return flow::SignedTarget{.name = reference.text() + " (model)",
                              .digest = subject.digest,
                              .referrer = done.attached.referrer.digest.text(),
                              .bundle = bundle.value_or(""),
                              .log_url = done.attached.log_url,
                              .log_index = done.attached.log_index};
  });
}

Result<int> sign_model_target(Session& session, const std::string& target,
                              flow::SigningRequest request, const ModelSignOptions& options,
                              const std::optional<std::string>& bundle, bool overwrite) {
  const auto path = bundle.value_or(kModelSignature);
  const auto signing = TRY(options.resolve(path));
  TRY(check_bundle_file(path, target, overwrite));
  request.whole_chain = true;
  auto context = session.context();
  auto signer = TRY(flow::prepare_signer(context, request));
  const auto done = TRY(flow::sign_model(context, target, *signer, signing));
  TRY(write_bundle_file(path, done.bundle.text, overwrite));
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
  session.print("signed  " + target + " (" + counted(done.files, "file") + ", " +
                human_size(done.bytes) + ") · " + path + " " +
                signed_by(signer->identity(), signer->issuer()) +
                logged_at(done.bundle.log_url, done.bundle.log_index));
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
