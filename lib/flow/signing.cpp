// Signing for the commands: services, token, signer.
#include "flow/signing.hpp"

#include "flow/trust_instance.hpp"
#include "oidc/find_token.hpp"
#include "oidc/token.hpp"
#include "sigstore/signing_config.hpp"

namespace mpk::flow {
namespace {

Result<void> confirm_public_log(const SigningRequest& request, const oidc::IdentityToken& token) {
  bool is_public = !request.signing_config_text;
  if (!is_public || request.assume_yes || !request.confirm || token.email.empty()) return {};
  if (request.confirm("the public transparency log keeps " + token.email + " for ever. go on?"))
    return {};
  return Error(ErrorKind::cancelled, "not signed", "--yes answers the question beforehand");
}

Result<oidc::IdentityToken> find_identity(const Context& context, oidc::TokenRequest request,
                                          const sigstore::SigningConfig& config) {
  if (request.issuer.empty()) {
    const auto chosen =
        sigstore::select_services(config.oidc, "ANY", 1, {1}, context.clock.now(), "OIDC issuer");
    if (chosen) request.issuer = chosen->front().url;
  }
  return oidc::find_token(request, {.env = context.env,
                                    .transport = context.transport,
                                    .clock = context.clock,
                                    .random = context.random,
                                    .logger = context.logger,
                                    .cancel = context.cancel});
}

}  // namespace

Result<std::unique_ptr<sigstore::Signer>> prepare_signer(const Context& context,
                                                         const SigningRequest& request) {
  if (request.signing_config_text.has_value() != request.trusted_root_text.has_value()) {
    return Error(ErrorKind::usage, "--signing-config and --trusted-root belong together",
                 "what is signed is verified with the trusted root before it is attached");
  }
  const auto instance = TRY(load_instance(context.env, std::string(kPublicInstance)));
  std::string config_text(request.signing_config_text.value_or(
      instance.signing_config.value_or(std::string(sigstore::embedded_signing_config().text))));
  std::string root_text(request.trusted_root_text.value_or(instance.trusted_root));
  auto config = sigstore::parse_signing_config(config_text);
  if (!config)
    return std::move(config).error().with("--signing-config").with_kind(ErrorKind::usage);
  auto root = sigstore::parse_trusted_root(root_text);
  if (!root) return std::move(root).error().with("--trusted-root").with_kind(ErrorKind::usage);
  auto token = TRY(find_identity(context, request.identity, *config));
  TRY(confirm_public_log(request, token));
  return sigstore::make_keyless_signer(
      {.config = config.take(), .trusted_root = root.take(), .token = std::move(token)},
      context.transport, context.clock, context.random, context.logger);
}

}  // namespace mpk::flow
