// For tests: files that must be called unsafe, each by a way of its own, and files that must not.
#pragma once

#include <string>
#include <vector>

namespace mpk::scan::test {

struct Case {
  std::string name;  // what is tried
  std::string path;  // what the file is called
  std::string bytes;
  std::string code;  // of a finding that must be there; empty: clean
};

/// Opcodes and their operands.
std::vector<Case> pickle_cases();
/// What pickles hide in, and configurations.
std::vector<Case> container_cases();
/// What the libraries write.
std::vector<Case> benign_cases();

}  // namespace mpk::scan::test
