// Fuzz entry: the bytes as a file of each kind of name; archives in it are opened.
#include "scan/report.hpp"
#include "scan/scan.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk::scan;
  const auto content = memory_content(std::string(reinterpret_cast<const char*>(data), size));
  const ScanOptions options{
      .limits = {.depth = 4,
                 .members = 200,
                 .unpacked = 4U << 20,
                 .unpacked_pieces = 1U << 20,
                 .pickles = {.opcodes = 20'000, .stack = 10'000, .memo = 10'000, .pickles = 20}},
      .cancel = {}};
  for (const auto* const name : {"a.bin", "a.pt", "config.json", "a.yaml", "a.jinja"}) {
    auto file = scan_file(content, name, options);
    if (!file) std::abort();
    Report report;
    report.files.push_back(file.take());
    if (mpk::json::compact(sarif_json(report, "0")).empty()) std::abort();
  }
  return 0;
}
