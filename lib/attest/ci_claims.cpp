// What a CI's provenance says of its build: one table of places, one of build types.
#include "attest/ci_claims.hpp"

#include "attest/predicate_type.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::attest {
namespace {

constexpr std::size_t kCommitDigits = 40;  // SHA-1, git's own

enum class Form {
  text,
  uri,           // "git+https://github.com/o/r@refs/heads/main", or without git+ and ref
  digest,        // of a commit, in a DigestSet
  workflow_ref,  // "o/r/PATH@REF"
};

struct Place {
  std::string_view pointer;
  CiTopic topic;
  Form form = Form::text;
};

// actions/toolkit packages/attest, npm/cli libnpmpublish, slsa-github-generator, GitLab's
// ProvenanceStatement. The source is the first dependency.
constexpr auto kPlacesV1 = std::to_array<Place>({
    {"/buildDefinition/externalParameters/workflow/repository", CiTopic::repository},
    {"/buildDefinition/externalParameters/workflow/ref", CiTopic::workflow_ref},
    {"/buildDefinition/externalParameters/workflow/path", CiTopic::workflow},
    {"/buildDefinition/externalParameters/source", CiTopic::repository, Form::uri},
    {"/buildDefinition/externalParameters/source/uri", CiTopic::repository, Form::uri},
    {"/buildDefinition/externalParameters/source/digest", CiTopic::commit, Form::digest},
    {"/buildDefinition/resolvedDependencies/0/uri", CiTopic::repository, Form::uri},
    {"/buildDefinition/resolvedDependencies/0/digest", CiTopic::commit, Form::digest},
    {"/buildDefinition/internalParameters/github/event_name", CiTopic::trigger},
    {"/buildDefinition/internalParameters/github/repository_id", CiTopic::repository_id},
    {"/buildDefinition/internalParameters/github/repository_owner_id", CiTopic::owner_id},
    {"/buildDefinition/internalParameters/github/runner_environment", CiTopic::runner},
    {"/runDetails/metadata/invocationId", CiTopic::run},
});
constexpr auto kPlacesV02 = std::to_array<Place>({
    {"/invocation/configSource/uri", CiTopic::repository, Form::uri},
    {"/invocation/configSource/digest", CiTopic::commit, Form::digest},
    {"/invocation/configSource/entryPoint", CiTopic::workflow},
    {"/materials/0/uri", CiTopic::repository, Form::uri},
    {"/materials/0/digest", CiTopic::commit, Form::digest},
    {"/metadata/buildInvocationId", CiTopic::run},
    {"/metadata/buildInvocationID", CiTopic::run},  // as in-toto-golang writes it
});

// Of the runner's environment; slsa-github-generator writes them in lower case, too.
constexpr auto kVariables = std::to_array<Place>({
    {"GITHUB_REPOSITORY", CiTopic::repository},
    {"GITHUB_REF", CiTopic::ref},
    {"GITHUB_SHA", CiTopic::commit},
    {"GITHUB_SHA1", CiTopic::commit},
    {"GITHUB_EVENT_NAME", CiTopic::trigger},
    {"GITHUB_REPOSITORY_ID", CiTopic::repository_id},
    {"GITHUB_REPOSITORY_OWNER_ID", CiTopic::owner_id},
    {"GITHUB_RUN_ID", CiTopic::run_id},
    {"GITHUB_RUN_ATTEMPT", CiTopic::run_attempt},
    {"GITHUB_WORKFLOW_REF", CiTopic::workflow_ref, Form::workflow_ref},
    {"GITHUB_WORKFLOW_SHA", CiTopic::workflow_commit},
});
constexpr std::string_view kVariablesV1 = "/buildDefinition/internalParameters/";
constexpr std::string_view kVariablesV02 = "/invocation/environment/";

struct BuildType {
  std::string_view name;  // with "/" at its end: what it begins with
  bool v1;
  CiFamily family;
  std::string_view always;  // places, separated by blanks
};

constexpr std::string_view kWorkflow =
    "/buildDefinition/externalParameters/workflow/repository "
    "/buildDefinition/externalParameters/workflow/ref "
    "/buildDefinition/externalParameters/workflow/path "
    "/buildDefinition/internalParameters/github/event_name "
    "/buildDefinition/resolvedDependencies/0/uri /buildDefinition/resolvedDependencies/0/uri@ "
    "/buildDefinition/resolvedDependencies/0/digest /runDetails/metadata/invocationId";
constexpr std::string_view kContainer =
    "/buildDefinition/externalParameters/source/uri "
    "/buildDefinition/externalParameters/source/uri@ "
    "/buildDefinition/externalParameters/source/digest "
    "/buildDefinition/resolvedDependencies/0/uri /buildDefinition/resolvedDependencies/0/uri@ "
    "/buildDefinition/resolvedDependencies/0/digest "
    "/buildDefinition/internalParameters/GITHUB_EVENT_NAME /runDetails/metadata/invocationId";
constexpr std::string_view kDelegatedV1 =
    "/buildDefinition/resolvedDependencies/0/uri /buildDefinition/resolvedDependencies/0/digest "
    "/buildDefinition/internalParameters/GITHUB_EVENT_NAME "
    "/buildDefinition/internalParameters/GITHUB_WORKFLOW_REF /runDetails/metadata/invocationId";
constexpr std::string_view kGitlab =
    "/buildDefinition/externalParameters/source /buildDefinition/resolvedDependencies/0/uri "
    "/buildDefinition/resolvedDependencies/0/digest /runDetails/metadata/invocationId";
constexpr std::string_view kGenerator =
    "/invocation/configSource/uri /invocation/configSource/uri@ /invocation/configSource/digest "
    "/invocation/configSource/entryPoint /materials/0/uri /materials/0/uri@ /materials/0/digest "
    "/invocation/environment/GITHUB_EVENT_NAME /metadata/buildInvocationId";
// npm's material of early 2023 and that of lent signatures may have no ref.
constexpr std::string_view kBareMaterial =
    "/invocation/configSource/uri /invocation/configSource/uri@ /invocation/configSource/digest "
    "/invocation/configSource/entryPoint /materials/0/uri /materials/0/digest "
    "/invocation/environment/GITHUB_EVENT_NAME /metadata/buildInvocationId";

constexpr auto kBuildTypes = std::to_array<BuildType>({
    {"https://actions.github.io/buildtypes/workflow/v1", true, CiFamily::workflow, kWorkflow},
    {"https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1", true,
     CiFamily::workflow, kWorkflow},
    {"https://slsa.dev/container-based-build/v0.1?draft", true, CiFamily::container, kContainer},
    {"https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0", true,
     CiFamily::delegated, kDelegatedV1},
    {"https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1", true, CiFamily::gitlab,
     kGitlab},
    {"https://gitlab.com/gitlab-org/gitlab-runner/-/blob/", true, CiFamily::gitlab, kGitlab},
    {"https://github.com/npm/cli/gha/v2", false, CiFamily::npm, kGenerator},
    {"https://github.com/npm/cli/gha@v1", false, CiFamily::npm, kBareMaterial},
    {"https://github.com/slsa-framework/slsa-github-generator/generic@v1", false,
     CiFamily::generator, kGenerator},
    {"https://github.com/slsa-framework/slsa-github-generator/container@v1", false,
     CiFamily::generator, kGenerator},
    {"https://github.com/slsa-framework/slsa-github-generator/go@v1", false, CiFamily::generator,
     kGenerator},
    {"https://github.com/slsa-framework/slsa-github-generator@v1", false, CiFamily::generator,
     kGenerator},
    {"https://github.com/slsa-framework/slsa-github-generator-go@v1", false, CiFamily::generator,
     kGenerator},
    {"https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0", false,
     CiFamily::delegated, kBareMaterial},
});

const BuildType* find_type(std::string_view name, bool v1) {
  const auto found = std::ranges::find_if(kBuildTypes, [&](const BuildType& each) {
    return each.v1 == v1 &&
           (each.name.ends_with('/') ? name.starts_with(each.name) : name == each.name);
  });
  return found == kBuildTypes.end() ? nullptr : found;
}

const Json& at(const Json& root, std::string_view pointer) {
  const auto* value = &root;
  for (const auto token : split(pointer.substr(1), '/')) {
    if (token == "0") {
      const auto& list = json::items(*value);
      static const Json kNull;
      value = list.empty() ? &kNull : &list.front();
    } else {
      value = &json::member(*value, token);
    }
  }
  return *value;
}

bool is_empty(const Json& value) {
  return value.is_null() || (value.is_string() && json::text(value).empty());
}

std::string shown(const Json& value) {
  return value.is_string() ? json::text(value) : json::compact(value);
}

class Reader {
 public:
  Reader(const Json& predicate, std::vector<CiClaim>& out) : predicate_(predicate), out_(out) {}

  void read(const Place& place, std::string_view pointer, const std::string& name) {
    const auto& value = at(predicate_, pointer);
    if (is_empty(value)) return;
    // A source is a text or an object, whose members have places of their own.
    if (place.form == Form::uri && value.is_object()) return;
    switch (value.is_string() || place.form == Form::digest ? place.form : Form::text) {
      case Form::text:
        return add(place.topic, name, shown(value));
      case Form::uri:
        return add_uri(name, json::text(value));
      case Form::digest:
        return add_digest(name, value);
      case Form::workflow_ref:
        return add_workflow(name, json::text(value));
    }
  }

 private:
  void add(CiTopic topic, const std::string& place, std::string value) {
    out_.push_back({.topic = topic, .place = place, .value = std::move(value)});
  }

  void add_uri(const std::string& place, std::string_view uri) {
    if (uri.starts_with("git+")) uri.remove_prefix(4);
    const auto border = uri.find('@');
    add(CiTopic::repository, place, std::string(uri.substr(0, border)));
    if (border != std::string_view::npos)
      add(CiTopic::ref, place + "@", std::string(uri.substr(border + 1)));
  }

  // GitLab Runner writes the commit as "sha256", which 40 digits are not.
  void add_digest(const std::string& place, const Json& set) {
    if (!set.is_object()) return add(CiTopic::commit, place, shown(set));
    for (const auto* key : {"gitCommit", "sha1", "sha256"}) {
      const auto& value = json::member(set, key);
      const bool misnamed = json::text(value).size() == kCommitDigits;
      if (!is_empty(value) && (std::string_view(key) != "sha256" || misnamed))
        add(CiTopic::commit, place, shown(value));
    }
  }

  void add_workflow(const std::string& place, std::string_view text) {
    const auto border = text.rfind('@');
    const auto whole = text.substr(0, border);
    const auto owner = whole.find('/');
    const auto repository = owner == std::string_view::npos ? owner : whole.find('/', owner + 1);
    add(CiTopic::repository, place, std::string(whole.substr(0, repository)));
    add(CiTopic::workflow, place,
        repository == std::string_view::npos ? "" : std::string(whole.substr(repository + 1)));
    add(CiTopic::workflow_ref, place,
        border == std::string_view::npos ? "" : std::string(text.substr(border + 1)));
  }

  const Json& predicate_;
  std::vector<CiClaim>& out_;
};

void read_places(const Json& predicate, bool v1, std::vector<CiClaim>& out) {
  Reader reader(predicate, out);
  const auto each = [&](const auto& places) {
    for (const auto& place : places) {
      // One name for both spellings.
      const bool other = place.pointer == "/metadata/buildInvocationID";
      reader.read(place, place.pointer,
                  other ? "/metadata/buildInvocationId" : std::string(place.pointer));
    }
  };
  if (v1) {
    each(kPlacesV1);
  } else {
    each(kPlacesV02);
  }
  const std::string base(v1 ? kVariablesV1 : kVariablesV02);
  for (const auto& variable : kVariables) {
    const auto name = base + std::string(variable.pointer);
    reader.read(variable, name, name);
    reader.read(variable, base + lower_ascii(variable.pointer), name);
  }
}

std::vector<std::string> missing_places(std::string_view always, const std::vector<CiClaim>& said) {
  std::vector<std::string> out;
  for (const auto place : split(always, ' ')) {
    if (std::ranges::find(said, place, &CiClaim::place) == said.end()) out.emplace_back(place);
  }
  return out;
}

// As slsa-verifier reads them: from the event that started the run. Where there is no event, the
// predicate's own; a lent signature's are those of the builder, not of the workflow.
std::optional<Json> find_inputs(const Json& predicate, bool v1, CiFamily family) {
  const std::string base(v1 ? kVariablesV1 : kVariablesV02);
  std::vector<std::string> pointers = {base + "GITHUB_EVENT_PAYLOAD/inputs",
                                       base + "github_event_payload/inputs"};
  if (family != CiFamily::delegated) {
    pointers.emplace_back(v1 ? "/buildDefinition/externalParameters/inputs"
                             : "/invocation/parameters/inputs");
  }
  for (const auto& pointer : pointers) {
    if (const auto& found = at(predicate, pointer); found.is_object()) return found;
  }
  return std::nullopt;
}

}  // namespace

Result<CiClaims> read_ci_claims(std::string_view predicate_type, const Json& predicate) {
  const bool v1 = predicate_type == kSlsaProvenance;
  if (!v1 && predicate_type != kSlsaProvenance02) {
    return Error(ErrorKind::malformed, printable(predicate_type, 200) + ": no SLSA provenance",
                 "v1 and v0.2 are read");
  }
  CiClaims out;
  out.builder_id = json::text(at(predicate, v1 ? "/runDetails/builder/id" : "/builder/id"));
  out.build_type = json::text(at(predicate, v1 ? "/buildDefinition/buildType" : "/buildType"));
  if (out.builder_id.empty() || out.build_type.empty()) {
    return Error(ErrorKind::malformed,
                 std::string("no ") + (out.builder_id.empty() ? "builder.id" : "buildType"));
  }
  const auto* type = find_type(out.build_type, v1);
  if (type == nullptr) {
    return Error(ErrorKind::unsupported, printable(out.build_type, 200),
                 "what it says of its source is in places that mpk does not know");
  }
  out.family = type->family;
  read_places(predicate, v1, out.said);
  out.missing = missing_places(type->always, out.said);
  out.inputs = find_inputs(predicate, v1, out.family);
  return out;
}

}  // namespace mpk::attest
