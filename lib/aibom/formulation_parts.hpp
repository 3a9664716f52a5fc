// The components of a training run: program, image, libraries, machines. Internal to aibom/.
#pragma once

#include "json/value.hpp"
#include "model/declared.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace mpk::aibom {

struct RunParts {
  Json components = Json::array();
  std::string code, container;                    // bom-refs; empty: not said
  std::vector<std::string> frameworks, hardware;  // bom-refs
};

RunParts run_parts(const model::TrainingRun& run);

}  // namespace mpk::aibom
