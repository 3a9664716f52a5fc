// Which part this machine has to push: said on the command line, or by the scheduler.
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"
#include "modelpack/parts.hpp"

#include <string>
#include <string_view>

namespace mpk::flow {

/// "2/4": part 2 of 4, whatever the environment says. "auto": the environment says both numbers;
/// "auto/4": it says which one of 4. Read are
///   JOB_COMPLETION_INDEX                               Kubernetes Indexed Job, from 0, no count;
///   SLURM_ARRAY_TASK_ID, …_MIN, …_STEP, …_COUNT        Slurm array: (ID − MIN) / STEP, from 0;
///   RANK, WORLD_SIZE                                   torchrun and its like, from 0.
/// usage, naming the variables: none of them is set, one is no number or its neighbour is missing,
/// two disagree, the index is not below the count, no count is known or it is over kMaxParts.
Result<modelpack::PartNumber> part_number(std::string_view text, const Env& env);

/// Who pushes: "slurm job 71 task 3", "pod llm-upload-2-x7k4c" (POD_NAME), or empty. Never the name
/// of the host.
std::string part_worker(const Env& env);

}  // namespace mpk::flow
