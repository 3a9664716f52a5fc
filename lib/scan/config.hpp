// Configuration files: JSON and YAML that make a loader run code.
#pragma once

#include "base/result.hpp"
#include "scan/content.hpp"
#include "scan/finding.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace mpk::scan {

/// Files up to this size are read as documents.
inline constexpr std::size_t kDocument = 64U << 20;

/// auto_map, custom_pipelines, trust_remote_code (transformers), chat templates, Keras' layers.
/// What is no strict JSON is searched as text.
void scan_json(std::string_view text, const std::string& member, Findings& findings);
/// Tags that make Python objects (PyYAML), callables that are named (Hydra).
void scan_yaml(std::string_view text, const std::string& member, Findings& findings);
/// Keras configurations in HDF5 and protobuf files, found as text. io.
Result<void> scan_keras_text(const Content& content, const std::string& member, Findings& findings);

}  // namespace mpk::scan
