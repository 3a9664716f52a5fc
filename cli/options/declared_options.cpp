// --training, --evaluation, --base-aibom.
#include "options/declared_options.hpp"

#include "base/limits.hpp"

namespace mpk::cli {

Result<model::TrainingFile> read_training(const std::string& file, Session& session) {
  const auto text = TRY(session.flag_file("--training", file, limits::kYamlDocument));
  return model::parse_training(text, file);
}

void DeclaredOptions::add_to(OptionSet& set) {
  set.option("--training", "FILE", training, "How the model was trained (docs/training.md)",
             ValueKind::file);
  set.option("--evaluation", "FILE", evaluations,
             "Results of evaluations (docs/evaluation.md); may be repeated", ValueKind::file);
  set.option("--base-aibom", "FILE", base_aibom, "The aiBOM of the base model", ValueKind::file);
}

Result<flow::Declared> DeclaredOptions::resolve(Session& session) const {
  flow::Declared out;
  if (training) out.training = TRY(read_training(*training, session));
  for (const auto& file : evaluations) {
    // What a harness writes is longer than what people do.
    const auto text = TRY(session.flag_file("--evaluation", file, limits::kTextFile));
    out.evaluations.push_back(TRY(model::parse_evaluation(text, file)));
  }
  if (base_aibom) {
    const auto text = TRY(session.flag_file("--base-aibom", *base_aibom, limits::kJsonDocument));
    out.base_aibom = TRY(aibom::parse_base_bom(text, *base_aibom));
  }
  return out;
}

}  // namespace mpk::cli
