// An aiBOM named by a word.
#include "options/aibom_source.hpp"

#include "flow/attached_aibom.hpp"
#include "json/parse.hpp"
#include "options/bom_file.hpp"

namespace mpk::cli {
namespace {

constexpr int kNoAibom = 20, kNotValid = 21;

// No document: the artifact has none.
Result<LoadedAibom> load_attached(Session& session, const RegistryOptions& registry,
                                  const TrustOptions& trust, const std::string& source) {
  auto reference = TRY(parse_reference(source));
  auto found = TRY(flow::attached_aibom(session.context(registry.plain_http), reference,
                                        TRY(trust.resolve(session))));
  if (!found) return LoadedAibom();
  if (found->verified_by.empty()) {
    session.warn("its signature is not verified: " + found->problem);
  } else {
    session.say("signed by " + found->verified_by);
  }
  return LoadedAibom{.document = std::move(found->aibom), .signed_by = found->verified_by};
}

bool is_cyclonedx(const Json& document) {
  const auto text = [&](const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  return document.is_object() && text("bomFormat") == "CycloneDX" && !text("specVersion").empty();
}

LoadedAibom refused(Session& session, const Error& error, int exit_code) {
  return {.document = std::nullopt, .exit_code = session.refuse(error, exit_code), .signed_by = {}};
}

}  // namespace

Result<LoadedAibom> load_aibom(Session& session, const RegistryOptions& registry,
                               const TrustOptions& trust, const std::string& source) {
  LoadedAibom out;
  if (oci::Reference::looks_like(source)) {
    out = TRY(load_attached(session, registry, trust, source));
    // An artifact that is there but has no aiBOM is another answer than no artifact.
    if (!out.document) {
      return refused(session,
                     Error(ErrorKind::not_found, source + ": no aibom is attached",
                           "mpk aibom create " + source + " computes one"),
                     kNoAibom);
    }
  } else {
    auto text = TRY(read_bom_text(session, "", source));
    auto parsed = json::parse(text, {.max_depth = 128});
    if (!parsed)
      return refused(session, std::move(parsed).error().with(input_name(source)), kNotValid);
    out.document = parsed.take();
  }
  if (!is_cyclonedx(*out.document)) {
    return refused(session,
                   Error(ErrorKind::malformed,
                         input_name(source) + ": not a CycloneDX document: it has no bomFormat "
                                              "\"CycloneDX\" with a specVersion",
                         "mpk aibom validate lists every problem of a document"),
                   kNotValid);
  }
  return out;
}

}  // namespace mpk::cli
