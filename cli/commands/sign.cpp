// mpk sign: sign artifacts that are in a registry or a layout.
#include "attest/predicate_type.hpp"
#include "commands/commands.hpp"
#include "flow/attach.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  SigningOptions signing;
  std::vector<std::string> targets;
  std::optional<std::string> bundle;
};

Result<int> run(const Options& o, Session& session) {
  std::vector<oci::Reference> references;
  for (const auto& target : o.targets) {
    if (!oci::Reference::looks_like(target)) {
      return Error(ErrorKind::unsupported,
                   target + ": signing files is not supported by this release",
                   "name an artifact: HOST/REPO:TAG or oci:DIR:TAG");
    }
    references.push_back(TRY(parse_reference(target)));
  }
  if (o.bundle) {
    return Error(ErrorKind::unsupported, "--bundle is for files, which this release does not sign",
                 "the bundle of an artifact is attached to it");
  }
  auto request = TRY(o.signing.resolve(session));
  auto context = session.context(o.registry.plain_http);
  // Everything is resolved before the first signature: a typing error must not leave half of them.
  std::vector<std::pair<std::unique_ptr<oci::Store>, oci::Descriptor>> subjects;
  for (const auto& reference : references) {
    auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
    auto root = TRY(flow::resolve(*store, reference));
    subjects.emplace_back(std::move(store), root);
  }
  auto signer = TRY(flow::prepare_signer(context, request));
  Json list = Json::array();
  for (std::size_t i = 0; i < references.size(); ++i) {
    auto attached =
        TRY(flow::sign_and_attach(context, *subjects[i].first, references[i], subjects[i].second,
                                  std::string(attest::kCosignSign), Json::object(), *signer));
    auto pinned = references[i].name() + "@" + subjects[i].second.digest.text();
    list.push_back({{"reference", references[i].text()},
                    {"digest", subjects[i].second.digest.text()},
                    {"referrer", attached.referrer.digest.text()},
                    {"log", attached.log_url},
                    {"logIndex", attached.log_index}});
    if (!session.json()) {
      session.print("signed  " + pinned + " as " + signer->identity() + " (issuer " +
                    signer->issuer() + ") · " + attached.log_url + " #" + attached.log_index);
    }
  }
  if (session.json()) {
    session.print_json({{"kind", "Signed"},
                        {"identity", signer->identity()},
                        {"issuer", signer->issuer()},
                        {"signatures", list}});
  }
  return 0;
}

}  // namespace

Command sign_command() {
  return {.path = {"sign"},
          .summary = "Sign artifacts keyless and attach the bundles",
          .description =
              "The signature is a Sigstore bundle (v0.3), attached as an OCI referrer; cosign "
              "verifies it\n"
              "too. One certificate serves all targets of a run.",
          .examples =
              {{"mpk sign ghcr.io/acme/tiny-llama:1.0", "in CI, as the job"},
               {"mpk sign ghcr.io/acme/a:1 ghcr.io/acme/b:1 --identity-token token.jwt",
                "two artifacts, one certificate"},
               {"mpk sign 127.0.0.1:5000/m:1 --signing-config signing-config.json --trusted-root "
                "trusted-root.json --identity-token token.jwt",
                "another Sigstore instance"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("REF", o->targets, "Artifacts", ValueKind::reference);
            o->signing.add_to(set);
            set.option("--bundle", "FILE", o->bundle, "Not supported by this release",
                       ValueKind::file);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
