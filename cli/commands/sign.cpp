// mpk sign: sign artifacts that are in a registry or a layout, and files.
#include "commands/commands.hpp"
#include "flow/sign_batch.hpp"
#include "flow/signing.hpp"
#include "model_targets.hpp"
#include "options/bundle_file.hpp"
#include "options/options.hpp"
#include "render/signed_by.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  SigningOptions signing;
  std::vector<std::string> targets;
  std::optional<std::string> bundle;
  bool overwrite = false;
  ModelSignOptions model;
};

/// Keeps the stores of the jobs open.
struct Work {
  std::vector<std::unique_ptr<oci::Store>> stores;
  std::vector<flow::SignJob> jobs;
};

Result<flow::SignJob> file_job(const Options& o, const std::string& path,
                               const flow::Context& context, std::set<std::string>& bundles) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) {
    return Error(ErrorKind::usage, path + ": no such file",
                 "an artifact is named HOST/REPO:TAG or oci:DIR:TAG");
  }
  if (std::filesystem::is_directory(status)) {
    return Error(ErrorKind::usage, path + ": a directory is signed alone",
                 "mpk sign DIR --bundle model.sig");
  }
  const auto bundle = o.bundle.value_or(default_bundle_path(path));
  if (!bundles.insert(std::filesystem::absolute(bundle).lexically_normal().native()).second)
    return Error(ErrorKind::usage, bundle + ": the bundle of two targets");
  TRY(check_bundle_file(bundle, path, o.overwrite));
  return flow::sign_file_job(context, path, bundle,
                             [bundle, overwrite = o.overwrite](const std::string& text) {
                               return write_bundle_file(bundle, text, overwrite);
                             });
}

// Everything is resolved before the first signature: a typing error must not leave half of them.
Result<Work> prepare(const Options& o, const flow::Context& context) {
  Work work;
  std::set<std::string> bundles;
  if (o.bundle && o.targets.size() > 1) {
    return Error(ErrorKind::usage, "--bundle names one file, and there are several targets",
                 "without it the bundle of FILE is " + default_bundle_path("FILE"));
  }
  for (const auto& target : o.targets) {
    if (!oci::Reference::looks_like(target)) {
      work.jobs.push_back(TRY(file_job(o, target, context, bundles)));
      continue;
    }
    auto reference = TRY(parse_reference(target));
    if (o.bundle && !o.model.oms) {
      return Error(ErrorKind::usage, "--bundle is for files, and " + target + " is an artifact",
                   "the bundle of an artifact is attached to it; a file is written ./" + target);
    }
    auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
    auto root = TRY(flow::resolve(*store, reference));
    if (o.model.oms) {
      work.jobs.push_back(
          TRY(sign_layers_job(context, *store, reference, root, o.bundle, o.overwrite)));
    }
    work.jobs.push_back(
        flow::sign_artifact_job(context, *store, std::move(reference), std::move(root)));
    work.stores.push_back(std::move(store));
  }
  return work;
}

Json to_json(const flow::SignedTarget& target) {
  Json out = {{target.referrer.empty() ? "file" : "reference", target.name},
              {"digest", target.digest.text()},
              {"log", target.log_url},
              {"logIndex", target.log_index}};
  if (target.referrer.empty()) {
    out["bundle"] = target.bundle;
  } else {
    out["referrer"] = target.referrer;
  }
  return out;
}

void report(const std::vector<flow::SignedTarget>& done, const sigstore::Signer& signer,
            Session& session) {
  Json list = Json::array();
  for (const auto& target : done) {
    list.push_back(to_json(target));
    if (session.json()) continue;
    const auto what = target.referrer.empty() ? target.name + " · " + target.bundle
                                              : target.name + " · " + target.digest.text();
    session.print("signed  " + what + " " + signed_by(signer.identity(), signer.issuer()) +
                  logged_at(target.log_url, target.log_index));
  }
  if (session.json()) {
    session.print_json({{"kind", "Signed"},
                        {"identity", signer.identity()},
                        {"issuer", signer.issuer()},
                        {"signatures", list}});
  }
}

Result<int> run(const Options& o, Session& session) {
  auto request = TRY(o.signing.resolve(session));
  if (TRY(signs_model(o.targets, o.model))) {
    return sign_model_target(session, o.targets.front(), std::move(request), o.model, o.bundle,
                             o.overwrite);
  }
  auto context = session.context(o.registry.plain_http);
  const auto work = TRY(prepare(o, context));
  auto signer = TRY(flow::prepare_signer(context, request));
  auto outcome = flow::sign_batch(context, work.jobs, *signer);
  if (!outcome.done.empty()) report(outcome.done, *signer, session);
  if (outcome.failure) return *std::move(outcome.failure);
  return 0;
}

}  // namespace

Command sign_command() {
  return {
      .summary = "Sign artifacts and files, keyless or with a key",
      .description =
          "The signature is a Sigstore bundle (v0.3). An artifact's is attached as an OCI "
          "referrer, a file's\n"
          "is written to FILE.sigstore.json; cosign verifies both. One certificate serves all "
          "targets of a run.",
      .examples =
          {{"mpk sign ghcr.io/acme/tiny-llama:1.0", "in CI, as the job"},
           {"mpk sign ghcr.io/acme/a:1 ghcr.io/acme/b:1 --identity-token token.jwt",
            "two artifacts, one certificate"},
           {"mpk sign model.safetensors --key key.pem", "a file, with a key: no service is asked"},
           {"mpk sign ./tiny-llama --key key.pem --bundle model.sig",
            "a model's directory (OpenSSF Model Signing)"},
           {"mpk sign 127.0.0.1:5000/m:1 --signing-config signing-config.json --trusted-root "
            "trusted-root.json --identity-token token.jwt",
            "another Sigstore instance"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("TARGET", o->targets, "Artifacts and files", ValueKind::reference);
        o->signing.add_to(set);
        set.option("--bundle", "FILE", o->bundle,
                   "Where the bundle of a file goes (default: FILE.sigstore.json)",
                   ValueKind::file);
        set.flag("--overwrite", o->overwrite, "Replace bundle files that are there");
        o->model.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
