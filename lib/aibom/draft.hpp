// The parts of a document in the making; each writes its facts' tiers. Internal to aibom/.
#pragma once

#include "aibom/build.hpp"
#include "aibom/tiers.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// bom-refs and places that more than one part names.
inline constexpr std::string_view kModelRef = "model";
inline constexpr std::string_view kModelPointer = "/metadata/component";

struct Draft {
  explicit Draft(const BuildInput& build_input)
      : input(build_input),
        artifact(*build_input.artifact),
        info(*build_input.info),
        tiers(build_input.info->unproven) {}

  const BuildInput& input;
  const modelpack::Artifact& artifact;
  const model::ModelInfo& info;
  std::string serial_number;
  Tiers tiers;
  std::vector<std::string> truncated;         // "tags: 256 of 9000 kept"
  std::vector<std::string> file_refs;         // bom-refs, in the order of the document
  std::vector<std::string> dataset_refs;      // likewise
  std::vector<std::string> needed_base_refs;  // base models that an adapter can't run without

  /// The path of the one file that can have said something; empty when there are none or several,
  /// for a guess is no source.
  std::string sole_source(const std::function<bool(std::string_view path)>& could_say) const;
  /// Of what was counted over all weight files: verified, unless bytes of one are unproven.
  model::Tier counted_tier() const;
  /// How many of `count` list items are kept; notes it when some are not.
  std::size_t keep(std::string_view what, std::size_t count);
};

/// At most this many of a list that a card or a header may make as long as it likes.
inline constexpr std::size_t kListLength = 1000;

/// The value of the property that tells a finding: "severity: path#pointer: message [code]".
std::string finding_value(const model::Finding& finding);

/// The last part of a path, in lower case.
std::string file_name(std::string_view path);
bool is_card(std::string_view path);    // README.md
bool is_config(std::string_view path);  // config.json
bool is_gguf(std::string_view path);
bool is_tokenizer_config(std::string_view path);  // and other files that may say it

/// {"alg": "SHA-256", "content": …}
Json hash_of(const Digest& digest);
/// "hashes" of a file or archive: by the digest it is known by, then by SHA-512 where that is
/// another one. All of them are verified facts of `source`.
Json file_hashes(const Digest& digest, const std::optional<Digest>& sha512,
                 const std::string& pointer, std::string_view source, Tiers& tiers);
/// The CycloneDX name of the algorithm: "SHA-256".
std::string hash_name(DigestAlgorithm algorithm);

/// metadata.component: the model, without the properties that finish() adds.
Json model_component(Draft& draft);
/// Its "components": one of type file for each layer, with those of an archive's files below it.
Json file_components(Draft& draft);
/// Its "licenses"; an empty array when nothing is known.
Json license_list(Draft& draft);
/// Its "pedigree": base models; an empty object when there are none.
Json pedigree(Draft& draft);
/// Its "modelCard". After dataset_components(), whose refs it names.
Json model_card(Draft& draft);
/// modelCard.properties: the official cdx:ai-ml taxonomy.
Json taxonomy_properties(Draft& draft);
/// Its own "properties": counts, findings, and last the tiers of everything.
Json model_properties(Draft& draft);
/// The document's "components": one of type data for each dataset.
Json dataset_components(Draft& draft);
/// The document's "formulation": the training run. After dataset_components().
Json formulation(Draft& draft);
/// modelCard.considerations.environmentalConsiderations.energyConsumptions of the run.
Json energy_consumptions(Draft& draft);
/// The document's "declarations" and "definitions": what evaluations claim, and the thresholds.
Json declarations(Draft& draft);
Json definitions(Draft& draft);
/// externalReferences to reports of evaluations.
Json report_references(Draft& draft);

}  // namespace mpk::aibom
