// What the parts of a document share.
#include "aibom/draft.hpp"

#include "aibom/wording.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace mpk::aibom {

std::string Draft::sole_source(const std::function<bool(std::string_view)>& could_say) const {
  const std::string* found = nullptr;
  for (const auto& file : artifact.files) {
    if (!could_say(file.path)) continue;
    if (found != nullptr) return {};
    found = &file.path;
  }
  return found == nullptr ? std::string() : *found;
}

model::Tier Draft::counted_tier() const {
  return info.unproven.empty() ? model::Tier::verified : model::Tier::declared;
}

std::size_t Draft::keep(std::string_view what, std::size_t count) {
  if (count <= kListLength) return count;
  truncated.push_back(std::string(what) + ": " + std::to_string(kListLength) + " of " +
                      std::to_string(count) + " kept");
  return kListLength;
}

std::string finding_value(const model::Finding& finding) {
  std::string place = one_line(finding.path);
  if (!finding.pointer.empty()) place += "#" + one_line(finding.pointer);
  return std::string(model::to_string(finding.severity)) + ": " +
         (place.empty() ? "" : place + ": ") + one_line(finding.message) + " [" +
         one_line(finding.code) + "]";
}

std::string file_name(std::string_view path) {
  return lower_ascii(path.substr(path.rfind('/') + 1));
}

bool is_card(std::string_view path) { return file_name(path) == "readme.md"; }

bool is_config(std::string_view path) { return file_name(path) == "config.json"; }

bool is_gguf(std::string_view path) { return file_name(path).ends_with(".gguf"); }

bool is_tokenizer_config(std::string_view path) {
  auto name = file_name(path);
  return name == "tokenizer_config.json" || name == "chat_template.jinja" ||
         name == "chat_template.json" || is_gguf(path);
}

std::string hash_name(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return "SHA-256";
    case DigestAlgorithm::sha384:
      return "SHA-384";
    case DigestAlgorithm::sha512:
      return "SHA-512";
  }
  return "SHA-256";
}

Json hash_of(const Digest& digest) {
  return {{"alg", hash_name(digest.algorithm())}, {"content", digest.hex()}};
}

Json file_hashes(const Digest& digest, const std::optional<Digest>& sha512,
                 const std::string& pointer, std::string_view source, Tiers& tiers) {
  Json out = Json::array({hash_of(digest)});
  if (sha512 && *sha512 != digest) out.push_back(hash_of(*sha512));
  for (std::size_t i = 0; i < out.size(); ++i)
    tiers.add_digest(pointer + "/hashes/" + std::to_string(i), source);
  return out;
}

}  // namespace mpk::aibom
