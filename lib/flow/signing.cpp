// Signing for the commands: services, token, signer.
#include "flow/signing.hpp"

#include "crypto/certificate.hpp"
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

Result<sigstore::SigningServices> read_services(const Context& context,
                                                const SigningRequest& request) {
  // prepare_signer has seen to it that both are given, or neither.
  std::string config_text = request.signing_config_text.value_or("");
  std::string root_text = request.trusted_root_text.value_or("");
  if (!request.signing_config_text) {
    auto instance = TRY(load_instance(context.env, std::string(kPublicInstance)));
    config_text =
        instance.signing_config.value_or(std::string(sigstore::embedded_signing_config().text));
    root_text = std::move(instance.trusted_root);
  }
  auto config = sigstore::parse_signing_config(config_text);
  if (!config)
    return std::move(config).error().with("--signing-config").with_kind(ErrorKind::usage);
  auto root = sigstore::parse_trusted_root(root_text);
  if (!root) return std::move(root).error().with("--trusted-root").with_kind(ErrorKind::usage);
  return sigstore::SigningServices{.config = config.take(), .trusted_root = root.take()};
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

Result<std::unique_ptr<sigstore::Signer>> key_signer(const Context& context,
                                                     const SigningRequest& request) {
  if (request.identity.token_text) {
    return Error(ErrorKind::usage, "--key and --identity-token exclude each other",
                 "a key signs by itself, a token is for a certificate of a few minutes");
  }
  sigstore::KeySignerOptions options{.key = {}, .whole_chain = request.whole_chain};
  if (request.certificates_pem) {
    auto chain = crypto::Certificate::list_from_pem(*request.certificates_pem);
    if (!chain) return std::move(chain).error().with("--certificate").with_kind(ErrorKind::usage);
    options.certificates = chain.take();
  }
  if (request.signing_config_text) options.services = TRY(read_services(context, request));
  options.key =
      TRY(keys::open_signing_key(*request.key, {.env = context.env, .ask = request.ask_secret})
              .with("--key"));
  return sigstore::make_key_signer(std::move(options), context.transport, context.clock,
                                   context.random, context.logger);
}

// Another token of the same source, when one run outlives the first. What was handed in as a text
// has no source to ask again.
std::function<Result<oidc::IdentityToken>()> renewal(const Context& context,
                                                     const SigningRequest& request,
                                                     const sigstore::SigningConfig& config) {
  if (request.identity.token_text) return nullptr;
  return [context, identity = request.identity, config] {
    return find_identity(context, identity, config);
  };
}

}  // namespace

Result<std::unique_ptr<sigstore::Signer>> prepare_signer(const Context& context,
                                                         const SigningRequest& request) {
  const auto phase = context.trace.phase("prepare signing");
  if (request.signing_config_text.has_value() != request.trusted_root_text.has_value()) {
    return Error(ErrorKind::usage, "--signing-config and --trusted-root belong together",
                 "what is signed is verified with the trusted root before it is attached");
  }
  if (request.key) return key_signer(context, request);
  if (request.certificates_pem) {
    return Error(
        ErrorKind::usage, "--certificate without --key",
        "it names the certificate of the key that signs; a keyless signature gets its own");
  }
  auto services = TRY(read_services(context, request));
  auto token = TRY(find_identity(context, request.identity, services.config));
  TRY(confirm_public_log(request, token));
  auto renew = renewal(context, request, services.config);
  return sigstore::make_keyless_signer({.config = std::move(services.config),
                                        .trusted_root = std::move(services.trusted_root),
                                        .token = std::move(token),
                                        .renew = std::move(renew)},
                                       context.transport, context.clock, context.random,
                                       context.logger);
}

}  // namespace mpk::flow
