// Sources: what each sends, what it takes, and what its refusals say.
#include "oidc/sources.hpp"

#include "oidc/test_oidc.hpp"

using namespace mpk;
using namespace mpk::oidc;
using namespace mpk::oidc::test;

namespace {

World::Answer always(int status, const std::string& body, const http::Headers& headers = {}) {
  return [=](const http::Request&, const std::string&) -> Result<http::Response> {
    return answer(status, body, headers);
  };
}

const http::Headers kFlavor = {{"Metadata-Flavor", "Google"}};

}  // namespace

TEST_CASE("every source has a name, and a name that is none gets the nearest") {
  for (const auto* source : sources()) CHECK(*source_named(std::string(source->name)) == source);
  CHECK(says(source_named("spife").error(), "did you mean spiffe?"));
  CHECK(says(source_named("aws").error(), "expected one of github-actions, gitlab"));
}

TEST_CASE("GitHub's endpoint is asked for the audience with the job's secret") {
  World world(always(200, R"({"value":"a.b.c"})"));
  world.env.set("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example/get?api-version=2");
  world.env.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret");
  CHECK(kGithub.presence(world.around()) == Presence::named);
  CHECK(*kGithub.fetch(world.around(), "sigstore") == "a.b.c");
  const auto seen = world.transport.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].url == "https://token.example/get?api-version=2&audience=sigstore");
  CHECK(seen[0].headers.get("authorization").value() == "bearer secret");
}

TEST_CASE("a GitHub job without id-token permission is told which one is missing") {
  World world;
  world.env.set("GITHUB_ACTIONS", "true");
  const auto token = kGithub.fetch(world.around(), "sigstore");
  REQUIRE_FALSE(token);
  CHECK(says(token.error(), "permissions: id-token: write"));
  CHECK(world.transport.seen().empty());
}

TEST_CASE("an answer with a token in it is never sent on, and an error page never repeated") {
  const struct {
    World::Answer answer;
    ErrorKind kind;
    const char* says;
  } rows[] = {
      {always(302, "", {{"Location", "https://evil.example/"}}), ErrorKind::network, "302"},
      {always(500, "<html>secret page</html>"), ErrorKind::network, "answered 500"},
      {always(403, R"({"message":"not for you"})"), ErrorKind::denied, "not for you"},
      {always(200, "<html>secret page</html>"), ErrorKind::malformed, "GitHub's token endpoint"},
      {always(200, R"({"value":7})"), ErrorKind::malformed, "value"},
      {always(200, R"({"value":""})"), ErrorKind::malformed, "empty"}};
  for (const auto& row : rows) {
    CAPTURE(row.says);
    World world(row.answer);
    world.env.set("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example/");
    world.env.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret");
    const auto token = kGithub.fetch(world.around(), "sigstore");
    REQUIRE_FALSE(token);
    CHECK(token.error().kind() == row.kind);
    CHECK_MESSAGE(says(token.error(), row.says), token.error().text());
    CHECK_FALSE(says(token.error(), "secret page"));
    CHECK(world.transport.seen().size() == 1);
  }
}

TEST_CASE("a GitLab job has its token in a variable, or is told how to get one there") {
  World world;
  CHECK(kGitlab.presence(world.around()) == Presence::absent);
  world.env.set("CI_JOB_ID", "7");
  CHECK(kGitlab.presence(world.around()) == Presence::found);
  CHECK(says(kGitlab.fetch(world.around(), "sigstore").error(),
             "id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore"));
  world.env.set("SIGSTORE_ID_TOKEN", "a.b.c");
  CHECK(*kGitlab.fetch(world.around(), "sigstore") == "a.b.c");
}

TEST_CASE("Buildkite's agent API is asked as the agent asks it") {
  World world(always(200, R"({"token":"a.b.c"})"));
  world.env.set("BUILDKITE", "true");
  CHECK(says(kBuildkite.fetch(world.around(), "sigstore").error(), "mount-buildkite-agent"));
  world.env.set("BUILDKITE_AGENT_ACCESS_TOKEN", "secret");
  world.env.set("BUILDKITE_JOB_ID", "0189/x");
  world.env.set("BUILDKITE_AGENT_ENDPOINT", "https://agent.example/v3/");
  CHECK(*kBuildkite.fetch(world.around(), "sigstore") == "a.b.c");
  const auto seen = world.transport.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].url == "https://agent.example/v3/jobs/0189%2Fx/oidc/tokens");
  CHECK(seen[0].body == R"({"audience":"sigstore"})");
  CHECK(seen[0].headers.get("authorization").value() == "Token secret");
}

TEST_CASE("CircleCI's own program mints the token") {
  World world;
  world.env.set("CIRCLECI", "true");
  auto around = world.around();
  CHECK(says(kCircleci.fetch(around, "sigstore").error(), "no program circleci"));
  std::vector<std::string> argv;
  ProcessOutcome outcome{.exit_code = 0, .output = "a.b.c\n", .errors = ""};
  around.run = [&](const ProcessOptions& options) -> Result<ProcessOutcome> {
    argv = options.argv;
    return outcome;
  };
  CHECK(*kCircleci.fetch(around, "sigstore") == "a.b.c\n");
  CHECK(argv == std::vector<std::string>{"circleci", "run", "oidc", "get", "--claims",
                                         R"({"aud":"sigstore"})", "--root-issuer"});
  outcome = {.exit_code = 1, .output = "", .errors = "no such context\n"};
  const auto refused = kCircleci.fetch(around, "sigstore");
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "ended with 1: no such context"));
  CHECK(says(refused.error(), "uses a context"));
}

TEST_CASE("the mounted file is read with its line break; a directory there is told") {
  World world;
  CHECK(kTokenFile.presence(world.around()) == Presence::absent);
  world.file("var/run/sigstore/cosign/oidc-token", "a.b.c\n");
  CHECK(kTokenFile.presence(world.around()) == Presence::named);
  CHECK(*kTokenFile.fetch(world.around(), "sigstore") == "a.b.c\n");
  World other;
  other.file("var/run/sigstore/cosign/oidc-token/x", "");
  const auto token = kTokenFile.fetch(other.around(), "sigstore");
  REQUIRE_FALSE(token);
  CHECK(says(token.error(), "audience: sigstore"));
}

TEST_CASE("Google's metadata server must say that it is Google's") {
  World world(always(200, "a.b.c", kFlavor));
  CHECK(kGoogle.presence(world.around()) == Presence::absent);
  world.file("sys/class/dmi/id/product_name", "Google Compute Engine\n");
  CHECK(kGoogle.presence(world.around()) == Presence::found);
  CHECK(*kGoogle.fetch(world.around(), "sigstore") == "a.b.c");
  const auto seen = world.transport.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].url ==
        "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/"
        "identity?audience=sigstore&format=full");
  CHECK(seen[0].headers.get("metadata-flavor").value() == "Google");

  World portal(always(200, "a.b.c"));
  const auto refused = kGoogle.fetch(portal.around(), "sigstore");
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "does not say Metadata-Flavor: Google"));
  CHECK(says(refused.error(), "no_proxy"));
  World bare(always(404, "", kFlavor));
  CHECK(says(kGoogle.fetch(bare.around(), "sigstore").error(), "attach a service account"));
}

TEST_CASE("impersonation takes the machine's access token to the credentials API") {
  const auto google = [](int status, const std::string& body) {
    return [=](const http::Request& request, const std::string&) -> Result<http::Response> {
      if (request.url.host == "metadata.google.internal")
        return answer(200, R"({"access_token":"access"})", kFlavor);
      return answer(status, body);
    };
  };
  World world(google(200, R"({"token":"a.b.c"})"));
  CHECK(says(kGoogleImpersonation.fetch(world.around(), "sigstore").error(),
             "GOOGLE_SERVICE_ACCOUNT_NAME"));
  world.env.set("GOOGLE_SERVICE_ACCOUNT_NAME", "signer@p.iam.gserviceaccount.com");
  CHECK(*kGoogleImpersonation.fetch(world.around(), "sigstore") == "a.b.c");
  const auto seen = world.transport.seen();
  REQUIRE(seen.size() == 2);
  CHECK(seen[1].url ==
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
        "signer%40p.iam.gserviceaccount.com:generateIdToken");
  CHECK(seen[1].body == R"({"audience":"sigstore","includeEmail":true})");
  CHECK(seen[1].headers.get("authorization").value() == "Bearer access");

  World refused(google(403, R"({"error":{"message":"Permission denied"}})"));
  refused.env.set("GOOGLE_SERVICE_ACCOUNT_NAME", "signer@p.iam.gserviceaccount.com");
  const auto token = kGoogleImpersonation.fetch(refused.around(), "sigstore");
  REQUIRE_FALSE(token);
  CHECK(says(token.error(), "Permission denied"));
  CHECK(says(token.error(), "roles/iam.serviceAccountTokenCreator"));
}

TEST_CASE("the SPIFFE agent is asked for a JWT-SVID, and its status decides") {
  World world;
  world.env.set("SPIFFE_ENDPOINT_SOCKET", "unix:///run/agent.sock");
  auto around = world.around();
  http::GrpcCall seen;
  http::GrpcReply reply;
  around.call_grpc = [&](const http::GrpcCall& call,
                         const CancelToken&) -> Result<http::GrpcReply> {
    seen = call;
    return reply;
  };
  // JWTSVIDResponse{svids: [{spiffe_id: "i", svid: "a.b.c"}]}
  reply.message = to_bytes(std::string("\x0a\x0a\x0a\x01i\x12\x05", 7) + "a.b.c");
  CHECK(kSpiffe.presence(around) == Presence::named);
  CHECK(*kSpiffe.fetch(around, "sigstore") == "a.b.c");
  CHECK(seen.endpoint == "unix:///run/agent.sock");
  CHECK(seen.method == "/SpiffeWorkloadAPI/FetchJWTSVID");
  CHECK(seen.metadata.get("workload.spiffe.io").value() == "true");
  CHECK(as_text(seen.message) == "\x0a\x08sigstore");

  const struct {
    int status;
    ErrorKind kind;
    std::string message;
    const char* says;
  } rows[] = {{7, ErrorKind::denied, "", "spire-server entry create"},
              {14, ErrorKind::network, "", "UNAVAILABLE"},
              {0, ErrorKind::malformed, "", "no SVID"},
              {0, ErrorKind::malformed, std::string("\x0a\x03\x0a\x01i", 5), "without a token"},
              {0, ErrorKind::malformed, "\x0a\x7f", "not a JWTSVIDResponse"}};
  for (const auto& row : rows) {
    CAPTURE(row.says);
    reply = {.status = row.status, .details = "said", .message = to_bytes(row.message)};
    const auto token = kSpiffe.fetch(around, "sigstore");
    REQUIRE_FALSE(token);
    CHECK(token.error().kind() == row.kind);
    CHECK_MESSAGE(says(token.error(), row.says), token.error().text());
  }
  CHECK(says(kSpiffe.fetch(world.around(), "sigstore").error(), "is the agent running"));
}
