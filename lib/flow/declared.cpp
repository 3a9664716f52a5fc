// declare: in the order of authority, the comparisons last.
#include "flow/declared.hpp"

#include "model/lineage.hpp"

namespace mpk::flow {

void declare(const Declared& declared, model::ModelInfo& info) {
  if (declared.training) model::add_training(*declared.training, info);
  if (declared.base_aibom) aibom::add_base_bom(*declared.base_aibom, info);
  for (const auto& report : declared.evaluations) model::add_evaluation(report, info);
  model::check_lineage(info);
}

}  // namespace mpk::flow
