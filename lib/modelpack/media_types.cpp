// ModelPack's media types.
#include "modelpack/media_types.hpp"

#include <array>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr std::array<std::pair<model::Kind, std::string_view>, 5> kKinds = {{
    {model::Kind::weight, "weight"},
    {model::Kind::config, "weight.config"},
    {model::Kind::doc, "doc"},
    {model::Kind::code, "code"},
    {model::Kind::dataset, "dataset"},
}};

constexpr std::array<std::pair<Encoding, std::string_view>, 4> kEncodings = {{
    {Encoding::raw, "raw"},
    {Encoding::tar, "tar"},
    {Encoding::tar_gzip, "tar+gzip"},
    {Encoding::tar_zstd, "tar+zstd"},
}};

std::string compose(std::string_view family, std::string_view kind, std::string_view encoding) {
  return std::string(family).append(kind).append(".v1.").append(encoding);
}

}  // namespace

std::string media_type(LayerType type) {
  std::string_view kind, encoding;
  for (const auto& [value, word] : kKinds) {
    if (value == type.kind) kind = word;
  }
  for (const auto& [value, word] : kEncodings) {
    if (value == type.encoding) encoding = word;
  }
  return compose("application/vnd.cncf.model.", kind, encoding);
}

std::optional<LayerType> parse_media_type(std::string_view text) {
  for (const auto* family : {"application/vnd.cncf.model.", "application/vnd.cnai.model."}) {
    for (const auto& [kind, kind_word] : kKinds) {
      for (const auto& [encoding, encoding_word] : kEncodings) {
        if (compose(family, kind_word, encoding_word) == text) return LayerType{kind, encoding};
      }
    }
  }
  return std::nullopt;
}

}  // namespace mpk::modelpack
