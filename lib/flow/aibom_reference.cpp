// An aiBOM by reference: in-toto's predicate reference v0.1 (in-toto/attestation,
// spec/predicates/reference.md), written and followed.
#include "flow/aibom_reference.hpp"

#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oci/media_type.hpp"
#include "oci/referrer.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace mpk::flow {
namespace {

constexpr std::string_view kCycloneDxType = "application/vnd.cyclonedx+json";

// A blob has no URL of its own in a layout, which may lie anywhere.
std::string location_of(const oci::Reference& reference, const Digest& digest) {
  if (reference.kind == oci::Reference::Kind::registry)
    return "oci://" + reference.name() + "@" + digest.text();
  return "oci:blobs/" + std::string(to_string(digest.algorithm())) + "/" + digest.hex();
}

Result<oci::Descriptor> read_reference(const std::string& predicate) {
  const auto document = TRY(json::parse(predicate));
  const auto references = TRY(json::Field(document).items("references"));
  if (references.size() != 1) return Error(ErrorKind::unsupported, "not one reference");
  const auto& one = references.front();
  const auto type = TRY(one.string("mediaType"));
  if (type != kCycloneDxType && !type.starts_with(std::string(kCycloneDxType) + ";"))
    return Error(ErrorKind::unsupported, "not a reference to an aiBOM");
  const auto hex = TRY(TRY(one.at("digest")).string("sha256"));
  const auto digest = TRY(Digest::parse("sha256:" + hex));
  // The size is signed, too, so that nothing unsigned has to be asked for it: a registry's own
  // answer, or the referrer that keeps the blob. One without it is another program's.
  const auto size = TRY(TRY(one.at("annotations")).unsigned_integer(identifiers::kAnnotationSize));
  return oci::Descriptor{.media_type = type, .digest = digest, .size = size};
}

// nullopt: a reference to something else.
std::optional<oci::Descriptor> named_aibom(const std::string& predicate) {
  auto read = read_reference(predicate);
  if (!read) return std::nullopt;
  return read.take();
}

std::string code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return "aibom-blob-missing";
    case ErrorKind::too_large:
      return "aibom-blob-too-large";
    case ErrorKind::mismatch:
      return "aibom-blob-mismatch";
    case ErrorKind::malformed:
    case ErrorKind::unsupported:
      return "aibom-blob-malformed";
    default:
      return {};
  }
}

Result<std::string> fetch_aibom(oci::Store& store, const oci::Descriptor& blob,
                                std::uint64_t left) {
  if (blob.size > left) {
    return Error(ErrorKind::too_large, "the aiBOMs by reference of this artifact take more than " +
                                           human_size(limits::kEvidence));
  }
  auto text = TRY(oci::fetch_text(store, blob, limits::kBundle));
  const auto document = json::parse(text);
  if (!document) return Error(ErrorKind::malformed, document.error().text());
  if (!document->is_object()) return Error(ErrorKind::malformed, "expected a JSON object");
  return text;
}

sigstore::Step blob_step(const oci::Descriptor& blob) {
  return {.id = "aibom.blob",
          .result = sigstore::Step::Result::pass,
          .code = {},
          .message = "aibom by reference: " + human_size(blob.size) + ", of the signed digest",
          .expected = {},
          .found = {},
          .hint = {}};
}

void refuse(CheckedBundle& bundle, const oci::Descriptor& blob, const Error& error) {
  auto step = blob_step(blob);
  step.result = sigstore::Step::Result::fail;
  step.code = code_of(error.kind());
  step.message = "aibom by reference: " + printable(error.text());
  step.expected = {blob.digest.text()};
  step.hint = "mpk attest REF --type cyclonedx attaches the aibom again";
  bundle.report.verified.reset();
  bundle.report.steps.push_back(std::move(step));
}

Result<void> follow(oci::Store& store, CheckedBundle& bundle, std::uint64_t& left) {
  if (bundle.predicate_type != attest::kReference) return {};
  const auto* statement = proven_statement(bundle);
  const auto blob = named_aibom(statement != nullptr ? statement->predicate : bundle.statement);
  if (!blob) return {};
  // What fails is reported in the place of the aiBOM that it was meant to be, and never shown.
  bundle.predicate_type = attest::kCycloneDx;
  bundle.statement.clear();
  if (statement == nullptr) return {};
  auto text = fetch_aibom(store, *blob, left);
  if (!text && code_of(text.error().kind()).empty())
    return std::move(text).error().with("aibom by reference " + blob->digest.brief());
  if (!text) {
    refuse(bundle, *blob, text.error());
    return {};
  }
  left -= blob->size;
  bundle.statement = *text;
  bundle.report.steps.push_back(blob_step(*blob));
  auto& proven = *bundle.report.verified->statement;
  proven.predicate_type = attest::kCycloneDx;
  proven.predicate = text.take();
  return {};
}

}  // namespace

Result<oci::Descriptor> push_aibom_blob(oci::Store& store, const Json& aibom) {
  const auto text = json::compact(aibom);
  if (text.size() > limits::kBundle) {
    return Error(ErrorKind::too_large, "aibom: " + human_size(text.size()) + ", at most " +
                                           human_size(limits::kBundle) + " are verified");
  }
  return oci::push_text(store, kCycloneDxType, text).with("aibom by reference");
}

Json aibom_reference(const oci::Reference& reference, const oci::Descriptor& blob) {
  Json one = {{"name", "aibom.cdx.json"},
              {"downloadLocation", location_of(reference, blob.digest)},
              {"mediaType", blob.media_type}};
  one["digest"][std::string(to_string(blob.digest.algorithm()))] = blob.digest.hex();
  one["annotations"][std::string(identifiers::kAnnotationSize)] = blob.size;
  Json out;
  // Who attests is in the certificate, proven.
  out["attester"]["id"] = std::string(identifiers::kAttester);
  out["references"] = Json::array({std::move(one)});
  return out;
}

Result<void> keep_aibom_blob(oci::Store& store, const oci::Descriptor& subject,
                             const oci::Descriptor& blob, Timestamp created) {
  TRY(oci::push_referrer(store, subject, blob,
                         {{std::string(oci::kAnnotationCreated),
                           Timestamp::from_seconds(created.seconds()).text()}})
          .with("attaching the aibom"));
  return {};
}

Result<void> follow_aibom_references(oci::Store& store, std::vector<CheckedBundle>& bundles) {
  // Anyone may sign a thousand references to large blobs.
  std::uint64_t left = limits::kEvidence;
  for (auto& bundle : bundles) TRY(follow(store, bundle, left));
  return {};
}

}  // namespace mpk::flow
