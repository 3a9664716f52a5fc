// Which part: numbers from the environment, each with the name of its variable.
#include "flow/part_number.hpp"

#include "base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace mpk::flow {
namespace {

using modelpack::kMaxParts;
using modelpack::PartNumber;

constexpr const char* kHint = "say it: --part I/N";

// What one scheduler says; the index counts from 0.
struct Said {
  std::string variables;  // "RANK=3 WORLD_SIZE=4"
  std::uint64_t index = 0;
  std::optional<std::uint64_t> count;
};

Result<std::uint64_t> number(const Env& env, const std::string& name) {
  const auto text = env.get(name);
  if (!text) return Error(ErrorKind::usage, name + ": not set", kHint);
  const auto value = parse_u64(*text);
  if (!value) {
    return Error(ErrorKind::usage, name + ": expected a number, found " + printable(*text, 40),
                 kHint);
  }
  return *value;
}

std::string shown(const Env& env, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const auto& name : names)
    out.push_back(name + "=" + printable(env.get(name).value_or(""), 40));
  return join(out, " ");
}

Result<std::optional<Said>> from_indexed_job(const Env& env) {
  const std::string name = "JOB_COMPLETION_INDEX";
  if (!env.get(name)) return std::optional<Said>();
  const auto index = TRY(number(env, name));
  return std::optional(Said{.variables = shown(env, {name}), .index = index});
}

Result<std::optional<Said>> from_slurm_array(const Env& env) {
  const std::string prefix = "SLURM_ARRAY_TASK_";
  if (!env.get(prefix + "ID")) return std::optional<Said>();
  const auto id = TRY(number(env, prefix + "ID"));
  const auto least = TRY(number(env, prefix + "MIN"));
  const auto step = TRY(number(env, prefix + "STEP"));
  const auto count = TRY(number(env, prefix + "COUNT"));
  auto variables = shown(env, {prefix + "ID", prefix + "MIN", prefix + "STEP", prefix + "COUNT"});
  if (id < least || step == 0 || (id - least) % step != 0)
    return Error(ErrorKind::usage, variables + ": not a regular array", kHint);
  return std::optional(
      Said{.variables = std::move(variables), .index = (id - least) / step, .count = count});
}

Result<std::optional<Said>> from_ranks(const Env& env) {
  if (!env.get("RANK")) return std::optional<Said>();
  const auto index = TRY(number(env, "RANK"));
  const auto count = TRY(number(env, "WORLD_SIZE"));
  return std::optional(
      Said{.variables = shown(env, {"RANK", "WORLD_SIZE"}), .index = index, .count = count});
}

// `count`: of "auto/N".
Result<PartNumber> from_environment(const Env& env, std::optional<std::uint64_t> count) {
  std::optional<Said> first;
  std::string counted_by = "--part";
  for (const auto source : {from_indexed_job, from_slurm_array, from_ranks}) {
    auto said = TRY(source(env));
    if (!said) continue;
    if (said->count && count && *said->count != *count) {
      return Error(ErrorKind::usage,
                   said->variables + ": expected " + std::to_string(*count) + " parts, as " +
                       counted_by + " says",
                   kHint);
    }
    if (first && first->index != said->index) {
      return Error(ErrorKind::usage,
                   first->variables + " and " + said->variables + " are different parts", kHint);
    }
    if (said->count) {
      count = said->count;
      counted_by = said->variables;
    }
    if (!first) first = std::move(said);
  }
  if (!first) {
    return Error(ErrorKind::usage,
                 "--part auto: none of JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID and RANK is set",
                 kHint);
  }
  if (!count) {
    return Error(ErrorKind::usage, first->variables + ": which part, but not of how many",
                 "say it: --part auto/N");
  }
  if (first->index >= *count) {
    return Error(ErrorKind::usage,
                 first->variables + ": there are " + std::to_string(*count) + " parts, from 0",
                 kHint);
  }
  return PartNumber{.index = first->index + 1, .count = *count};
}

Error malformed(std::string_view text) {
  return {ErrorKind::usage, "--part " + printable(text, 40) + ": expected I/N, auto/N or auto",
          "for example --part 2/4"};
}

}  // namespace

Result<PartNumber> part_number(std::string_view text, const Env& env) {
  const auto slash = text.find('/');
  const auto which = text.substr(0, slash);
  std::optional<std::uint64_t> count;
  if (slash != std::string_view::npos) {
    const auto parsed = parse_u64(text.substr(slash + 1));
    if (!parsed || *parsed == 0) return malformed(text);
    count = *parsed;
  }
  PartNumber part;
  if (which == "auto") {
    part = TRY(from_environment(env, count));
  } else {
    const auto index = parse_u64(which);
    if (!index || !count) return malformed(text);
    if (*index == 0 || *index > *count) {
      return Error(ErrorKind::usage, "--part " + printable(text, 40) + ": expected 1 to " +
                                         std::to_string(*count) + " before the /");
    }
    part = {.index = *index, .count = *count};
  }
  if (part.count > kMaxParts) {
    return Error(ErrorKind::usage, std::to_string(part.count) + " parts: at most " +
                                       std::to_string(kMaxParts) + " are possible");
  }
  return part;
}

std::string part_worker(const Env& env) {
  constexpr std::size_t kLongest = 253;  // a pod's name (RFC 1123 subdomain)
  if (const auto task = env.get("SLURM_ARRAY_TASK_ID")) {
    const auto job = env.get("SLURM_ARRAY_JOB_ID").value_or(env.get("SLURM_JOB_ID").value_or("?"));
    return "slurm job " + printable(job, 40) + " task " + printable(*task, 40);
  }
  if (const auto job = env.get("SLURM_JOB_ID")) return "slurm job " + printable(*job, 40);
  if (const auto pod = env.get("POD_NAME")) return "pod " + printable(*pod, kLongest);
  return {};
}

}  // namespace mpk::flow
