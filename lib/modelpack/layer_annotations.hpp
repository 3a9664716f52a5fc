// What a layer's annotations say about its file (model-spec, docs/annotations.md).
#pragma once

#include "base/result.hpp"
#include "modelpack/media_types.hpp"
#include "oci/descriptor.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpk::modelpack {

std::optional<std::string> annotation(const oci::Descriptor& layer, std::string_view key);

/// Its filepath, under the present or the former name (cnai), or its title; nullopt: none of them.
/// malformed: they disagree. Whether the path is safe is not judged here.
Result<std::optional<std::string>> annotated_path(const oci::Descriptor& layer);

/// 0644 or 0755, by the owner's bit of the metadata's mode. malformed: metadata that contradicts
/// the descriptor's size, or that makes anything but a regular file of a raw layer.
Result<unsigned> annotated_mode(const oci::Descriptor& layer, Encoding encoding);

/// Whether the metadata's mode has setuid, setgid or sticky, which annotated_mode() leaves out.
bool has_special_bits(const oci::Descriptor& layer);
/// "PATH: its setuid, setgid or sticky bit is left out"
std::string special_bits_warning(std::string_view path);

/// `path` as the place of a layer: of a raw one a safe relative path, of an archive the path that
/// its entries share, "." for none ("./", "data/" and "./data" are taken). malformed.
Result<std::string> place_of_layer(std::string_view path, Encoding encoding);

}  // namespace mpk::modelpack
