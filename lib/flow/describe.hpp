// describe: the aiBOM of a directory, or of an artifact in a store.
#pragma once

#include "aibom/spec_version.hpp"
#include "flow/context.hpp"
#include "json/value.hpp"
#include "model/info.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>

namespace mpk::flow {

struct DescribeRequest {
  std::optional<std::filesystem::path> directory;  // or
  std::optional<oci::Reference> reference;
  std::optional<std::filesystem::path> modelfile;  // with a directory
  std::optional<Timestamp> created;
  aibom::SpecVersion spec_version = aibom::SpecVersion::v1_6;
};

struct Description {
  Json aibom;
  model::ModelInfo info;
};

/// Of a directory: what `ship` would attach (the manifest digest is that of `pack`). Of a
/// reference: the layers are read once for their headers and proven on the way.
Result<Description> describe(const Context& context, const DescribeRequest& request);

}  // namespace mpk::flow
