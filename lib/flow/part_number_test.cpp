// Tests of part numbers: what schedulers say, and what can't be.
#include "flow/part_number.hpp"

#include <doctest/doctest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::flow;
using modelpack::PartNumber;

namespace {

using Values = std::map<std::string, std::string>;

Values slurm(const char* id, const char* least, const char* step, const char* count) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", least},
          {"SLURM_ARRAY_TASK_STEP", step},
          {"SLURM_ARRAY_TASK_COUNT", count}};
}

Values both(Values a, const Values& b) {
  a.insert(b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("the part is what the command line or the scheduler says") {
  struct Row {
    const char* text;
    Values values;
    PartNumber expected;
  };
  const Values job = {{"JOB_COMPLETION_INDEX", "1"}};
  const Values ranks = {{"RANK", "1"}, {"WORLD_SIZE", "4"}};
  const PartNumber second{.index = 2, .count = 4};
  for (const auto& [text, values, expected] : std::vector<Row>{
           {"2/4", {}, second},
           {"1/1", {}, {.index = 1, .count = 1}},
           {"2/4", {{"RANK", "7"}, {"WORLD_SIZE", "9"}}, second},
           {"auto/4", job, second},
           {"auto", ranks, second},
           {"auto/4", ranks, second},
           {"auto", slurm("1", "0", "1", "4"), second},
           {"auto", slurm("2", "1", "1", "4"), second},
           {"auto", slurm("30", "20", "10", "4"), second},
           {"auto/4", slurm("30", "20", "10", "4"), second},
           {"auto", both(job, ranks), second},
           {"auto", both(ranks, slurm("2", "1", "1", "4")), second},
           {"auto", {{"RANK", "0"}, {"WORLD_SIZE", "1"}}, {.index = 1, .count = 1}},
       }) {
    CAPTURE(text);
    const auto part = part_number(text, MapEnv(values));
    REQUIRE(part);
    CHECK(*part == expected);
  }
}

TEST_CASE("a part that can't be is refused, with the variables that say so") {
  struct Row {
    const char* text;
    Values values;
    std::vector<std::string> says;
  };
  const Values job = {{"JOB_COMPLETION_INDEX", "1"}};
  for (const auto& [text, values, says] : std::vector<Row>{
           {"", {}, {"--part"}},
           {"2", {}, {"--part 2"}},
           {"0/4", {}, {"1 to 4"}},
           {"5/4", {}, {"1 to 4"}},
           {"2/0", {}, {"--part 2/0"}},
           {"2/4/1", {}, {"--part"}},
           {"-1/4", {}, {"--part"}},
           {"auto/", {}, {"--part"}},
           {"auto/0", job, {"--part"}},
           {"1/9000", {}, {"9000 parts"}},
           {"auto", {}, {"JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID", "RANK"}},
           {"auto", job, {"JOB_COMPLETION_INDEX=1", "not of how many"}},
           {"auto/1", job, {"JOB_COMPLETION_INDEX=1", "1 parts"}},
           {"auto/4", {{"JOB_COMPLETION_INDEX", "x"}}, {"JOB_COMPLETION_INDEX", "x"}},
           {"auto", {{"RANK", "1"}}, {"WORLD_SIZE: not set"}},
           {"auto", {{"RANK", "4"}, {"WORLD_SIZE", "4"}}, {"RANK=4 WORLD_SIZE=4"}},
           {"auto/8", {{"RANK", "1"}, {"WORLD_SIZE", "4"}}, {"WORLD_SIZE=4", "expected 8"}},
           {"auto", {{"SLURM_ARRAY_TASK_ID", "1"}}, {"SLURM_ARRAY_TASK_MIN: not set"}},
           {"auto", slurm("1", "2", "1", "4"), {"SLURM_ARRAY_TASK_ID=1", "not a regular array"}},
           {"auto", slurm("3", "2", "2", "4"), {"SLURM_ARRAY_TASK_STEP=2", "not a regular array"}},
           {"auto", slurm("3", "2", "0", "4"), {"not a regular array"}},
           {"auto", slurm("9", "1", "1", "3"), {"SLURM_ARRAY_TASK_ID=9", "3 parts"}},
           // A task that is submitted again by itself is no part 1 of 1.
           {"auto/4", slurm("3", "3", "1", "1"), {"SLURM_ARRAY_TASK_COUNT=1", "expected 4"}},
           {"auto",
            both(job, {{"RANK", "2"}, {"WORLD_SIZE", "4"}}),
            {"JOB_COMPLETION_INDEX=1", "RANK=2"}},
           {"auto",
            both({{"RANK", "1"}, {"WORLD_SIZE", "8"}}, slurm("2", "1", "1", "4")),
            {"WORLD_SIZE=8", "SLURM_ARRAY_TASK_COUNT=4"}},
       }) {
    CAPTURE(text);
    const auto refused = part_number(text, MapEnv(values));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::usage);
    const auto message = refused.error().text();
    CAPTURE(message);
    for (const auto& word : says) CHECK(message.find(word) != std::string::npos);
  }
}

TEST_CASE("the worker is named by its scheduler, never by its host") {
  CHECK(part_worker(MapEnv(Values{{"HOSTNAME", "secret-host"}})).empty());
  CHECK(part_worker(MapEnv(Values{{"POD_NAME", "upload-2-abc"}, {"HOSTNAME", "h"}})) ==
        "pod upload-2-abc");
  CHECK(part_worker(MapEnv(Values{
            {"SLURM_JOB_ID", "72"}, {"SLURM_ARRAY_JOB_ID", "71"}, {"SLURM_ARRAY_TASK_ID", "3"}})) ==
        "slurm job 71 task 3");
  CHECK(part_worker(MapEnv(Values{{"SLURM_JOB_ID", "72"}})) == "slurm job 72");
  CHECK(part_worker(MapEnv(Values{{"POD_NAME", "a\x1b[31m"}})) == "pod a\\x1b[31m");
}
