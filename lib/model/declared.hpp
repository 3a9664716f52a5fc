// What a training file and evaluation files declare: nothing of it can be read from the weights.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::model {

struct Party {
  std::string name, email = {}, url = {};
};

/// Of a dataset (CycloneDX 1.6, dataGovernance).
struct Governance {
  std::vector<Party> owners, custodians, stewards;
};

struct TrainingRun {
  struct Framework {
    std::string name, version, purl;
  };
  struct Hardware {
    std::string accelerator, provider, region;
    std::optional<std::uint64_t> count;
    std::optional<double> hours;
  };
  struct Parameter {
    std::string name, value, type;  // type: "string", "number", "boolean"
  };
  struct Energy {
    std::string activity, source;  // source: "wind", …; empty: nobody says
    Party provider;                // no name: nobody says
    double kwh = 0;
    std::optional<double> co2_tonnes;
  };
  struct Byproduct {
    std::string name, kind, url, digest;
  };

  std::string source;  // the file's name
  std::string id, name, description;
  std::string activity;  // "training" or "fine-tuning"
  std::string approach, method;
  std::string start, end;  // RFC 3339
  std::string code_repository, code_commit, code_path, command;
  std::string container_image, container_digest;
  std::vector<Framework> frameworks;
  std::vector<Hardware> hardware;
  std::vector<Parameter> hyperparameters;  // sorted by name
  std::string flops;
  std::vector<Energy> energy;
  std::vector<Byproduct> byproducts;
};

struct EvaluationReport {
  struct Document {
    std::string url, digest;
  };
  struct Result {
    bool safety = false;
    std::string id, title;  // of the requirement
    std::string task, dataset, config, split, metric, value;
    // More of what it was measured on: {"revision", "…"}, {"shots", "5"}.
    std::vector<std::pair<std::string, std::string>> details;
    std::string lower, upper;  // of the confidence interval
    std::string threshold;     // empty: none
    bool at_least = true;      // which side of the threshold passes
    std::optional<bool> passed;
    Document report;
  };
  struct Standard {
    std::string name, version, owner, url;
  };

  std::string source;  // the file's name
  Party evaluator;     // no name: nobody says
  bool third_party = false;
  std::string harness, harness_version, harness_url;
  std::string date;  // RFC 3339, may be empty
  Standard standard;
  Document report;
  std::vector<Result> results;
};

}  // namespace mpk::model
