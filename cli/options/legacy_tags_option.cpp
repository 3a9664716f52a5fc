// --legacy-tags.
#include "options/legacy_tags_option.hpp"

namespace mpk::cli {

using LegacyTags = flow::VerifyRequest::LegacyTags;

void LegacyTagsOption::add_to(OptionSet& set) {
  set.option("--legacy-tags", "WHEN", word,
             "Read cosign's .sig and .att tags: auto (without a bundle), never or only");
  set.suggest({"auto", "never", "only"});
}

Result<LegacyTags> LegacyTagsOption::resolve() const {
  if (!word || *word == "auto") return LegacyTags::automatic;
  if (*word == "never") return LegacyTags::never;
  if (*word == "only") return LegacyTags::only;
  return Error(ErrorKind::usage,
               "--legacy-tags is \"" + *word + "\", expected auto, never or only");
}

}  // namespace mpk::cli
