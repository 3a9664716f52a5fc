// The files that a document claims to describe. Internal to aibom/.
#pragma once

#include "json/value.hpp"

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

namespace mpk::aibom {

/// File components by name.
using Files = std::map<std::string_view, std::vector<const Json*>>;

/// A component that is a layer of ModelPack with files in it, by its media type.
struct DescribedArchive {
  const Json* component;
  Files files;  // below it
};

struct DescribedFiles {
  Files files;
  std::vector<DescribedArchive> archives;
};

/// Those of ancestors, tools and the like are about other bytes. Points into `bom`.
DescribedFiles described_files(const Json& bom);

std::size_t count(const Files& files);
/// Archives do not count, their files do.
std::size_t count(const DescribedFiles& described);

}  // namespace mpk::aibom
