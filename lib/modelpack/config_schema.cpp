// Our own statement of the grammar in docs/config.md; the release differs from main in three
// places.
#include "modelpack/config_schema.hpp"

#include <nlohmann/json.hpp>

namespace mpk::modelpack {
namespace {

Json object(Json properties, Json required = Json::array()) {
  Json out = {{"type", "object"}, {"additionalProperties", false}};
  out["properties"] = std::move(properties);
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

Json main_schema() {
  const Json text = {{"type", "string"}};
  const Json flag = {{"type", "boolean"}};
  const Json date = {{"type", "string"}, {"format", "date-time"}};
  const Json texts = {{"type", "array"}, {"items", text}};
  const Json modality = {{"enum", {"text", "image", "audio", "video", "embedding", "other"}}};
  const Json modalities = {{"type", "array"}, {"items", modality}};
  const Json language = {{"type", "string"}, {"pattern", "^[a-z]{2}$"}};  // ISO 639-1
  const Json languages = {{"type", "array"}, {"items", language}};

  Json descriptor = {{"createdAt", date}, {"authors", texts}, {"licenses", texts}};
  for (const char* key :
       {"vendor", "family", "version", "title", "description", "revision", "docURL", "sourceURL"})
    descriptor[key] = text;
  descriptor["name"] = {{"type", "string"}, {"minLength", 1}};
  descriptor["datasetsURL"] = texts;

  Json capabilities = {{"inputTypes", modalities}, {"outputTypes", modalities},
                       {"knowledgeCutoff", date},  {"reasoning", flag},
                       {"toolUsage", flag},        {"reward", flag},
                       {"languages", languages}};
  Json config = Json::object();
  for (const char* key : {"architecture", "format", "paramSize", "precision", "quantization"})
    config[key] = text;
  config["capabilities"] = object(capabilities);

  Json ids = texts;
  ids["minItems"] = 1;
  Json layers = Json::object();
  layers["enum"] = Json::array({"layers"});
  Json modelfs = Json::object();
  modelfs["type"] = layers;
  modelfs["diffIds"] = ids;

  Json root = Json::object();
  root["descriptor"] = object(descriptor);
  root["modelfs"] = object(modelfs, Json::array({"type", "diffIds"}));
  root["config"] = object(config);
  return object(root, Json::array({"descriptor", "modelfs", "config"}));
}

Json release_schema() {
  Json out = main_schema();
  out["/properties/descriptor/properties"_json_pointer].erase("datasetsURL");
  auto& capabilities = out["/properties/config/properties/capabilities"_json_pointer];
  capabilities["additionalProperties"] = true;
  capabilities["properties"].erase("languages");
  capabilities["properties"].erase("reward");
  capabilities["properties"]["embedding"] = {{"type", "boolean"}};
  return out;
}

}  // namespace

const json::Schema& config_schema_main() {
  static const json::Schema schema = json::Schema::compile(main_schema()).take();
  return schema;
}

const json::Schema& config_schema_release() {
  static const json::Schema schema = json::Schema::compile(release_schema()).take();
  return schema;
}

}  // namespace mpk::modelpack
