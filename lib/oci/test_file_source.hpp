// For tests: a file as a Source, as modelpack hands it in.
#pragma once

#include "base/file.hpp"
#include "oci/store.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

namespace mpk::oci::test {

/// Read on demand, and known by its FileReader.
class FileSource final : public Source {
 public:
  explicit FileSource(const std::filesystem::path& path) : reader_(FileReader::open(path).take()) {}
  std::optional<std::uint64_t> size() const override { return reader_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const auto count = TRY(reader_.read(buffer));
    read_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override { return reader_.seek(offset); }
  const FileReader* file() const override { return &reader_; }
  std::uint64_t bytes_read() const { return read_; }

 private:
  FileReader reader_;
  std::uint64_t read_ = 0;
};

}  // namespace mpk::oci::test
