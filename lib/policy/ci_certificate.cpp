// A CI's certificate: claims in their newer and older form, known signers.
#include "policy/ci_certificate.hpp"

#include <algorithm>
#include <array>

namespace mpk::policy {
namespace {

using attest::CiFamily;

const std::string& claim(const sigstore::Identity& identity, const char* name) {
  static const std::string kNone;
  const auto found = identity.claims.find(name);
  return found == identity.claims.end() ? kNone : found->second;
}

struct Shared {
  std::string_view file;
  CiSigner kind;
  CiFamily family;
  std::string_view build_types;  // what their last part begins with; empty: any of the family
};
constexpr auto kShared = std::to_array<Shared>({
    {"generator_generic_slsa3.yml", CiSigner::generator, CiFamily::generator, "/generic@"},
    {"generator_container_slsa3.yml", CiSigner::generator, CiFamily::generator, "/container@"},
    {"builder_go_slsa3.yml", CiSigner::generator, CiFamily::generator, "go@"},
    {"builder_container-based_slsa3.yml", CiSigner::generator, CiFamily::container, ""},
    {"delegator_generic_slsa3.yml", CiSigner::delegator, CiFamily::delegated, ""},
    {"delegator_lowperms-generic_slsa3.yml", CiSigner::delegator, CiFamily::delegated, ""},
});
// builder_go_slsa3.yml in its first releases.
constexpr std::string_view kFirstGo = "https://github.com/slsa-framework/slsa-github-generator@v1";

const Shared* shared(const CiName& signer) {
  if (!signer.url.starts_with(kGeneratorWorkflows)) return nullptr;
  const auto file = std::string_view(signer.url).substr(kGeneratorWorkflows.size());
  const auto* const found = std::ranges::find(kShared, file, &Shared::file);
  return found == kShared.end() ? nullptr : found;
}

// GitHub: REPOSITORY/.github/workflows/FILE; GitLab: REPOSITORY//PATH.
bool in_github(const CiCertificate& certificate) {
  return certificate.signer.url.starts_with(certificate.repository + "/.github/workflows/");
}
bool in_gitlab(const CiCertificate& certificate) {
  return certificate.signer.url.starts_with(certificate.repository + "//");
}

class ClaimReader {
 public:
  ClaimReader(const sigstore::Identity& identity, CiCertificate& out)
      : identity_(identity), out_(out) {}

  // `prefix`: what the newer form has before the older one.
  std::string operator()(const char* name, const char* older, const std::string& prefix = {}) {
    const auto& newer_value = claim(identity_, name);
    auto older_value = claim(identity_, older);
    if (!older_value.empty()) older_value = prefix + older_value;
    if (newer_value.empty() && older_value.empty()) out_.missing.emplace_back(name);
    agree(name, newer_value, older, older_value);
    return newer_value.empty() ? older_value : newer_value;
  }

  void agree(const char* name, const std::string& value, const char* other,
             const std::string& other_value) {
    if (!value.empty() && !other_value.empty() && value != other_value)
      out_.conflicts.push_back(std::string(name) + " " + value + ", " + other + " " + other_value);
  }

 private:
  const sigstore::Identity& identity_;
  CiCertificate& out_;
};

}  // namespace

CiCertificate read_ci_certificate(const sigstore::Identity& signer, std::string_view host) {
  CiCertificate out;
  ClaimReader read(signer, out);
  out.signer = CiName::split(signer.subject);
  out.issuer = signer.issuer;
  out.repository =
      read("sourceRepositoryURI", "githubWorkflowRepository", "https://" + std::string(host) + "/");
  out.commit = read("sourceRepositoryDigest", "githubWorkflowSHA");
  out.ref = read("sourceRepositoryRef", "githubWorkflowRef");
  out.trigger = read("buildTrigger", "githubWorkflowTrigger");
  out.config = CiName::split(claim(signer, "buildConfigURI"));
  out.config_commit = claim(signer, "buildConfigDigest");
  out.run = claim(signer, "runInvocationURI");
  out.runner = claim(signer, "runnerEnvironment");
  out.repository_id = claim(signer, "sourceRepositoryIdentifier");
  out.owner_id = claim(signer, "sourceRepositoryOwnerIdentifier");
  read.agree("buildSignerURI", claim(signer, "buildSignerURI"), "subject", signer.subject);
  // As slsa-verifier: the workflow that ran is of the commit that was built.
  read.agree("buildConfigDigest", out.config_commit, "sourceRepositoryDigest", out.commit);
  return out;
}

std::string CiCertificate::workflow() const {
  const auto inside = repository + "/";
  if (repository.empty() || !config.url.starts_with(inside)) return {};
  auto path = config.url.substr(inside.size());
  if (path.starts_with('/')) path.erase(0, 1);
  return path;
}

CiSigner kind_of_signer(const CiCertificate& certificate) {
  if (const auto* known = shared(certificate.signer)) return known->kind;
  if (certificate.repository.empty()) return CiSigner::other;
  return in_github(certificate) || in_gitlab(certificate) ? CiSigner::own : CiSigner::other;
}

bool writes_build_type(const CiCertificate& certificate, const attest::CiClaims& claims) {
  if (const auto* known = shared(certificate.signer)) {
    return claims.family == known->family &&
           (claims.build_type.find(known->build_types) != std::string::npos ||
            (known->build_types == "go@" && claims.build_type == kFirstGo));
  }
  const bool gitlab = claims.family == CiFamily::gitlab;
  if (kind_of_signer(certificate) == CiSigner::own) {
    if (gitlab) return in_gitlab(certificate);
    if (!in_github(certificate)) return false;
  }
  return gitlab || claims.family == CiFamily::workflow || claims.family == CiFamily::npm;
}

}  // namespace mpk::policy
